/** The policy as low-rank adapters over frozen weights: memory and checkpoints hold the adapters and their moments alone. */
import { fail, ok, type Result } from '../../base/result'
import type { TrainedArrays } from '../policyModel'
import type { Adapter, AdapterConfig } from '../pretrained/lora'
import type { FrozenBase } from './frozenBase'
import { FusedPolicy, type FusedOptions } from './fusedPolicy'
import type { PolicyWeights } from './layer'
import { adapterFrom, adapterLayout, flatAdapter, initialAdapter, type AdapterLayout } from './loraLayout'

export class LoraModel extends FusedPolicy {
  private readonly off: PolicyWeights

  private constructor(
    private readonly base: FrozenBase,
    private readonly adapters: AdapterLayout,
    state: Pick<TrainedArrays, 'parameters'> & Partial<TrainedArrays>,
    options: FusedOptions,
  ) {
    const { gpu, shape, weights } = base
    const moments = (name: 'm' | 'v') => (state[name] ? gpu.upload(`adapter ${name}`, state[name]) : gpu.buffer(`adapter ${name}`, adapters.size * 4))
    const parameters = gpu.upload('adapters', state.parameters)
    const trained = {
      policy: { weights, adapters: { layout: adapters, buffer: parameters } },
      state: { parameters, m: moments('m'), v: moments('v') },
      layout: adapters.slots,
    }
    super(gpu, shape, trained, state.t ?? 0, options)
    this.off = { weights, adapters: null }
  }

  /** A fresh adapter: the policy is still the base. */
  static fresh(base: FrozenBase, config: AdapterConfig, seed: number, options: FusedOptions = {}): LoraModel {
    const layout = adapterLayout(base.shape.config, config)
    return new LoraModel(base, layout, { parameters: initialAdapter(layout, seed) }, options)
  }

  /** An adapter that was trained elsewhere, with an optimiser that has seen nothing. */
  static of(base: FrozenBase, adapter: Adapter, options: FusedOptions = {}): LoraModel {
    const layout = adapterLayout(base.shape.config, adapter.config)
    return new LoraModel(base, layout, { parameters: flatAdapter(layout, adapter) }, options)
  }

  /** Continues from `state()`, bit for bit on one GPU. */
  static resume(base: FrozenBase, state: TrainedArrays, options: FusedOptions = {}): Result<LoraModel, 'otherBase' | 'notAnAdapter'> {
    const where = 'Checkpoint'
    if (!state.adapter) return fail('notAnAdapter', 'It holds a whole model, not an adapter.', { where, next: 'Continue it as full training.' })
    if (state.adapter.base !== base.fingerprint)
      return fail('otherBase', `Its adapter was trained beside weights with the fingerprint ${state.adapter.base}; these have ${base.fingerprint}.`, { where, next: 'Load the model that the run started from.' })
    return ok(new LoraModel(base, adapterLayout(base.shape.config, state.adapter.config), state, options))
  }

  /** The adapter as it is, in PEFT's terms. */
  async adapter(): Promise<Adapter> {
    return adapterFrom(this.adapters, await this.read(this.trained.state.parameters))
  }

  override async state(): Promise<TrainedArrays> {
    return { ...(await super.state()), adapter: { config: this.adapters.config, base: this.base.fingerprint } }
  }

  freezeReference(): void {} // the base stands still

  protected override reference(): PolicyWeights {
    return this.off
  }
}

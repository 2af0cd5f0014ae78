/** The policy on fused kernels, all of it trained: weights and optimiser state in one buffer each. */
import { sentence } from '../../base/result'
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { GpuContext } from '../gpu/context'
import { parameterLayout } from '../model/parameters'
import type { TrainedArrays } from '../policyModel'
import { FusedPolicy, type FusedOptions } from './fusedPolicy'
import type { PolicyWeights } from './layer'
import { flatWeights } from './modelWeights'
import { modelShape } from './shape'

export class FusedModel extends FusedPolicy {
  private frozen: { readonly buffer: GPUBuffer; readonly policy: PolicyWeights } | null = null

  /** @throws when the shape is one that the kernels cannot run, naming the size */
  static create(gpu: GpuContext, config: ModelConfig, state: Partial<TrainedArrays> & { readonly parameters: Float32Array }, options: FusedOptions = {}): FusedModel {
    const shape = modelShape(config)
    if (!shape.ok) throw new Error(sentence(shape))
    const zeros = () => gpu.buffer('moments', shape.value.size * 4)
    const parameters = gpu.upload('parameters', state.parameters)
    const trained = {
      policy: { weights: flatWeights(shape.value, parameters), adapters: null },
      state: { parameters, m: state.m ? gpu.upload('m', state.m) : zeros(), v: state.v ? gpu.upload('v', state.v) : zeros() },
      layout: parameterLayout(config),
    }
    const model = new FusedModel(gpu, shape.value, trained, state.t ?? 0, options)
    if (state.reference) model.hold(gpu.upload('reference', state.reference))
    return model
  }

  /** Copies the weights as they are now; the copy takes their memory once more. */
  freezeReference(): void {
    const bytes = this.shape.size * 4
    if (!this.frozen) this.hold(this.gpu.buffer('reference', bytes))
    const encoder = this.gpu.device.createCommandEncoder()
    encoder.copyBufferToBuffer(this.trained.state.parameters, 0, this.frozen!.buffer, 0, bytes)
    this.gpu.device.queue.submit([encoder.finish()])
  }

  override async state(): Promise<TrainedArrays> {
    const state = await super.state()
    return this.frozen ? { ...state, reference: await this.read(this.frozen.buffer) } : state
  }

  override dispose(): void {
    super.dispose()
    if (this.frozen) this.gpu.destroy(this.frozen.buffer)
  }

  private hold(buffer: GPUBuffer): void {
    this.frozen = { buffer, policy: { weights: flatWeights(this.shape, buffer), adapters: null } }
  }

  protected override reference(): PolicyWeights {
    if (!this.frozen) throw new Error('No reference policy: freezeReference() was not called in this stage')
    return this.frozen.policy
  }
}

/** The pretrained model in the GPU worker: planned, loaded, completed from, freed. One at a time, and none while a run trains. */
import { releaseProxy } from 'comlink'
import { fail, ok, type Result } from '../../src/base/result'
import { blobSources } from '../../src/engine/pretrained/byteSource'
import type { Generator } from '../../src/engine/pretrained/generator'
import { fileBytes, weightReader } from '../../src/engine/pretrained/loadWeights'
import { openPretrained } from '../../src/engine/pretrained/openWeights'
import { loadGenerator, planModel } from '../../src/engine/pretrained/openGenerator'
import { openModelHome, openStored, type ModelHome } from '../../src/storage/models'
import type { EngineDevice } from './engineDevice'
import type { GenerateRequest, Generated, GenerateFault, LoadedModel, LoadModelFault, LoadModelRequest, ModelEngineApi, OnLoadProgress, OnTokens } from './protocolModels'

/** Messages are let in at least this often while tokens are made: well under the tenth of a second in which a stop must act. */
const BREATH_MS = 20
/** Tokens are told at most this often. */
const TELL_MS = 50
const LOSS_HEARD_MS = 1500

/** What the bench asks of the device. */
export type BenchDevice = Pick<EngineDevice, 'open' | 'reopen' | 'opened' | 'takeErrors' | 'whenLost' | 'lostWithin'>

const breath = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

export class ModelBench implements ModelEngineApi {
  private loaded: { readonly about: LoadedModel; readonly generator: Generator } | null = null
  /** The load or the completion underway. */
  private work: { readonly kind: 'load' | 'generate'; readonly stop: { aborted: boolean } } | null = null

  constructor(
    private readonly device: BenchDevice,
    private readonly isTraining: () => boolean,
    private readonly home: ModelHome = openModelHome(),
  ) {}

  /** True while a model is being loaded or completed from: no run may start. */
  get isBusy(): boolean {
    return this.work !== null
  }

  async planModel(config: LoadedModel['config'], context: number, budgetBytes: number, precisions: LoadModelRequest['precisions']) {
    const state = await this.device.open()
    if (state.kind === 'lost') return lost(state.reason)
    return planModel(this.device.opened, config, context, budgetBytes, precisions)
  }

  async loadModel(request: LoadModelRequest, onProgress: OnLoadProgress): Promise<Result<LoadedModel, LoadModelFault>> {
    const busy = this.busy()
    if (busy) return busy
    const stop = { aborted: false }
    this.work = { kind: 'load', stop } // before the first await, so that a cancel sent right behind finds it
    try {
      return await this.load(request, onProgress, stop)
    } catch (error) {
      return await this.failed(error)
    } finally {
      this.work = null
    }
  }

  private async load({ modelId, adapterId, context, budgetBytes, precisions }: LoadModelRequest, onProgress: OnLoadProgress, stop: { aborted: boolean }): Promise<Result<LoadedModel, LoadModelFault>> {
    const state = await this.device.reopen()
    if (state.kind === 'lost') return lost(state.reason)
    const stored = await openStored(this.home, modelId, 'model')
    if (!stored.ok) return stored
    const adapter = adapterId === null ? null : await openStored(this.home, adapterId, 'adapter')
    if (adapter && !adapter.ok) return adapter
    const opened = await openPretrained(blobSources(stored.value.files), adapter ? blobSources(adapter.value.files) : null)
    if (!opened.ok) return opened
    const { pretrained, placed } = opened.value
    const plan = planModel(this.device.opened, pretrained.config, context, budgetBytes, precisions)
    if (!plan.ok) return plan
    this.free() // refusals above leave the one that is loaded alone
    const totalBytes = fileBytes(placed)
    let told = -Infinity
    const read = weightReader(placed, opened.value.adapter, async (doneBytes) => {
      await breath() // lets a cancel in
      if (performance.now() - told < 100 && doneBytes < totalBytes) return
      told = performance.now()
      onProgress(doneBytes, totalBytes)
    })
    const generator = await loadGenerator(this.device.opened, plan.value, pretrained.config, context, read, stop)
    if (!generator.ok) return generator
    const errors = this.device.takeErrors()
    if (errors.length > 0) {
      generator.value.dispose()
      return gpuFault(errors[0]!)
    }
    const about: LoadedModel = {
      modelId, adapterId, context, config: pretrained.config, name: stored.value.record.name,
      adapterName: adapter ? adapter.value.record.name : null,
      endIds: stored.value.record.endIds, engine: plan.value.engine, precision: plan.value.precision, estimate: plan.value.estimate,
    }
    this.loaded = { about, generator: generator.value }
    void this.device.whenLost().then(() => {
      if (this.loaded?.generator === generator.value) this.loaded = null // its buffers went with the device
    })
    return ok(about)
  }

  stopModel(): Promise<void> {
    if (this.work) this.work.stop.aborted = true
    return Promise.resolve()
  }

  unloadModel(): Promise<void> {
    if (this.work) this.work.stop.aborted = true
    else this.free()
    return Promise.resolve()
  }

  loadedModel(): Promise<LoadedModel | null> {
    return Promise.resolve(this.loaded?.about ?? null)
  }

  async generate({ promptIds, ...settings }: GenerateRequest, onTokens: OnTokens): Promise<Result<Generated, GenerateFault>> {
    const busy = this.busy()
    if (busy) return busy
    if (!this.loaded) {
      const reason = await this.device.lostWithin(0)
      return reason === null ? fail('noModel', 'No model is loaded.', { next: 'Load one first.' }) : lost(reason)
    }
    const { about, generator } = this.loaded
    if (promptIds.length >= about.context)
      return fail('tooLong', `The prompt has ${promptIds.length} tokens; the context of ${about.context} leaves no room for an answer.`, { where: 'Prompt', next: 'Shorten it, or load the model with a longer context.' })
    const stop = { aborted: false }
    this.work = { kind: 'generate', stop }
    const tokens: number[] = []
    const logprobs: number[] = []
    let told = 0
    let [toldAt, breathedAt] = [performance.now(), performance.now()]
    try {
      this.device.takeErrors()
      const end = await Promise.race([
        generator.generate(promptIds, settings, async (batch) => {
          tokens.push(...batch.tokens)
          logprobs.push(...batch.logprobs)
          if (performance.now() - toldAt > TELL_MS) {
            onTokens(tokens.slice(told))
            told = tokens.length
            toldAt = performance.now()
          }
          if (performance.now() - breathedAt > BREATH_MS) {
            await breath()
            breathedAt = performance.now()
          }
        }, stop),
        this.device.whenLost().then((reason) => {
          throw new Error(reason)
        }),
      ])
      const errors = this.device.takeErrors()
      return errors.length > 0 ? gpuFault(errors[0]!) : ok({ ...end, tokens, logprobs })
    } catch (error) {
      return await this.failed(error)
    } finally {
      stop.aborted = true
      this.work = null
    }
  }

  private free(): void {
    this.loaded?.generator.dispose()
    this.loaded = null
  }

  private busy(): Result<never, 'busy'> | null {
    if (this.isTraining()) return fail('busy', 'A run is training.', { next: 'Wait for its end, or stop it.' })
    if (this.work) return fail('busy', this.work.kind === 'load' ? 'A model is being loaded.' : 'The model is still writing.', { next: 'Stop it first.' })
    return null
  }

  /** A read that fails is often the first word of a lost device: the loss itself is given a moment to be heard. */
  private async failed(error: unknown): Promise<Result<never, 'device'>> {
    const reason = await this.device.lostWithin(LOSS_HEARD_MS)
    if (reason !== null) return lost(reason)
    return fail('device', error instanceof Error ? error.message : String(error), { where: 'Engine', next: 'Load the model again; if it persists, use a shorter context.' })
  }
}

function lost(reason: string): Result<never, 'device'> {
  return fail('device', `The device was lost: ${reason}`, { where: 'GPU device', next: 'Load the model again: it opens a new one.' })
}

function gpuFault(error: string): Result<never, 'device'> {
  return fail('device', `The GPU reported an error; what it computed was thrown away. ${error}`, { where: 'GPU device', next: 'Load the model again with a shorter context.' })
}


/** The bench as the worker's interface. What the page hears by is let go of at the end: each listener holds a port. */
export function modelApi(bench: ModelBench): ModelEngineApi {
  const release = (listener: unknown) => (listener as { [releaseProxy]?: () => void })[releaseProxy]?.()
  return {
    planModel: (config, context, budgetBytes, precisions) => bench.planModel(config, context, budgetBytes, precisions),
    loadModel: (request, onProgress) => bench.loadModel(request, onProgress).finally(() => release(onProgress)),
    generate: (request, onTokens) => bench.generate(request, onTokens).finally(() => release(onTokens)),
    stopModel: () => bench.stopModel(),
    unloadModel: () => bench.unloadModel(),
    loadedModel: () => bench.loadedModel(),
  }
}

/** The reference decoder behind the generator's interface: float32, any backend, one sequence at a time. */
import * as tf from '@tensorflow/tfjs-core'
import { ok, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { sampleToken } from '../../posttrain/sampling'
import { causal, Decoder, MASKED, type KeysValues } from '../model/decoder'
import { rotaryTables } from '../model/ops'
import { checkPrompt, type GenerateSettings, type Generation, type Generator, type TokenBatch } from './generator'
import type { WeightReader, LoadFault } from './loadWeights'

/** Few capacities, so that few shapes are compiled. */
const BUCKET = 16

export class ReferenceGenerator implements Generator {
  private readonly decoder: Decoder
  private readonly weights = new Map<string, tf.Tensor>()

  private constructor(
    readonly config: ModelConfig,
    readonly context: number,
  ) {
    this.decoder = new Decoder(config)
  }

  /** Loads tensor by tensor: beside the model itself, only one tensor is in memory. Whole, or not at all. */
  static async load(config: ModelConfig, context: number, read: WeightReader, stop: Stop): Promise<Result<ReferenceGenerator, LoadFault>> {
    const generator = new ReferenceGenerator(config, context)
    try {
      let whole = new Float32Array(0)
      const done = await read((slot, values, at) => {
        if (at === 0) whole = new Float32Array(slot.size)
        whole.set(values, at)
        if (at + values.length === slot.size) generator.weights.set(slot.name, tf.tensor(whole, slot.shape as number[]))
      }, stop)
      if (done.ok) return ok(generator)
      generator.dispose()
      return done
    } catch (error) {
      generator.dispose()
      throw error
    }
  }

  dispose(): void {
    tf.dispose([...this.weights.values()])
    this.weights.clear()
    this.decoder.dispose()
  }

  async generate(promptIds: readonly number[], settings: GenerateSettings, onTokens: (batch: TokenBatch) => Promise<void>, stop: Stop): Promise<Generation> {
    checkPrompt(promptIds, this)
    const P = promptIds.length
    const most = Math.min(settings.maxNewTokens, this.context - P)
    const capacity = Math.ceil((P + most) / BUCKET) * BUCKET
    const ends = new Set(settings.endIds)
    const began = performance.now()
    let firstAt = began
    let newTokens = 0
    const result = (reason: Generation['reason']): Generation => ({ reason, promptTokens: P, newTokens, promptMs: firstAt - began, decodeMs: performance.now() - firstAt })

    const visible = new Float32Array(capacity).fill(MASKED).fill(0, 0, P)
    let cache: KeysValues[] = []
    try {
      let logits = this.prefill(promptIds, capacity, (kept) => (cache = kept))
      for (;;) {
        const data = await logits.data<'float32'>()
        logits.dispose()
        if (stop.aborted) return result('stopped')
        const { token, logprob } = sampleToken(data, settings.temperature, settings.seed, 0, newTokens)
        if (newTokens++ === 0) firstAt = performance.now()
        await onTokens({ tokens: [token], logprobs: [logprob] })
        if (ends.has(token)) return result('end')
        if (stop.aborted) return result('stopped')
        if (newTokens === most) return result(most === settings.maxNewTokens ? 'length' : 'context')
        const slot = P + newTokens - 1
        visible[slot] = 0
        const before = cache
        logits = tf.tidy(() => {
          const mask = tf.tensor(visible.slice(), [1, 1, capacity])
          const next = this.decoder.step(this.weights, Int32Array.of(token), Int32Array.of(slot), before, capacity, slot, mask)
          cache = next.cache.map(kept)
          return next.logits
        })
        disposeCache(before)
      }
    } finally {
      disposeCache(cache)
    }
  }

  /** Logits behind the prompt, [1, V]; the cache, widened to `capacity`, goes to `keep`. */
  private prefill(promptIds: readonly number[], capacity: number, keep: (cache: KeysValues[]) => void): tf.Tensor2D {
    const T = promptIds.length
    const { head_dim, rope_theta, hidden_size } = this.config
    return tf.tidy(() => {
      const { cos, sin } = rotaryTables(Int32Array.from(promptIds, (_, t) => t), 1, head_dim, rope_theta)
      const mask = tf.tensor(causal(T), [1, 1, T, T])
      const { hidden, cache } = this.decoder.hidden(this.weights, Int32Array.from(promptIds), 1, T, cos, sin, mask)
      const widen = (t: tf.Tensor3D) => tf.pad(t, [[0, 0], [0, capacity - T], [0, 0]])
      keep(cache.map(({ k, v }) => kept({ k: widen(k), v: widen(v) })))
      return this.decoder.head(this.weights, tf.slice(hidden, [T - 1, 0], [1, hidden_size]))
    })
  }
}

/** Saves a layer's cache from the surrounding tidy. */
function kept({ k, v }: KeysValues): KeysValues {
  return { k: tf.keep(k), v: tf.keep(v) }
}

function disposeCache(cache: readonly KeysValues[]): void {
  tf.dispose(cache.flatMap(({ k, v }) => [k, v]))
}

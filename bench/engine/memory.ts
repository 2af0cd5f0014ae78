/** Whether training and generating leave anything behind: GPU bytes and JS heap along a run of 1,000 steps. */
import { neverStop } from '../../src/base/stop'
import { FusedModel } from '../../src/engine/fused/fusedModel'
import type { GpuContext } from '../../src/engine/gpu/context'
import { Random } from '../../src/base/random'
import type { TrainedSequence } from '../../src/posttrain/packing'
import type { Host } from './host'
import { LEARNING_RATE, SETTINGS, workload } from './workload'

export interface Growth {
  readonly steps: number
  readonly generations: number
  readonly gpuBytes: number
  /** By the lowest readings of both halves of the run; null where the runtime does not tell its heap. */
  readonly heapBytes: number | null
}

const [STEPS, GENERATIONS] = [1000, 200]
const WARM_UP = 600
const LONGEST = 24
/** Readings along the run: one alone moves by a quarter of a mebibyte, as caches come and go. */
const READINGS = 10

/** Batches of uneven lengths, as rollouts are: buffers that follow the batch's size would show. */
function batch(random: Random, vocabulary: number): TrainedSequence[] {
  return Array.from({ length: 4 }, () => {
    const length = 1 + random.below(LONGEST)
    const tokens = Array.from({ length }, () => random.below(vocabulary))
    return { prompt: [1, 2], completion: tokens, weights: new Float32Array(length).fill(1 / (4 * length)), advantage: null, behaviour: null, reference: null }
  })
}

export async function growth(gpu: GpuContext, host: Host): Promise<Growth> {
  const work = workload(1, 32, 16, 4)
  const { vocab_size } = work.config
  const model = FusedModel.create(gpu, work.config, { parameters: work.parameters })
  const random = Random.seed(11)
  const some = async (steps: number, generations: number) => {
    for (let g = 0; g < generations; g++) {
      for (let s = 0; s < steps / generations; s++) {
        const sequences = batch(random, vocab_size)
        const metrics = await model.step(sequences, { kind: 'crossEntropy' }, LEARNING_RATE, SETTINGS)
        if (!Number.isFinite(metrics.loss)) throw new Error(`The loss is ${metrics.loss}`)
      }
      const prompts = Array.from({ length: 1 + random.below(8) }, () => Array.from({ length: 1 + random.below(6) }, () => random.below(vocab_size)))
      await model.sample(prompts, { temperature: 1, maxNewTokens: 1 + random.below(8), seed: g, eos: 0, pad: 0 }, neverStop, () => Promise.resolve())
    }
  }
  // The largest of each first, as a run's own limits would: the rest is warm-up.
  const full = (length: number) => Array.from({ length }, () => 1)
  await model.step(Array.from({ length: 4 }, () => ({ prompt: [1, 2], completion: full(LONGEST), weights: new Float32Array(LONGEST).fill(0.01), advantage: null, behaviour: null, reference: null })), { kind: 'crossEntropy' }, 0, SETTINGS)
  await model.sample(Array.from({ length: 8 }, (_, i) => [i, 1, 2, 3, 4, 5]), { temperature: 1, maxNewTokens: 8, seed: 0, eos: -1, pad: 0 }, neverStop, () => Promise.resolve())
  // Compiled code and its feedback grow by a quarter of a mebibyte over the first 500 steps, then no more.
  await some(WARM_UP, WARM_UP / 5)
  const heldBefore = gpu.bytes
  const heaps: (number | null)[] = []
  for (let i = 0; i < READINGS; i++) {
    await some(STEPS / READINGS, GENERATIONS / READINGS)
    heaps.push(await host.heapBytes())
  }
  const gpuBytes = gpu.bytes - heldBefore
  model.dispose()
  // The halves lie half a run apart.
  const known = heaps.filter((bytes) => bytes !== null)
  const lowest = (from: number, to: number) => Math.min(...known.slice(from, to))
  const heapBytes = known.length < READINGS ? null : 2 * (lowest(READINGS / 2, READINGS) - lowest(0, READINGS / 2))
  return { steps: STEPS, generations: GENERATIONS, gpuBytes, heapBytes }
}

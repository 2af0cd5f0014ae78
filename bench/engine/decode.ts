/** Tokens a second of the fused sampler: groups of rows in one go, and the same rows one after the other. */
import { neverStop } from '../../src/base/stop'
import { FusedModel } from '../../src/engine/fused/fusedModel'
import type { GpuContext } from '../../src/engine/gpu/context'
import { openOnnx } from './onnxPeer'
import { watchSubmissions } from './submissions'
import { elapsedMs, median, settledMs } from './timing'
import type { Workload } from './workload'

const PROMPT_TOKENS = 16
export const NEW_TOKENS = 48

export interface Decoding {
  readonly G: number
  readonly tokensPerSecond: number
  /** Milliseconds of one token for all rows, the prefill's share included. */
  readonly stepMs: number
  /** JavaScript of the submissions, by dispatch. */
  readonly jsPerDispatchUs: number
}

/** Rows of keys and values that a decoding row sees, on average. */
export const CONTEXT = PROMPT_TOKENS + NEW_TOKENS / 2

const PROMPT = Array.from({ length: PROMPT_TOKENS }, (_, i) => i)

/** G rows of one prompt, all to the full length: no token ends them. */
async function generate(model: FusedModel, G: number, seed: number, temperature = 1): Promise<number[][]> {
  const settings = { temperature, maxNewTokens: NEW_TOKENS, seed, eos: -1, pad: 0 }
  const rows = await model.sample(Array.from({ length: G }, () => PROMPT), settings, neverStop, () => Promise.resolve())
  return complete(rows.map((row) => [...row.tokens]), G)
}

function complete(rows: number[][], G: number): number[][] {
  const tokens = rows.reduce((sum, row) => sum + row.length, 0)
  if (tokens !== G * NEW_TOKENS) throw new Error(`${tokens} tokens from ${G} rows of ${NEW_TOKENS}`)
  return rows
}

/** Medians over `rounds`, sizes in turn; and how many times faster the group of `group` is than its rows one by one. */
export async function decoding(gpu: GpuContext, work: Workload, sizes: readonly number[], group: number, rounds: number): Promise<{ sizes: Decoding[]; groupSpeedup: number }> {
  const open = () => FusedModel.create(gpu, work.config, { parameters: work.parameters })
  // One model a size: a sampler that was built for more rows would tile the products differently.
  const models = sizes.map(open)
  const times = sizes.map(() => [] as number[])
  const serial: number[] = []
  const js = sizes.map(() => [] as number[])
  for (const [i, G] of sizes.entries()) await generate(models[i]!, G, 1)
  const alone = models[sizes.indexOf(1)]!
  const watch = watchSubmissions(gpu.device)
  for (let round = 0; round < rounds; round++) {
    for (const [i, G] of sizes.entries()) {
      watch.take()
      times[i]!.push(await elapsedMs(() => generate(models[i]!, G, round)))
      js[i]!.push((watch.take().ms * 1e3) / (models[i]!.dispatches.decode * NEW_TOKENS))
    }
    serial.push(
      await elapsedMs(async () => {
        for (let r = 0; r < group; r++) await generate(alone, 1, round + r)
      }),
    )
  }
  watch.release()
  const found = sizes.map((G, i) => {
    const ms = median(times[i]!)
    return { G, tokensPerSecond: (G * NEW_TOKENS * 1e3) / ms, stepMs: ms / NEW_TOKENS, jsPerDispatchUs: median(js[i]!) }
  })
  for (const model of models) model.dispose()
  return { sizes: found, groupSpeedup: median(serial) / median(times[sizes.indexOf(group)]!) }
}

/**
 * Tokens a second of onnxruntime-web for the same model, prompt and lengths, by G.
 * @throws when its greedy tokens are not ours: then it is another model
 */
export async function onnxDecoding(gpu: GpuContext, work: Workload, sizes: readonly number[], rounds: number, folder: string): Promise<ReadonlyMap<number, number>> {
  const model = FusedModel.create(gpu, work.config, { parameters: work.parameters })
  const [ours] = await generate(model, 1, 1, 0)
  model.dispose()
  const onnx = await openOnnx(work, PROMPT_TOKENS + NEW_TOKENS, folder)
  const rates = new Map<number, number>()
  for (const G of sizes) {
    const rows = complete(await onnx.generate(PROMPT, G, NEW_TOKENS), G)
    for (const row of rows) if (row.join(' ') !== ours!.join(' ')) throw new Error(`onnxruntime-web decodes ${row.join(' ')}, the lab ${ours!.join(' ')}`)
    rates.set(G, (G * NEW_TOKENS * 1e3) / (await settledMs(1, rounds, () => onnx.generate(PROMPT, G, NEW_TOKENS))))
  }
  await onnx.dispose()
  return rates
}

/**
 * Decoding the same model in onnxruntime-web on WebGPU, as transformers.js does it: keys and values stay on the GPU from
 * step to step, the logits come back, the next token is chosen in JavaScript. Browser only.
 */
import type * as Ort from 'onnxruntime-web'
import { onnxModel } from './onnxModel'
import type { Workload } from './workload'

export interface OnnxDecoder {
  /** Greedy completions of G rows of one prompt. @returns the tokens of each row */
  generate(prompt: readonly number[], G: number, newTokens: number): Promise<number[][]>
  dispose(): Promise<void>
}

/** @param folder where the page serves the package's files from */
export async function openOnnx(work: Workload, positions: number, folder: string): Promise<OnnxDecoder> {
  const ort = (await import(/* @vite-ignore */ `${folder}ort.js`)) as typeof Ort
  ort.env.wasm.wasmPaths = { mjs: `${folder}loader.js`, wasm: `${folder}ort.wasm` }
  ort.env.wasm.numThreads = 1 // its threads would start from blob URLs; the work is on the GPU
  const { num_hidden_layers: layers, num_key_value_heads: Hk, head_dim: d, vocab_size: V } = work.config
  const caches = Array.from({ length: layers }, (_, i) => [`${i}.k`, `${i}.v`]).flat()
  const session = await ort.InferenceSession.create(onnxModel(work.config, work.parameters, positions), {
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'all',
    preferredOutputLocation: Object.fromEntries(caches.map((name) => [`now.${name}`, 'gpu-buffer'] as const)),
  })
  const step = async (G: number, ids: readonly number[], had: number, cache: Readonly<Record<string, Ort.Tensor>>) => {
    const length = ids.length / G
    const feeds: Record<string, Ort.Tensor> = {
      ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [G, length]),
      length: new ort.Tensor('int32', new Int32Array(G).fill(had + length - 1), [G]),
      total: new ort.Tensor('int32', Int32Array.of(had + length), []),
    }
    for (const name of caches) feeds[`past.${name}`] = cache[name] ?? new ort.Tensor('float32', new Float32Array(0), [G, Hk, 0, d])
    const out = await session.run(feeds)
    const logits = (await out.logits!.getData()) as Float32Array
    for (const old of Object.values(cache)) old.dispose()
    const next = Array.from({ length: G }, (_, g) => {
      const from = (g * length + length - 1) * V
      const row = logits.subarray(from, from + V)
      return row.indexOf(Math.max(...row))
    })
    return { next, cache: Object.fromEntries(caches.map((name) => [name, out[`now.${name}`]!])) }
  }
  return {
    generate: async (prompt, G, newTokens) => {
      const rows = Array.from({ length: G }, () => [] as number[])
      let { next, cache } = await step(G, Array.from({ length: G }, () => prompt).flat(), 0, {})
      for (let made = 1; ; made++) {
        next.forEach((token, g) => rows[g]!.push(token))
        if (made === newTokens) break
        ;({ next, cache } = await step(G, next, prompt.length + made - 1, cache))
      }
      for (const old of Object.values(cache)) old.dispose()
      return rows
    },
    dispose: () => session.release(),
  }
}

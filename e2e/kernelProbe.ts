/** Runs in the browser, bundled for the test: packed weights, draws and adapters on golden inputs, as numbers for the test to judge. */
import { openGpu } from '../src/engine/device'
import { FrozenBase } from '../src/engine/fused/frozenBase'
import { LoraModel } from '../src/engine/fused/loraModel'
import { adapterLayout } from '../src/engine/fused/loraLayout'
import { encodeRows } from '../src/engine/inference/weightFormat'
import { STATE_WORDS } from '../src/engine/kernels/heads'
import { fewRows, MANY_ROWS, quantLinear } from '../src/engine/kernels/quantLinear'
import { runKernelOn } from '../src/engine/kernels/runKernelOn'
import { sampleTokens } from '../src/engine/kernels/sampleTokens'
import { gpuContext } from '../src/engine/openModel'
import { ADAMW_DEFAULTS } from '../src/engine/optimiser/adamw'
import { arraySource } from '../src/engine/pretrained/byteSource'
import { readAdapter } from '../src/engine/pretrained/lora'
import { sentence } from '../src/base/result'
import type { ModelConfig } from '../src/posttrain/modelConfig'
import type { TrainedSequence } from '../src/posttrain/packing'
import { sampleToken } from '../src/posttrain/sampling'

export interface KernelProbeInput {
  readonly config: ModelConfig
  readonly parameters: readonly number[]
  readonly quant: { readonly from: number; readonly inputs: number; readonly outputs: number; readonly x: readonly number[] }
  readonly draws: { readonly temperature: number; readonly logits: readonly number[]; readonly token: readonly number[] }
  readonly adapter: readonly (readonly [string, readonly number[]])[]
  readonly batch: readonly { readonly prompt: readonly number[]; readonly completion: readonly number[]; readonly weights: readonly number[] }[]
}

export interface KernelProbeOutput {
  /** The golden product on the tiles for one row, few rows and many rows. */
  readonly products: number[][]
  readonly draws: { token: number; logprob: number }[]
  readonly lora: { loss: number; logprobs: number[]; norms: Record<string, number> }
  readonly errors: string[]
}

export async function probe(input: KernelProbeInput): Promise<KernelProbeOutput> {
  const opened = await openGpu(navigator.gpu)
  if (!opened.ok) throw new Error(opened.what)
  const gpu = gpuContext(opened.value)
  const parameters = Float32Array.from(input.parameters)

  const { from, inputs, outputs, x } = input.quant
  const { words, scales } = encodeRows('int4', parameters.subarray(from, from + inputs * outputs), inputs)
  const rows = x.length / inputs
  const products: number[][] = []
  for (const tile of [fewRows(gpu.isSoftware, 1), fewRows(false, 3), MANY_ROWS]) {
    const buffers = { x: Float32Array.from(x), w: words, s: new Uint32Array(scales.buffer), y: new Float32Array(rows * outputs) }
    const { y } = await runKernelOn<Record<string, Float32Array | Uint32Array>>(gpu, { ...quantLinear({ format: 'int4', inputs, outputs, tile }), buffers, step: { rows } })
    products.push([...y!])
  }

  const { temperature, logits, token } = input.draws
  const V = logits.length / token.length
  const draws: { token: number; logprob: number }[] = []
  for (const [row, wanted] of token.entries()) {
    const own = Float32Array.from(logits.slice(row * V, (row + 1) * V))
    // The goldens bring their own noise; here, a seed that leads to the same token.
    let seed = 0
    while (sampleToken(own, temperature, seed, 0, 0).token !== wanted) seed++
    const buffers = { logits: own, slots: new Uint32Array(1), state: new Uint32Array(STATE_WORDS), tokens: new Uint32Array(1), logprobs: new Float32Array(1) }
    const step = { rows: 1, seed, slot: 0, endToken: 0xffffffff, inverseTemperature: 1 / temperature }
    const after = await runKernelOn(gpu, { ...sampleTokens({ vocabulary: V, stride: V, lanes: 1 }), buffers, op: [0, 0, 0, 1], step })
    draws.push({ token: after.tokens[0]!, logprob: after.logprobs[0]! })
  }

  const adapter = await readAdapter(new Map(input.adapter.map(([name, bytes]) => [name, arraySource(Uint8Array.from(bytes))])), input.config)
  if (!adapter.ok) throw new Error(sentence(adapter))
  const base = await FrozenBase.upload(gpu, input.config, parameters)
  const model = LoraModel.of(base, adapter.value)
  const batch: TrainedSequence[] = input.batch.map((s) => ({ ...s, advantage: null, behaviour: null, reference: null }))
  const [logprobs] = await model.logprobs(batch.slice(0, 1), 1)
  const { loss } = await model.step(batch, { kind: 'crossEntropy' }, 0, { ...ADAMW_DEFAULTS, weightDecay: 0.01, clipNorm: 0.3 })
  const gradient = await model.gradient()
  const norms = Object.fromEntries(
    adapterLayout(input.config, adapter.value.config).slots.map(({ name, offset, size }) => [name, Math.sqrt(gradient.subarray(offset, offset + size).reduce((sum, g) => sum + g * g, 0))]),
  )
  model.dispose()
  base.dispose()
  const errors = opened.value.takeErrors()
  opened.value.device.destroy()
  return { products, draws, lora: { loss: loss!, logprobs: [...logprobs!], norms }, errors }
}

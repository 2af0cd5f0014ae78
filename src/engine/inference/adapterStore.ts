/** A low-rank adapter beside packed weights: it can be switched off, and the base stays as it is. */
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { GpuContext } from '../gpu/context'
import type { LowRankPart } from '../kernels/quantLinear'
import { adapterScale, type Adapter } from '../pretrained/lora'
import type { LayerMatrices, MatrixPlan } from './storePlan'
import type { StoredMatrix } from './weightStore'
import { encodeRows } from './weightFormat'

/** y += (x·aᵀ)·bᵀ for one product; the adapter's scale is in b. */
export interface LowRankMatrices {
  readonly part: LowRankPart
  /** [parts·rank, inputs] */
  readonly a: StoredMatrix
  /** [outputs, rank] */
  readonly b: GPUBuffer
}

export class AdapterStore {
  private constructor(
    private readonly gpu: GpuContext,
    readonly layers: readonly LayerMatrices<LowRankMatrices>[],
  ) {}

  /** Uploads an adapter; projections that it leaves alone get zeros where they share a product with one that it changes. */
  static create(gpu: GpuContext, config: ModelConfig, adapter: Adapter): AdapterStore {
    const { hidden_size: h, head_dim: d, intermediate_size: f, num_attention_heads: H, num_key_value_heads: Hk } = config
    const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => {
      const of = (inputs: number, ...parts: [string, number][]) => lowRank(gpu, adapter, `model.layers.${i}.`, inputs, parts)
      return {
        qkv: of(h, ['self_attn.q_proj', H * d], ['self_attn.k_proj', Hk * d], ['self_attn.v_proj', Hk * d]),
        output: of(H * d, ['self_attn.o_proj', h]),
        gateUp: of(h, ['mlp.gate_proj', f], ['mlp.up_proj', f]),
        down: of(f, ['mlp.down_proj', h]),
      }
    })
    return new AdapterStore(gpu, layers)
  }

  /** Columns of the widest x·aᵀ. */
  get width(): number {
    return Math.max(...this.layers.flatMap((l) => [l.qkv, l.output, l.gateUp, l.down].map(({ a }) => a.outputs)))
  }

  dispose(): void {
    for (const layer of this.layers)
      for (const { a, b } of [layer.qkv, layer.output, layer.gateUp, layer.down]) {
        this.gpu.destroy(a.words)
        this.gpu.destroy(b)
      }
  }
}

function lowRank(gpu: GpuContext, adapter: Adapter, prefix: string, inputs: number, parts: readonly [string, number][]): LowRankMatrices {
  const rank = adapter.config.r
  const scale = adapterScale(adapter.config)
  const outputs = parts.reduce((sum, [, n]) => sum + n, 0)
  const a = new Float32Array(parts.length * rank * inputs)
  const b = new Float32Array(outputs * rank)
  const starts: number[] = []
  let row = 0
  parts.forEach(([name, n], part) => {
    starts.push(row)
    const pair = adapter.pairs.get(`${prefix}${name}.weight`)
    if (pair) {
      a.set(pair.a, part * rank * inputs)
      b.set(pair.b.map((v) => v * scale), row * rank)
    }
    row += n
  })
  const label = `${prefix}${parts[0]![0]} adapter`
  const plan: MatrixPlan = { label, format: 'f32', inputs, outputs: parts.length * rank, firstRow: 0 }
  return { part: { rank, starts }, a: { ...plan, words: gpu.upload(`${label} a`, encodeRows('f32', a, inputs).words), scales: null }, b: gpu.upload(`${label} b`, b) }
}

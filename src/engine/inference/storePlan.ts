/** Where every weight of a model lies on the GPU: matrices that are read together side by side, vocabularies cut to fit a binding. */
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { LoadPlan } from '../../posttrain/modelMemory'
import { parameterLayout } from '../model/parameters'
import { matrixBytes, rowWords, type WeightFormat } from './weightFormat'

/** Rows [outputs] of one matrix that share a buffer. */
export interface MatrixPlan {
  readonly label: string
  readonly format: WeightFormat
  readonly inputs: number
  readonly outputs: number
  /** Row of the whole matrix that comes first here: 0 but for parts of a vocabulary. */
  readonly firstRow: number
}

/** Rows of a tensor that go to one matrix. */
export interface RowTarget {
  readonly matrix: MatrixPlan
  /** Rows of the tensor. */
  readonly from: number
  readonly to: number
  /** Row of the matrix's buffer at which `from` lands. */
  readonly at: number
}

export interface LayerMatrices<M> {
  readonly qkv: M
  readonly output: M
  readonly gateUp: M
  readonly down: M
}

export interface LayerNorms {
  readonly input: number
  readonly q: number
  readonly k: number
  readonly post: number
}

export interface StorePlan {
  readonly layers: readonly LayerMatrices<MatrixPlan>[]
  readonly embedding: readonly MatrixPlan[]
  /** The embedding itself where the head is tied. */
  readonly head: readonly MatrixPlan[]
  /** Floats at which the norms of each layer, and the last one, begin in the buffer that holds all of them. */
  readonly norms: readonly LayerNorms[]
  readonly finalNorm: number
  readonly normFloats: number
  /** For matrices, by tensor name. */
  readonly rows: ReadonlyMap<string, readonly RowTarget[]>
  /** For norms, by tensor name: the first float. */
  readonly floats: ReadonlyMap<string, number>
}

/** Parts of a vocabulary stay under this where the device would bind more: it may still refuse one huge allocation. */
export const PART_BYTES = 128 * 2 ** 20
/** Parts begin at a multiple of this many rows, so that packed scales of one part never share a word with the next. */
const PART_ROWS = 32

/**
 * @param mostBytes largest buffer, at most the device's limit
 * @throws RangeError when a matrix of a layer is larger than that
 */
export function storePlan(config: ModelConfig, formats: Pick<LoadPlan, 'matrices' | 'embeddings'>, mostBytes: number): StorePlan {
  const { hidden_size: h, head_dim: d, intermediate_size: f, vocab_size: V, num_attention_heads: H, num_key_value_heads: Hk } = config
  const rows = new Map<string, RowTarget[]>()
  const whole = (label: string, inputs: number, parts: readonly (readonly [string, number])[]): MatrixPlan => {
    const outputs = parts.reduce((sum, [, n]) => sum + n, 0)
    const bytes = matrixBytes(formats.matrices, inputs, outputs)
    if (bytes > mostBytes) throw new RangeError(`${label} takes ${bytes} bytes in ${formats.matrices}; this adapter binds ${mostBytes}.`)
    const matrix = { label, format: formats.matrices, inputs, outputs, firstRow: 0 }
    let at = 0
    for (const [name, n] of parts) {
      rows.set(name, [{ matrix, from: 0, to: n, at }])
      at += n
    }
    return matrix
  }
  const cut = (name: string): MatrixPlan[] => {
    const perRow = 4 * rowWords(formats.embeddings, h) // scales have a buffer of their own
    const most = Math.floor(Math.min(mostBytes, PART_BYTES) / perRow / PART_ROWS) * PART_ROWS
    if (most === 0) throw new RangeError(`${PART_ROWS} rows of ${name} take ${perRow * PART_ROWS} bytes in ${formats.embeddings}; this adapter binds ${mostBytes}.`)
    const count = Math.ceil(V / most)
    const share = Math.ceil(V / count / PART_ROWS) * PART_ROWS
    const parts: MatrixPlan[] = []
    for (let firstRow = 0; firstRow < V; firstRow += share)
      parts.push({ label: `${name} ${firstRow}`, format: formats.embeddings, inputs: h, outputs: Math.min(share, V - firstRow), firstRow })
    rows.set(name, parts.map((matrix) => ({ matrix, from: matrix.firstRow, to: matrix.firstRow + matrix.outputs, at: 0 })))
    return parts
  }
  const floats = new Map<string, number>()
  let normFloats = 0
  for (const { name, shape, size } of parameterLayout(config)) {
    if (shape.length > 1) continue
    floats.set(name, normFloats)
    normFloats += size
  }
  const embedding = cut('model.embed_tokens.weight')
  const layers: LayerMatrices<MatrixPlan>[] = []
  const norms: LayerNorms[] = []
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const name = (part: string) => `model.layers.${i}.${part}.weight`
    const parts = (...list: [string, number][]) => list.map(([part, n]) => [name(part), n] as const)
    layers.push({
      qkv: whole(`layer ${i} q, k and v`, h, parts(['self_attn.q_proj', H * d], ['self_attn.k_proj', Hk * d], ['self_attn.v_proj', Hk * d])),
      output: whole(`layer ${i} o`, H * d, parts(['self_attn.o_proj', h])),
      gateUp: whole(`layer ${i} gate and up`, h, parts(['mlp.gate_proj', f], ['mlp.up_proj', f])),
      down: whole(`layer ${i} down`, f, parts(['mlp.down_proj', h])),
    })
    const at = (part: string) => floats.get(name(part)) ?? 0
    norms.push({ input: at('input_layernorm'), q: at('self_attn.q_norm'), k: at('self_attn.k_norm'), post: at('post_attention_layernorm') })
  }
  return {
    layers, embedding, head: config.tie_word_embeddings ? embedding : cut('lm_head.weight'),
    norms, finalNorm: floats.get('model.norm.weight')!, normFloats, rows, floats,
  }
}

/** All matrices, each once. */
export function matricesOf(plan: StorePlan): readonly MatrixPlan[] {
  return [...new Set([...plan.embedding, ...plan.layers.flatMap((l) => [l.qkv, l.output, l.gateUp, l.down]), ...plan.head])]
}

/** Bytes of all weights as planned. */
export function storeBytes(plan: StorePlan): number {
  return matricesOf(plan).reduce((sum, m) => sum + matrixBytes(m.format, m.inputs, m.outputs), 4 * plan.normFloats)
}

/**
 * The workload's model as an ONNX file, in the operators that exports for onnxruntime-web use: grouped-query attention with
 * rotary positions and a key-value cache, fused norms, float32. Written here, since no exporter runs in a browser.
 * @source ONNX 1.17 `onnx.proto` (field numbers); onnxruntime `ContribOperators.md` (com.microsoft)
 */
import { rotaryTable } from '../../src/engine/fused/shape'
import { parameterLayout } from '../../src/engine/model/parameters'
import type { ModelConfig } from '../../src/posttrain/modelConfig'

type Bytes = Uint8Array<ArrayBuffer>

function joined(parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

// Protocol buffers: a field is its number and wire type, then a varint, four bytes, or a length and as many bytes.
function varint(value: number): Bytes {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) return Uint8Array.from(bytes)
  }
}
const integer = (field: number, value: number) => joined([varint(field * 8), varint(value)])
const float = (field: number, value: number) => joined([varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)])
const bytes = (field: number, value: Bytes) => joined([varint(field * 8 + 2), varint(value.length), value])
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value))
const message = (field: number, ...parts: Bytes[]) => bytes(field, joined(parts))

const [FLOAT, INT32, INT64] = [1, 6, 7]

type Attributes = Readonly<Record<string, { readonly int: number } | { readonly float: number }>>

function node(domain: string, type: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes = {}): Bytes {
  return message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, outputs[0]!),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => ('int' in value ? message(5, text(1, name), integer(3, value.int), integer(20, 2)) : message(5, text(1, name), float(2, value.float), integer(20, 1)))),
    text(7, domain),
  )
}

function tensor(name: string, shape: readonly number[], data: Float32Array | BigInt64Array): Bytes {
  const raw = new Uint8Array(data.slice().buffer as ArrayBuffer)
  return message(5, ...shape.map((n) => integer(1, n)), integer(2, data instanceof Float32Array ? FLOAT : INT64), text(8, name), bytes(9, raw))
}

/** A graph's input (field 11) or output (12); dimensions by name where they vary. */
function value(field: 11 | 12, name: string, type: number, shape: readonly (number | string)[]): Bytes {
  const dimensions = shape.map((n) => message(1, typeof n === 'number' ? integer(1, n) : text(2, n)))
  return message(field, text(1, name), message(2, message(1, integer(1, type), message(2, ...dimensions))))
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!)
}

/**
 * Inputs: `ids` [batch, new], `length` (rows of the cache after this run, less one) [batch], `total` (the same, not less one),
 * `past.i.k` and `past.i.v` [batch, kvHeads, past, d]. Outputs: `logits` [batch, new, V] and `now.i.k`, `now.i.v`.
 * @param positions longest sequence
 */
export function onnxModel(config: ModelConfig, parameters: Float32Array, positions: number): Bytes {
  const { num_attention_heads: H, num_key_value_heads: Hk, head_dim: d, hidden_size: h, vocab_size: V, num_hidden_layers: layers } = config
  const epsilon = { epsilon: { float: config.rms_norm_eps } }
  const initial: Bytes[] = []
  for (const { name, shape, offset, size } of parameterLayout(config)) {
    const data = parameters.slice(offset, offset + size)
    if (shape.length === 1 || name.includes('embed_tokens')) initial.push(tensor(name, shape, data))
    // Products are x·w with w [in, out].
    else initial.push(tensor(name, [shape[1]!, shape[0]!], transposed(data, shape[0]!, shape[1]!)))
  }
  const embedding = 'model.embed_tokens.weight'
  initial.push(tensor('head', [h, V], transposed(parameters.slice(0, V * h), V, h)))
  const table = rotaryTable(positions, d, config.rope_theta)
  const half = (part: number) => Float32Array.from({ length: (positions * d) / 2 }, (_, i) => table[2 * i + part]!)
  initial.push(tensor('cos', [positions, d / 2], half(0)), tensor('sin', [positions, d / 2], half(1)))
  initial.push(tensor('to queries', [4], BigInt64Array.of(0n, 0n, BigInt(H), BigInt(d))), tensor('to keys', [4], BigInt64Array.of(0n, 0n, BigInt(Hk), BigInt(d))))
  initial.push(tensor('to rows', [3], BigInt64Array.of(0n, 0n, -1n)))

  const nodes: Bytes[] = [node('', 'Gather', [embedding, 'ids'], ['x'])]
  const headNorm = (name: string, weight: string, heads: string) =>
    nodes.push(
      node('', 'Reshape', [name, heads], [`${name} heads`]),
      node('', 'SimplifiedLayerNormalization', [`${name} heads`, weight], [`${name} normed`], { axis: { int: 3 }, ...epsilon }),
      node('', 'Reshape', [`${name} normed`, 'to rows'], [`${name} rows`]),
    )
  /** The residual stream before the norm, and the normed one; the first layer has nothing to add. */
  let [stream, added] = ['x', '']
  const norm = (weight: string, to: string) => {
    if (added === '') nodes.push(node('', 'SimplifiedLayerNormalization', [stream, weight], [to], { axis: { int: 2 }, ...epsilon }))
    else {
      nodes.push(node('com.microsoft', 'SkipSimplifiedLayerNormalization', [stream, added, weight], [to, '', '', `${to} stream`], epsilon))
      stream = `${to} stream`
    }
  }
  for (let i = 0; i < layers; i++) {
    const w = (name: string) => `model.layers.${i}.${name}.weight`
    const own = (name: string) => `${i} ${name}`
    const product = (x: string, name: string, to: string) => nodes.push(node('', 'MatMul', [x, w(name)], [own(to)]))
    norm(w('input_layernorm'), own('a'))
    product(own('a'), 'self_attn.q_proj', 'q')
    product(own('a'), 'self_attn.k_proj', 'k')
    product(own('a'), 'self_attn.v_proj', 'v')
    headNorm(own('q'), w('self_attn.q_norm'), 'to queries')
    headNorm(own('k'), w('self_attn.k_norm'), 'to keys')
    nodes.push(
      node(
        'com.microsoft',
        'GroupQueryAttention',
        [own('q rows'), own('k rows'), own('v'), `past.${i}.k`, `past.${i}.v`, 'length', 'total', 'cos', 'sin'],
        [own('mixed'), `now.${i}.k`, `now.${i}.v`],
        { num_heads: { int: H }, kv_num_heads: { int: Hk }, do_rotary: { int: 1 }, scale: { float: 1 / Math.sqrt(d) } },
      ),
    )
    product(own('mixed'), 'self_attn.o_proj', 'o')
    added = own('o')
    norm(w('post_attention_layernorm'), own('b'))
    product(own('b'), 'mlp.gate_proj', 'gate')
    product(own('b'), 'mlp.up_proj', 'up')
    nodes.push(
      node('', 'Sigmoid', [own('gate')], [own('open')]),
      node('', 'Mul', [own('gate'), own('open')], [own('silu')]),
      node('', 'Mul', [own('silu'), own('up')], [own('inner')]),
    )
    product(own('inner'), 'mlp.down_proj', 'down')
    added = own('down')
  }
  norm('model.norm.weight', 'last')
  nodes.push(node('', 'MatMul', ['last', 'head'], ['logits']))

  const cache = (field: 11 | 12, when: 'past' | 'now') =>
    Array.from({ length: layers }, (_, i) => ['k', 'v'].map((part) => value(field, `${when}.${i}.${part}`, FLOAT, ['batch', Hk, when, d]))).flat()
  const graph = [
    ...nodes,
    text(2, 'decoder'),
    ...initial,
    value(11, 'ids', INT64, ['batch', 'new']),
    value(11, 'length', INT32, ['batch']),
    value(11, 'total', INT32, []),
    ...cache(11, 'past'),
    value(12, 'logits', FLOAT, ['batch', 'new', V]),
    ...cache(12, 'now'),
  ]
  return joined([integer(1, 8), message(7, ...graph), message(8, text(1, ''), integer(2, 17)), message(8, text(1, 'com.microsoft'), integer(2, 1))])
}

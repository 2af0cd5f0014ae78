/**
 * The same training step in @jax-js/jax: forward, valueAndGrad, clip and AdamW under one `jit`, with the library's own
 * attention. At its best: matrices lie [in, out] and batch and time are one axis in products, which made the step a third
 * faster than our own layout; the embedding is a product with one-hot rows, since `jit` has no gradient of `take`.
 */
import * as jax from '@jax-js/jax'
import { rotaryTable } from '../../src/engine/fused/shape'
import { parameterLayout, type ParameterSlot } from '../../src/engine/model/parameters'
import type { Contestant } from './contestant'
import { LEARNING_RATE, SETTINGS, type Workload } from './workload'

const { numpy: np, nn } = jax
type Tree = Record<string, jax.Array>

const EMBEDDING = 'model.embed_tokens.weight'

/** x·w over the last axis of x [B, T, in]; w [in, out]. Consumes both, as every function here. */
function linear(x: jax.Array, w: jax.Array): jax.Array {
  const [B, T, K] = x.shape as [number, number, number]
  return np.matmul(x.reshape([B * T, K]), w).reshape([B, T, -1])
}

function rmsNorm(x: jax.Array, w: jax.Array, epsilon: number): jax.Array {
  const scale = np.reciprocal(np.sqrt(np.square(x.ref).mean(-1, { keepdims: true }).add(epsilon)))
  return x.mul(scale).mul(w)
}

/** [x₁, x₂] → [x₁·cos − x₂·sin, x₂·cos + x₁·sin]; x [B, T, heads, d], cos and sin [1, T, 1, d/2]. */
function rotary(x: jax.Array, cos: jax.Array, sin: jax.Array): jax.Array {
  const half = x.shape[3]! / 2
  const left = x.ref.slice([], [], [], [0, half])
  const right = x.slice([], [], [], [half])
  return np.concatenate([left.ref.mul(cos.ref).sub(right.ref.mul(sin.ref)), right.mul(cos).add(left.mul(sin))], 3)
}

/** The embedding keeps its rows: it is the head too. */
const isTurned = ({ name, shape }: ParameterSlot) => shape.length === 2 && name !== EMBEDDING
const shapeOf = (slot: ParameterSlot) => (isTurned(slot) ? [...slot.shape].reverse() : [...slot.shape])

function matrix(parameters: Float32Array, slot: ParameterSlot): Float32Array {
  const own = parameters.slice(slot.offset, slot.offset + slot.size)
  if (!isTurned(slot)) return own
  const [rows, columns] = slot.shape as [number, number]
  return Float32Array.from({ length: slot.size }, (_, i) => own[(i % rows) * columns + Math.floor(i / rows)]!)
}

/** @throws where jax-js finds no GPU */
export async function openJax(work: Workload): Promise<Contestant> {
  const { config, B, T } = work
  if (!(await jax.init('webgpu')).includes('webgpu')) throw new Error('jax-js found no WebGPU device')
  jax.defaultDevice('webgpu')
  const { num_attention_heads: H, num_key_value_heads: Hk, head_dim: d, hidden_size: h, rms_norm_eps: epsilon, vocab_size: V } = config
  const layout = parameterLayout(config)
  let p: Tree = Object.fromEntries(layout.map((slot) => [slot.name, np.array(matrix(work.parameters, slot)).reshape(shapeOf(slot))]))
  const zeros = (): Tree => Object.fromEntries(layout.map((slot) => [slot.name, np.zeros(shapeOf(slot))]))
  let [m, v] = [zeros(), zeros()]
  const table = rotaryTable(T, d, config.rope_theta)
  const column = (part: number) => np.array(Float32Array.from({ length: T * (d / 2) }, (_, i) => table[2 * i + part]!)).reshape([1, T, 1, d / 2])
  const turn = { cos: column(0), sin: column(1) }
  const data = { ids: np.array(work.ids, { dtype: np.int32 }).reshape([B * T]), targets: np.array(work.targets, { dtype: np.int32 }).reshape([B * T]) }

  const loss = (p: Tree, ids: jax.Array, targets: jax.Array, cos: jax.Array, sin: jax.Array): jax.Array => {
    const take = (name: string) => p[name]!
    const embedding = take(EMBEDDING)
    let x = np.matmul(nn.oneHot(ids, V), embedding.ref).reshape([B, T, h])
    for (let i = 0; i < config.num_hidden_layers; i++) {
      const w = (name: string) => take(`model.layers.${i}.${name}.weight`)
      const a = rmsNorm(x.ref, w('input_layernorm'), epsilon)
      const q = rotary(rmsNorm(linear(a.ref, w('self_attn.q_proj')).reshape([B, T, H, d]), w('self_attn.q_norm'), epsilon), cos.ref, sin.ref)
      const k = rotary(rmsNorm(linear(a.ref, w('self_attn.k_proj')).reshape([B, T, Hk, d]), w('self_attn.k_norm'), epsilon), cos.ref, sin.ref)
      const values = linear(a, w('self_attn.v_proj')).reshape([B, T, Hk, d])
      const mixed = nn.dotProductAttention(q, k, values, { isCausal: true }).reshape([B, T, H * d])
      x = x.add(linear(mixed, w('self_attn.o_proj')))
      const b = rmsNorm(x.ref, w('post_attention_layernorm'), epsilon)
      const inner = nn.silu(linear(b.ref, w('mlp.gate_proj'))).mul(linear(b, w('mlp.up_proj')))
      x = x.add(linear(inner, w('mlp.down_proj')))
    }
    cos.dispose()
    sin.dispose()
    const logits = linear(rmsNorm(x, take('model.norm.weight'), epsilon), embedding.transpose()).reshape([B * T, V])
    return nn.logSoftmax(logits, -1).mul(nn.oneHot(targets, V)).sum().div(-B * T)
  }

  const { beta1, beta2, epsilon: adamEpsilon, weightDecay, clipNorm } = SETTINGS
  const step = jax.jit((p: Tree, m: Tree, v: Tree, correction1: jax.Array, correction2: jax.Array, ids: jax.Array, targets: jax.Array, cos: jax.Array, sin: jax.Array) => {
    const [value, gradient] = jax.valueAndGrad(loss)(jax.tree.ref(p), ids, targets, cos, sin)
    const norm = np.sqrt(layout.map(({ name }) => np.square(gradient[name]!.ref).sum()).reduce((a, b) => a.add(b)))
    const clip = np.minimum(np.reciprocal(norm.add(1e-6)).mul(clipNorm), 1)
    const next = { p: {} as Tree, m: {} as Tree, v: {} as Tree }
    for (const { name, isDecayed } of layout) {
      const g = gradient[name]!.mul(clip.ref)
      const first = m[name]!.mul(beta1).add(g.ref.mul(1 - beta1))
      const second = v[name]!.mul(beta2).add(np.square(g).mul(1 - beta2))
      const change = first.ref.div(correction1.ref).div(np.sqrt(second.ref.div(correction2.ref)).add(adamEpsilon))
      const kept = isDecayed ? p[name]!.mul(1 - LEARNING_RATE * weightDecay) : p[name]!
      next.p[name] = kept.sub(change.mul(LEARNING_RATE))
      next.m[name] = first
      next.v[name] = second
    }
    for (const done of [clip, correction1, correction2]) done.dispose()
    return { ...next, loss: value }
  })

  let t = 0
  return {
    name: '@jax-js/jax with jit',
    step: async () => {
      t++
      const scalar = (x: number) => np.array(Float32Array.of(x)).reshape([])
      const out = step(p, m, v, scalar(1 - beta1 ** t), scalar(1 - beta2 ** t), data.ids.ref, data.targets.ref, turn.cos.ref, turn.sin.ref)
      ;({ p, m, v } = out)
      const value = (await out.loss.data())[0]!
      await jax.blockUntilReady(p)
      return value
    },
    dispose: () => {
      jax.tree.dispose([p, m, v, turn, data])
      step.dispose()
    },
  }
}

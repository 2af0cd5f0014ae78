// @ts-nocheck
/**
 * The same training step in @jax-js/jax: forward, valueAndGrad, clip and AdamW under one `jit`, with the library's own
 * attention. What a user of that library would write, at its best: one-hot products for the embedding and for the
 * target's log-probability were faster than gathers.
 */
import * as jax from './bench/node_modules/@jax-js/jax/dist/index.js'
import { rotaryTable } from './src/engine/fused/shape'
import { parameterLayout } from './src/engine/model/parameters'
import type { Contestant } from './bench/engine/contestant'
import { LEARNING_RATE, SETTINGS, type Workload } from './bench/engine/workload'

const { numpy: np, nn } = jax
type Tree = Record<string, jax.Array>

/** x·wᵀ over the last axis; w [out, in]. Consumes both, as every function here. */
let O: any = {}
const transposed = (f: Float32Array, [r,c]: any) => { const o = new Float32Array(f.length); for (let i=0;i<r;i++) for (let j=0;j<c;j++) o[j*r+i]=f[i*c+j]; return o }
const linear = (x: any, w: any) => { if (O.flat && x.shape.length===3) { const [B,T,K]=x.shape; const N=w.shape[0]; return np.matmul(x.reshape([B*T,K]), w.transpose()).reshape([B,T,N]) } if (O.io) return x.shape.length===3 ? np.matmul(x.reshape([x.shape[0]*x.shape[1], x.shape[2]]), w).reshape([x.shape[0],x.shape[1],w.shape[1]]) : np.matmul(x, w); if (O.ein) return np.einsum(x.shape.length===3?'btk,nk->btn':'bk,nk->bn', x, w); return np.matmul(x, w.transpose()) }

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

/** @returns null where jax-js finds no GPU */
export async function openJax(work: Workload, o: any): Promise<Contestant> {
  const { config, B, T } = work; O = o
  if (!(await jax.init('webgpu')).includes('webgpu')) throw new Error('jax-js found no WebGPU device')
  jax.defaultDevice('webgpu')
  const { num_attention_heads: H, num_key_value_heads: Hk, head_dim: d, hidden_size: h, rms_norm_eps: epsilon, vocab_size: V } = config
  const layout = parameterLayout(config)
  const tree = (fill: (name: string, offset: number, size: number) => Float32Array): Tree =>
    Object.fromEntries(layout.map(({ name, shape, offset, size }) => [name, O.io && shape.length===2 && !name.includes('embed') ? np.array(transposed(fill(name, offset, size), shape)).reshape([shape[1],shape[0]]) : np.array(fill(name, offset, size)).reshape([...shape])]))
  let p = tree((_, offset, size) => work.parameters.slice(offset, offset + size))
  let m = tree((_, __, size) => new Float32Array(size))
  let v = tree((_, __, size) => new Float32Array(size))
  const table = rotaryTable(T, d, config.rope_theta)
  const column = (part: number) => np.array(Float32Array.from({ length: T * (d / 2) }, (_, i) => table[2 * i + part]!)).reshape([1, T, 1, d / 2])
  const turn = { cos: column(0), sin: column(1) }
  const data = { ids: np.array(work.ids, { dtype: np.int32 }).reshape([B * T]), targets: np.array(work.targets, { dtype: np.int32 }).reshape([B * T]) }

  const loss = (p: Tree, ids: jax.Array, targets: jax.Array, cos: jax.Array, sin: jax.Array): jax.Array => {
    const take = (name: string) => p[name]!
    const embedding = take('model.embed_tokens.weight')
    let x = (o.take ? np.take(embedding.ref, ids, 0) : np.matmul(nn.oneHot(ids, V), embedding.ref)).reshape([B, T, h])
    for (let i = 0; i < config.num_hidden_layers; i++) {
      const w = (name: string) => take(`model.layers.${i}.${name}.weight`)
      const a = rmsNorm(x.ref, w('input_layernorm'), epsilon)
      const q = rotary(rmsNorm(linear(a.ref, w('self_attn.q_proj')).reshape([B, T, H, d]), w('self_attn.q_norm'), epsilon), cos.ref, sin.ref)
      const k = rotary(rmsNorm(linear(a.ref, w('self_attn.k_proj')).reshape([B, T, Hk, d]), w('self_attn.k_norm'), epsilon), cos.ref, sin.ref)
      const values = linear(a, w('self_attn.v_proj')).reshape([B, T, Hk, d])
      let mixed: any
      if (o.manual) {
        const rep = H / Hk
        const Q = q.reshape([B, T, Hk, rep, d]).transpose([0, 2, 3, 1, 4]).reshape([B, Hk, rep * T, d])
        const K2 = k.transpose([0, 2, 3, 1]), V2 = values.transpose([0, 2, 1, 3])
        const sc = np.matmul(Q, K2).mul(1 / Math.sqrt(d)).reshape([B, Hk, rep, T, T])
        const pos = np.arange(T); const mask = np.greaterEqual(pos.ref.reshape([T,1]), pos.reshape([1,T]))
        const P = nn.softmax(np.where(mask, sc, -1e9), -1).reshape([B, Hk, rep * T, T])
        mixed = np.matmul(P, V2).reshape([B, Hk, rep, T, d]).transpose([0, 3, 1, 2, 4]).reshape([B, T, H * d])
      } else mixed = nn.dotProductAttention(q, k, values, { isCausal: true }).reshape([B, T, H * d])
      x = x.add(linear(mixed, w('self_attn.o_proj')))
      const b = rmsNorm(x.ref, w('post_attention_layernorm'), epsilon)
      const inner = nn.silu(linear(b.ref, w('mlp.gate_proj'))).mul(linear(b, w('mlp.up_proj')))
      x = x.add(linear(inner, w('mlp.down_proj')))
    }
    cos.dispose()
    sin.dispose()
    const logits = linear(rmsNorm(x, take('model.norm.weight'), epsilon), O.io ? embedding.transpose() : embedding).reshape([B * T, V])
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

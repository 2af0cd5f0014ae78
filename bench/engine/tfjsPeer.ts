/**
 * The same model in stock tfjs ops with one variable a tensor and `tf.train.adam`, as a tfjs user would write it. On the
 * device that our engine uses, with the packed matMul forced: left alone, tfjs picks a program for some products that
 * returns wrong numbers. Its Adam has neither weight decay nor clipping, so only the first step's loss can be compared.
 */
import * as tf from '@tensorflow/tfjs-core'
import { rotaryTable } from '../../src/engine/fused/shape'
import { causal } from '../../src/engine/model/decoder'
import { parameterLayout } from '../../src/engine/model/parameters'
import type { Contestant } from './contestant'
import { LEARNING_RATE, SETTINGS, type Workload } from './workload'

function rmsNorm(x: tf.Tensor, w: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))), w)
}

/** [x₁, x₂] → [x₁·cos − x₂·sin, x₂·cos + x₁·sin]; x [B, T, heads, d], cos and sin [1, T, 1, d/2]. */
function rotary(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const [left, right] = tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor]
  return tf.concat([tf.sub(tf.mul(left, cos), tf.mul(right, sin)), tf.add(tf.mul(right, cos), tf.mul(left, sin))], 3)
}

/** x·wᵀ; x [N, in], w [out, in]. */
const linear = (x: tf.Tensor, w: tf.Tensor) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D, false, true)

export function openTfjs(work: Workload): Contestant {
  const { config, B, T } = work
  const { num_attention_heads: H, num_key_value_heads: Hk, head_dim: d, hidden_size: h, rms_norm_eps: epsilon, vocab_size: V } = config
  const variables = new Map(
    parameterLayout(config).map(({ name, shape, offset, size }) => [name, tf.variable(tf.tensor(work.parameters.slice(offset, offset + size), [...shape]))]),
  )
  const get = (name: string): tf.Tensor => variables.get(name)!
  const table = rotaryTable(T, d, config.rope_theta)
  const column = (part: number) => tf.tensor(Float32Array.from({ length: T * (d / 2) }, (_, i) => table[2 * i + part]!), [1, T, 1, d / 2])
  const [cos, sin] = [column(0), column(1)]
  const mask = tf.tensor(causal(T), [1, 1, T, T])
  const ids = tf.tensor1d(work.ids, 'int32')
  const labels = tf.cast(tf.oneHot(tf.tensor1d(work.targets, 'int32'), V), 'float32')
  const byHead = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3])

  const loss = (): tf.Scalar => {
    const embedding = get('model.embed_tokens.weight')
    let x: tf.Tensor = tf.gather(embedding, ids)
    for (let i = 0; i < config.num_hidden_layers; i++) {
      const w = (name: string) => get(`model.layers.${i}.${name}.weight`)
      const a = rmsNorm(x, w('input_layernorm'), epsilon)
      const heads = (name: string, count: number) => tf.reshape(linear(a, w(`self_attn.${name}`)), [B, T, count, d])
      const q = byHead(rotary(rmsNorm(heads('q_proj', H), w('self_attn.q_norm'), epsilon), cos, sin))
      const k = byHead(rotary(rmsNorm(heads('k_proj', Hk), w('self_attn.k_norm'), epsilon), cos, sin))
      const v = byHead(heads('v_proj', Hk))
      // The query heads of one key-value head are adjacent: their rows stand below each other in one product.
      const scores = tf.reshape(tf.matMul(tf.reshape(q, [B, Hk, (H / Hk) * T, d]), k, false, true), [B, H, T, T])
      const p = tf.reshape(tf.softmax(tf.add(tf.mul(scores, 1 / Math.sqrt(d)), mask)), [B, Hk, (H / Hk) * T, T])
      const mixed = tf.reshape(byHead(tf.reshape(tf.matMul(p, v), [B, H, T, d])), [B * T, H * d])
      x = tf.add(x, linear(mixed, w('self_attn.o_proj')))
      const b = rmsNorm(x, w('post_attention_layernorm'), epsilon)
      const gate = linear(b, w('mlp.gate_proj'))
      x = tf.add(x, linear(tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(b, w('mlp.up_proj'))), w('mlp.down_proj')))
    }
    const logits = linear(rmsNorm(tf.reshape(x, [B * T, h]), get('model.norm.weight'), epsilon), embedding)
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), -1))) as tf.Scalar
  }

  const optimiser = tf.train.adam(LEARNING_RATE, SETTINGS.beta1, SETTINGS.beta2, SETTINGS.epsilon)
  const last = variables.get('model.norm.weight')!
  return {
    name: 'stock tfjs ops, tf.train.adam',
    step: async () => {
      const value = optimiser.minimize(loss, true)!
      const [read] = await value.data<'float32'>()
      await last.data() // the update too is done, not only the loss
      value.dispose()
      return read!
    },
    dispose: () => {
      optimiser.dispose()
      tf.dispose([...variables.values(), cos, sin, mask, ids, labels])
    },
  }
}

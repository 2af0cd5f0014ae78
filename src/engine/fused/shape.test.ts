import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { rotateHeadsReference } from '../kernels/heads.reference'
import { parameterLayout } from '../model/parameters'
import { modelShape, rotaryTable } from './shape'

const config: ModelConfig = {
  vocab_size: 37, hidden_size: 12, intermediate_size: 20, num_hidden_layers: 2, num_attention_heads: 3,
  num_key_value_heads: 1, head_dim: 4, rope_theta: 1e4, rms_norm_eps: 1e-5, tie_word_embeddings: true,
}

describe('shape of a model', () => {
  test.each([
    ['hidden_size', 14, 'hidden_size is 14; the fused engine needs a multiple of 4.'],
    ['intermediate_size', 21, 'intermediate_size is 21; the fused engine needs a multiple of 4.'],
    ['head_dim', 6, 'head_dim is 6; the fused engine needs a multiple of 4.'],
    ['num_key_value_heads', 2, '3 query heads cannot share 2 key-value heads evenly.'],
  ] as const)('%s %i is refused', (name, value, what) => {
    const shape = modelShape({ ...config, [name]: value })
    expect(shape).toMatchObject({ ok: false, kind: 'unsupportedShape', what, where: 'config.json' })
  })

  const shapeOf = (more: Partial<ModelConfig> = {}) => {
    const shape = modelShape({ ...config, ...more })
    if (!shape.ok) throw new Error(shape.what)
    return shape.value
  }

  test.each([{}, { tie_word_embeddings: false }, { model_type: 'llama' as const, tie_word_embeddings: false }])('offsets are those of the layout: %j', (more) => {
    const shape = shapeOf(more)
    const layout = parameterLayout({ ...config, ...more })
    const at = (name: string) => layout.find((slot) => slot.name === name)?.offset
    expect(shape.size).toBe(layout.reduce((sum, slot) => sum + slot.size, 0))
    expect(shape.embedding).toBe(0)
    expect(shape.finalNorm).toBe(at('model.norm.weight'))
    expect(shape.head).toBe(at('lm_head.weight') ?? 0)
    expect(shape.layer.map((l) => l.down)).toEqual([0, 1].map((i) => at(`model.layers.${i}.mlp.down_proj.weight`)))
    expect(shape.layer.map((l) => l.kNorm)).toEqual([0, 1].map((i) => at(`model.layers.${i}.self_attn.k_norm.weight`) ?? 0))
    // Kernels read four floats at a time: every weight begins at a multiple of them.
    for (const layer of shape.layer) for (const offset of Object.values(layer)) expect(offset % 4).toBe(0)
  })

  test('projections that are read together lie side by side', () => {
    const { layer, hidden, headDim, inner } = shapeOf({ model_type: 'llama' })
    const [first] = layer
    expect(first!.output - first!.qkv).toBe((3 + 2) * headDim * hidden)
    expect(first!.down - first!.gateUp).toBe(2 * inner * hidden)
  })

  test('rows of logits are padded to a multiple of 4', () => {
    expect([36, 37, 40].map((vocab_size) => shapeOf({ vocab_size }).logitStride)).toEqual([36, 40, 40])
  })
})

describe('rotary table', () => {
  test.each([[4, 1e4], [128, 1e6]])('turns heads of %i dimensions as the reference does, theta %f', (d, theta) => {
    const positions = [0, 1, 2, 77, 1023]
    const table = rotaryTable(1024, d, theta)
    const shape = { heads: 1, kvHeads: 1, headDim: d, epsilon: 0, hasNorm: false }
    for (const position of positions)
      for (let c = 0; c < d / 2; c++) {
        // A unit vector along the left half of pair c turns into (cos, sin) of its angle.
        const qkv = new Float64Array(3 * d)
        qkv[c] = 1
        const { q } = rotateHeadsReference(qkv, { q: [], k: [] }, [position], theta, shape)
        const at = (position * (d / 2) + c) * 2
        expect(table[at]).toBe(Math.fround(q[c]!))
        expect(table[at + 1]).toBe(Math.fround(q[d / 2 + c]!))
      }
  })

  test('no positions give an empty table', () => expect(rotaryTable(0, 8, 1e4)).toEqual(new Float32Array()))
})

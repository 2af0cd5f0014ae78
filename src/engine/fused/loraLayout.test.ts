import { describe, expect, test } from 'vitest'
import { sentence } from '../../base/result'
import { goldenModel } from '../model/goldenModel'
import { goldenFolder } from '../pretrained/goldenFolder'
import { PROJECTIONS, readAdapter, writeAdapter, type AdapterConfig } from '../pretrained/lora'
import { openSafetensors } from '../pretrained/safetensors'
import { arraySource } from '../pretrained/byteSource'
import { adapterFrom, adapterLayout, flatAdapter, initialAdapter, PRODUCTS } from './loraLayout'

const { config } = goldenModel()
const all: AdapterConfig = { r: 4, alpha: 8, targets: PROJECTIONS, isRankStabilised: false }

test('every adapted projection once, without gaps, each product with its A\'s before its B\'s', () => {
  const { slots, size, layers } = adapterLayout(config, all)
  expect(slots).toHaveLength(2 * 7 * config.num_hidden_layers)
  let end = 0
  for (const slot of slots) {
    expect(slot.offset).toBe(end)
    expect(slot.size).toBe(slot.shape[0]! * slot.shape[1]!)
    end += slot.size
  }
  expect(size).toBe(end)
  const { hidden_size: h, head_dim: d, num_attention_heads: H, num_key_value_heads: Hk, intermediate_size: f } = config
  expect(size).toBe(config.num_hidden_layers * 4 * (3 * h + (H + 2 * Hk) * d + H * d + h + 2 * h + 2 * f + f + h))
  const [q, kv] = [H * d, Hk * d]
  expect(layers[1]!.qkv).toMatchObject({ inputs: h, outputs: q + 2 * kv, width: 12, scale: 2 })
  expect(layers[1]!.qkv!.parts).toEqual([
    { from: 0, to: q, low: 0, row: 0 },
    { from: q, to: q + kv, low: 4, row: q },
    { from: q + kv, to: q + 2 * kv, low: 8, row: q + kv },
  ])
  expect(layers[1]!.qkv!.b - layers[1]!.qkv!.a).toBe(12 * h)
  expect(Object.values(PRODUCTS).flat().sort()).toEqual([...PROJECTIONS].sort())
})

test('projections without an adapter keep their columns and take no floats', () => {
  const { slots, layers } = adapterLayout(config, { ...all, r: 3, targets: ['q_proj', 'v_proj'] })
  expect(slots.slice(0, 4).map((slot) => slot.name)).toEqual(
    ['q_proj.lora_A', 'v_proj.lora_A', 'q_proj.lora_B', 'v_proj.lora_B'].map((name) => `base_model.model.model.layers.0.self_attn.${name}.weight`),
  )
  const [q, kv] = [config.num_attention_heads * config.head_dim, config.num_key_value_heads * config.head_dim]
  expect(layers[0]).toMatchObject({ output: null, gateUp: null, down: null })
  expect(layers[0]!.qkv).toMatchObject({ width: 6, outputs: q + 2 * kv })
  expect(layers[0]!.qkv!.parts).toEqual([
    { from: 0, to: q, low: 0, row: 0 },
    { from: q + kv, to: q + 2 * kv, low: 3, row: q },
  ])
})

describe('PEFT', () => {
  test('the names and shapes of a file that PEFT wrote, and its numbers there and back', async () => {
    const read = await readAdapter(goldenFolder('lora'), config)
    if (!read.ok) throw new Error(sentence(read))
    const layout = adapterLayout(config, read.value.config)
    const file = await openSafetensors(goldenFolder('lora').get('adapter_model.safetensors')!, 'adapter')
    if (!file.ok) throw new Error(sentence(file))
    const theirs = new Map([...file.value.tensors].map(([name, { shape }]) => [name, [...shape]]))
    expect(new Map(layout.slots.map(({ name, shape }) => [name, [...shape]]))).toEqual(theirs)
    const flat = flatAdapter(layout, read.value)
    expect(adapterFrom(layout, flat)).toEqual(read.value)
    expect(() => flatAdapter(adapterLayout(config, { ...all, r: 5 }), read.value)).toThrow(/256 numbers for .*q_proj\.lora_A\.weight; its layout holds 320/)
  })

  test('a fresh adapter written and read is the same, bit for bit', async () => {
    const layout = adapterLayout(config, { ...all, r: 3, targets: ['k_proj', 'down_proj'] })
    const flat = initialAdapter(layout, 5)
    const files = new Map([...writeAdapter(adapterFrom(layout, flat), config, 'base')].map(([name, bytes]) => [name, arraySource(bytes)]))
    const read = await readAdapter(files, config)
    if (!read.ok) throw new Error(sentence(read))
    expect(flatAdapter(layout, read.value)).toEqual(flat)
  })
})

test('a fresh adapter: A uniform in ±1/√in, B zero; a seed is an adapter', () => {
  const layout = adapterLayout(config, { ...all, r: 16 })
  const flat = initialAdapter(layout, 7)
  for (const { name, shape, offset, size } of layout.slots) {
    const values = flat.subarray(offset, offset + size)
    if (name.endsWith('lora_B.weight')) {
      expect(values.every((v) => v === 0)).toBe(true)
      continue
    }
    const bound = 1 / Math.sqrt(shape[1]!)
    // Uniform on ±b has variance b²/3; its sample variance over n draws has the relative deviation √(4/5n).
    const variance = values.reduce((sum, v) => sum + v * v, 0) / size
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(5 * Math.sqrt(0.8 / size))
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
  }
  expect(initialAdapter(layout, 7)).toEqual(flat)
  expect(initialAdapter(layout, 8)).not.toEqual(flat)
})

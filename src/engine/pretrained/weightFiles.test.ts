import { describe, expect, test } from 'vitest'
import { sentence, type Result } from '../../base/result'
import { goldenModel, type GoldenName } from '../model/goldenModel'
import { arraySource, type ByteSource } from './byteSource'
import { goldenFolder } from './goldenFolder'
import { readTensor, safetensorsHeader, type TensorToWrite } from './safetensors'
import { placeWeights } from './weightFiles'

const { config } = goldenModel()
const text = (source: ByteSource) => source.slice(0, source.size).then((b) => new TextDecoder().decode(b))
const json = (value: unknown) => arraySource(new TextEncoder().encode(JSON.stringify(value)))

/** The golden's file with its list of tensors changed; all zeros. */
async function changed(change: (tensors: TensorToWrite[]) => TensorToWrite[]): Promise<Map<string, ByteSource>> {
  const { parameterLayout } = await import('../model/parameters')
  const tensors = change(parameterLayout(config).map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const })))
  const header = safetensorsHeader(tensors, {})
  const size = tensors.reduce((n, t) => n + t.shape.reduce((a, b) => a * b, t.dtype === 'F32' ? 4 : 2), 0)
  const bytes = new Uint8Array(header.length + size)
  bytes.set(header)
  return new Map([['model.safetensors', arraySource(bytes)]])
}

function failureOf(result: Result<unknown>): string {
  if (result.ok) throw new Error('expected a failure')
  return `${result.kind} ${sentence(result)}`
}

test.each<GoldenName>(['qwen3-tiny', 'qwen3-tiny-untied-bf16'])('%s: every tensor, as float32', async (name) => {
  const golden = goldenModel(name)
  const placed = await placeWeights(goldenFolder(name), golden.config)
  if (!placed.ok) throw new Error(sentence(placed))
  const flat = new Float32Array(golden.parameters.length).fill(NaN)
  for (const { slot, file, entry } of placed.value) {
    const read = await readTensor(file, entry, (values, at) => flat.set(values, slot.offset + at), undefined, 1000)
    expect(read.ok).toBe(true)
  }
  expect(flat).toEqual(golden.parameters)
})

describe('what does not fit the config', () => {
  test('a missing tensor, with the shape it should have', async () => {
    const files = await changed((t) => t.filter(({ name }) => name !== 'model.layers.1.mlp.up_proj.weight'))
    expect(failureOf(await placeWeights(files, config))).toMatch(/^missingTensor Tensor model\.layers\.1\.mlp\.up_proj\.weight: .*\[160, 64\]/)
  })

  test('a tensor that nobody called for', async () => {
    const files = await changed((t) => [...t, { name: 'model.layers.0.self_attn.q_proj.bias', shape: [128], dtype: 'F32' }])
    expect(failureOf(await placeWeights(files, config))).toMatch(/^unexpectedTensor .*q_proj\.bias/)
  })

  test('a wrong shape, both named', async () => {
    const files = await changed((t) => t.map((x) => (x.name.endsWith('0.self_attn.k_proj.weight') ? { ...x, shape: [64, 32] } : x)))
    expect(failureOf(await placeWeights(files, config))).toMatch(/^wrongShape .*k_proj\.weight: Its shape is \[64, 32\]; config\.json calls for \[64, 64\]/)
  })

  test('a dtype that is not one of the three', async () => {
    const files = await changed((t) => t.map((x) => (x.name === 'model.norm.weight' ? { ...x, dtype: 'I16' as 'F16' } : x)))
    expect(failureOf(await placeWeights(files, config))).toMatch(/^unsupportedDtype .*model\.norm\.weight: Its dtype is I16/)
  })

  test('a tied head that was written out, and old rotary buffers, are no fault', async () => {
    const files = await changed((t) => [...t, { name: 'lm_head.weight', shape: [512, 64], dtype: 'F32' }, { name: 'model.layers.0.self_attn.rotary_emb.inv_freq', shape: [16], dtype: 'F32' }])
    expect((await placeWeights(files, config)).ok).toBe(true)
  })
})

describe('shards', () => {
  const shards = () => goldenFolder('qwen3-tiny-untied-bf16')
  const untied = goldenModel('qwen3-tiny-untied-bf16').config
  const INDEX = 'model.safetensors.index.json'
  const withIndex = async (change: (map: Record<string, string>) => unknown) => {
    const files = shards()
    const { weight_map } = JSON.parse(await text(files.get(INDEX)!)) as { weight_map: Record<string, string> }
    return files.set(INDEX, json(change(weight_map)))
  }

  test('one that is not there', async () => {
    const files = shards()
    files.delete('model-00002-of-00002.safetensors')
    expect(failureOf(await placeWeights(files, untied))).toMatch(/^missingShard .*model-00002-of-00002/)
  })
  test('no index', async () => {
    const files = shards()
    files.delete(INDEX)
    expect(failureOf(await placeWeights(files, untied))).toMatch(/^noWeights .*2 safetensors files/)
  })
  test('an index that is no JSON, has no map, or points outside the folder', async () => {
    expect(failureOf(await placeWeights(shards().set(INDEX, arraySource(Uint8Array.of(123))), untied))).toMatch(/^badIndex/)
    expect(failureOf(await placeWeights(await withIndex(() => ({})), untied))).toMatch(/^badIndex .*weight_map/)
    expect(failureOf(await placeWeights(await withIndex((m) => ({ weight_map: { ...m, 'lm_head.weight': '../secret.safetensors' } })), untied))).toMatch(/^badIndex .*lm_head\.weight/)
  })
  test('a tensor placed in the wrong file, or in none', async () => {
    const moved = await withIndex((m) => ({ weight_map: { ...m, 'lm_head.weight': 'model-00001-of-00002.safetensors' } }))
    expect(failureOf(await placeWeights(moved, untied))).toMatch(/^missingTensor .*lm_head\.weight: The index places it in `model-00001/)
    const dropped = await withIndex(({ 'lm_head.weight': _, ...m }) => ({ weight_map: m }))
    expect(failureOf(await placeWeights(dropped, untied))).toMatch(/^unexpectedTensor .*lm_head\.weight: The index does not place it/)
  })
})

test('an empty folder', async () => {
  expect(failureOf(await placeWeights(new Map(), config))).toMatch(/^noWeights/)
})

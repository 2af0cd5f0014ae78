import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { logSumExp } from '../../base/numeric'
import { sentence, type Result } from '../../base/result'
import { decoderReference } from '../model/decoder.reference'
import { goldenModel } from '../model/goldenModel'
import { parameterLayout } from '../model/parameters'
import golden from '../goldens/sft-step/expected.json'
import { arraySource, type ByteSource } from './byteSource'
import { goldenFolder } from './goldenFolder'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, adapterScale, mergeAdapter, parseAdapterConfig, readAdapter, writeAdapter } from './lora'
import { f32File } from './safetensorsFixtures'

const { config, parameters } = goldenModel()
const expected = JSON.parse(readFileSync(new URL('../goldens/lora/expected.json', import.meta.url), 'utf8')) as { loss: number; logprobs_of_next_first: number[] }

function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(sentence(result))
  return result.value
}
const told = (result: Result<unknown>) => (result.ok ? 'accepted' : `${result.kind} ${sentence(result)}`)

test('the golden adapter, merged: log-probabilities and loss of the PyTorch run', async () => {
  const adapter = taken(await readAdapter(goldenFolder('lora'), config))
  expect(adapter.config).toMatchObject({ r: 4, alpha: 8 })
  const merged = parameters.slice()
  for (const slot of parameterLayout(config)) mergeAdapter(adapter, slot.name, merged.subarray(slot.offset, slot.offset + slot.size))
  expect(merged).not.toEqual(parameters)
  let sum = 0
  let count = 0
  golden.input_ids.forEach((ids, row) => {
    const logits = decoderReference(config, merged, ids)
    const logprobs = ids.slice(1).map((next, t) => logits[t]![next]! - logSumExp(logits[t]!))
    if (row === 0) expected.logprobs_of_next_first.forEach((want, t) => expect(Math.abs(logprobs[t]! - want)).toBeLessThan(2e-4))
    logprobs.forEach((logprob, t) => {
      if (golden.labels[row]![t + 1] === -100) return
      sum -= logprob
      count++
    })
  })
  expect(Math.abs(sum / count - expected.loss)).toBeLessThan(1e-5)
})

test('by hand: W + α/r · B·A, and α/√r where the adapter is rank-stabilised', () => {
  const pairs = new Map([['w', { a: Float32Array.of(1, 2, 3, 4, 5, 6), b: Float32Array.of(1, 0, 10, 1) }]])
  const plain = { r: 2, alpha: 4, targets: ['q_proj' as const], isRankStabilised: false }
  const weight = new Float32Array(6).fill(100)
  mergeAdapter({ config: plain, pairs }, 'w', weight)
  expect([...weight]).toEqual([102, 104, 106, 128, 150, 172])
  const lower = new Float32Array(3).fill(100)
  mergeAdapter({ config: plain, pairs }, 'w', lower, 1)
  expect([...lower]).toEqual([128, 150, 172])
  mergeAdapter({ config: plain, pairs }, 'other', weight)
  expect(weight[0]).toBe(102)
  expect(adapterScale({ ...plain, isRankStabilised: true })).toBeCloseTo(4 / Math.SQRT2, 12)
})

test('what is written is read back, tensor for tensor', async () => {
  const adapter = taken(await readAdapter(goldenFolder('lora'), config))
  const files = new Map([...writeAdapter(adapter, config, 'qwen3-tiny')].map(([name, bytes]) => [name, arraySource(bytes)]))
  expect(taken(await readAdapter(files, config))).toEqual(adapter)
  const own = JSON.parse(new TextDecoder().decode(writeAdapter(adapter, config, 'qwen3-tiny').get(ADAPTER_CONFIG))) as Record<string, unknown>
  const theirs = JSON.parse(readFileSync(new URL('../goldens/lora/adapter_config.json', import.meta.url), 'utf8')) as Record<string, unknown>
  expect({ ...own, target_modules: [...(own.target_modules as string[])].sort() }).toMatchObject(theirs)
})

describe('an adapter that does not fit', () => {
  const file = (text: string): ByteSource => arraySource(new TextEncoder().encode(text))
  test('the other half of the pair', async () => {
    const files = goldenFolder('lora')
    expect(told(await readAdapter(new Map([[ADAPTER_CONFIG, files.get(ADAPTER_CONFIG)!]]), config))).toMatch(/^noAdapter .*adapter_model/)
    expect(told(await readAdapter(new Map([[ADAPTER_WEIGHTS, files.get(ADAPTER_WEIGHTS)!]]), config))).toMatch(/^noAdapter .*adapter_config/)
  })
  test('another model', async () => {
    expect(told(await readAdapter(goldenFolder('lora'), { ...config, hidden_size: 32 }))).toMatch(/^wrongShape .*layers\.0\.self_attn\.q_proj\.lora_A\.weight: Its shape is \[4, 64\]; .*r = 4 call for \[4, 32\]/)
    expect(told(await readAdapter(goldenFolder('lora'), { ...config, num_hidden_layers: 2 }))).toMatch(/^unexpectedTensor .*layers\.2\./)
    expect(told(await readAdapter(goldenFolder('lora'), { ...config, num_hidden_layers: 4 }))).toMatch(/^missingTensor .*layers\.3\./)
  })
  test('numbers that are not finite', async () => {
    const small = { ...config, num_hidden_layers: 1, hidden_size: 2, num_attention_heads: 1, num_key_value_heads: 1, head_dim: 2 }
    const settings = JSON.stringify({ peft_type: 'LORA', r: 1, lora_alpha: 1, target_modules: ['q_proj'] })
    const name = 'base_model.model.model.layers.0.self_attn.q_proj'
    const weights = f32File({ [`${name}.lora_A.weight`]: { shape: [1, 2], values: [1, NaN] }, [`${name}.lora_B.weight`]: { shape: [2, 1], values: [0, 0] } })
    const files = new Map([[ADAPTER_CONFIG, file(settings)], [ADAPTER_WEIGHTS, arraySource(weights)]])
    expect(told(await readAdapter(files, small))).toMatch(/^notFinite .*lora_A\.weight: Element \[0, 1\] is NaN/)
  })
})

test.each<[string, object, RegExp]>([
  ['another method', { peft_type: 'LOHA' }, /`peft_type` is "LOHA"; expected LORA/],
  ['trained biases', { bias: 'all' }, /`bias` is "all"/],
  ['DoRA', { use_dora: true }, /`use_dora` is true/],
  ['whole modules beside it', { modules_to_save: ['lm_head'] }, /`modules_to_save` is \["lm_head"\]/],
  ['ranks by layer', { rank_pattern: { a: 8 } }, /`rank_pattern`/],
  ['no rank', { r: 0 }, /`r` is 0/],
  ['a rank beyond reason', { r: 1e6 }, /`r` is 1000000/],
  ['a module that is no projection', { target_modules: ['q_proj', 'embed_tokens'] }, /`target_modules` is \["q_proj","embed_tokens"\].*down_proj/],
  ['no target', { target_modules: [] }, /`target_modules` is \[\]/],
  ['targets as an expression', { target_modules: '.*proj' }, /`target_modules` is "\.\*proj"/],
])('%s is refused by name', (_, change, says) => {
  expect(told(parseAdapterConfig(JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8, target_modules: ['q_proj'], ...change })))).toMatch(says)
})

test('all-linear names the seven projections; empty patterns are no pattern', () => {
  const adapter = taken(parseAdapterConfig(JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8, target_modules: 'all-linear', rank_pattern: {}, modules_to_save: null, use_rslora: true })))
  expect(adapter).toMatchObject({ isRankStabilised: true })
  expect(adapter.targets).toHaveLength(7)
})

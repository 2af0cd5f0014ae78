import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sentence } from '../../base/result'
import { parameterCount } from '../../posttrain/modelConfig'
import { hubConfig, parseConfig } from './config'

/** Shapes as published: config.json of the three models, without what says nothing about the computation. */
export const QWEN3_4B = {
  architectures: ['Qwen3ForCausalLM'], attention_bias: false, attention_dropout: 0.0, bos_token_id: 151643, eos_token_id: 151645, head_dim: 128,
  hidden_act: 'silu', hidden_size: 2560, initializer_range: 0.02, intermediate_size: 9728, max_position_embeddings: 262144, max_window_layers: 36,
  model_type: 'qwen3', num_attention_heads: 32, num_hidden_layers: 36, num_key_value_heads: 8, rms_norm_eps: 1e-6, rope_scaling: null,
  rope_theta: 5_000_000, sliding_window: null, tie_word_embeddings: true, torch_dtype: 'bfloat16', use_cache: true, use_sliding_window: false, vocab_size: 151936,
}
const SMOLLM2_135M = {
  architectures: ['LlamaForCausalLM'], attention_bias: false, bos_token_id: 1, eos_token_id: 2, hidden_act: 'silu', hidden_size: 576, intermediate_size: 1536,
  max_position_embeddings: 8192, mlp_bias: false, model_type: 'llama', num_attention_heads: 9, num_hidden_layers: 30, num_key_value_heads: 3, pretraining_tp: 1,
  rms_norm_eps: 1e-5, rope_interleaved: false, rope_scaling: null, rope_theta: 100_000, tie_word_embeddings: true, vocab_size: 49152,
}
const parsed = (fields: object) => {
  const result = parseConfig(JSON.stringify(fields))
  if (!result.ok) throw new Error(sentence(result))
  return result.value
}
const refused = (fields: object) => {
  const result = parseConfig(JSON.stringify(fields))
  return result.ok ? 'accepted' : `${result.kind} ${sentence(result)}`
}

describe('published models', () => {
  test('Qwen3-4B (the shape of QED-Nano)', () => {
    const { config, maxPositions, endIds } = parsed(QWEN3_4B)
    expect(config).toMatchObject({ hidden_size: 2560, num_hidden_layers: 36, head_dim: 128, rope_theta: 5_000_000, tie_word_embeddings: true })
    expect(config.model_type).toBeUndefined()
    expect(parameterCount(config)).toBe(4_022_468_096)
    expect([maxPositions, endIds]).toEqual([262144, [151645]])
  })
  test('SmolLM2-135M: the width of a head follows from the others', () => {
    const { config } = parsed(SMOLLM2_135M)
    expect(config).toMatchObject({ model_type: 'llama', head_dim: 64, num_key_value_heads: 3 })
    expect(parameterCount(config)).toBe(134_515_008)
  })
  test('the golden', () => {
    const { config } = parsed(JSON.parse(readFileSync(new URL('../goldens/qwen3-tiny/config.json', import.meta.url), 'utf8')) as object)
    expect(config).toEqual({ vocab_size: 512, hidden_size: 64, intermediate_size: 160, num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 32, rope_theta: 1e6, rms_norm_eps: 1e-6, tie_word_embeddings: true })
  })
  test('rotary settings in the newer place', () => {
    const { rope_theta: _, rope_scaling: __, ...rest } = QWEN3_4B
    expect(parsed({ ...rest, rope_parameters: { rope_type: 'default', rope_theta: 77 } }).config.rope_theta).toBe(77)
  })
})

test('what is written is read back', () => {
  for (const model of [parsed(QWEN3_4B), parsed(SMOLLM2_135M), { ...parsed(QWEN3_4B), endIds: [], maxPositions: null }, { ...parsed(QWEN3_4B), endIds: [3, 4] }])
    expect(parsed(hubConfig(model, 'float32'))).toEqual(model)
})

test.each<[string, object, RegExp]>([
  ['another architecture', { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' }, /unsupportedConfig .*`architectures` is \["Qwen2ForCausalLM"\].*Qwen3ForCausalLM and LlamaForCausalLM/],
  ['an architecture named like a property of all objects', { architectures: ['constructor'] }, /unsupportedConfig/],
  ['a type that contradicts it', { model_type: 'llama' }, /`model_type` is "llama".*qwen3/],
  ['another activation', { hidden_act: 'gelu' }, /`hidden_act` is "gelu".*silu/],
  ['biases', { attention_bias: true }, /`attention_bias` is true/],
  ['sliding windows', { use_sliding_window: true, sliding_window: 4096 }, /`use_sliding_window` is true/],
  ['sliding windows by layer', { layer_types: ['full_attention', 'sliding_attention'] }, /`layer_types` is "sliding_attention"/],
  ['scaled positions', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, /`rope_scaling` is .*llama3/],
  ['scaled positions in the newer place', { rope_parameters: { rope_type: 'yarn', factor: 4 } }, /`rope_parameters` is .*yarn/],
  ['weights quantised already', { quantization_config: { quant_method: 'awq' } }, /`quantization_config` is .*awq/],
  ['half-rotated heads', { partial_rotary_factor: 0.5 }, /`partial_rotary_factor` is 0.5/],
  ['no size', { hidden_size: undefined }, /`hidden_size` is missing/],
  ['a size that is text', { vocab_size: '5' }, /`vocab_size` is "5"/],
  ['a size beyond reason', { num_hidden_layers: 1e9 }, /`num_hidden_layers` is 1000000000.*1 to 512/],
  ['an odd head', { head_dim: 127 }, /`head_dim` is 127.*even/],
  ['heads that do not divide', { num_key_value_heads: 5 }, /`num_key_value_heads` is 5.*divisor of the 32/],
  ['a base of rotation below zero', { rope_theta: -1 }, /`rope_theta` is -1/],
])('%s is refused by name', (_, change, says) => {
  expect(refused({ ...QWEN3_4B, ...change })).toMatch(says)
})

test.each([['', /not a JSON object/], ['[]', /not a JSON object/], ['{', /not a JSON object/], [`{"a":${'['.repeat(100)}`, /deeper than 16/]])('text that is no config: %s', (text, says) => {
  const result = parseConfig(text)
  expect(result).toMatchObject({ ok: false, kind: 'unreadableConfig' })
  expect(sentence(result as never)).toMatch(says)
})

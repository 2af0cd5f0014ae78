/** Hugging Face `config.json` ⇄ the shapes the engine computes. What it does not compute is refused by name, never ignored. */
import { fail, ok, type Failure, type Result } from '../../base/result'
import type { ModelConfig, ModelType } from '../../posttrain/modelConfig'
import { scanJson } from './jsonScan'

export type ConfigFault = 'unreadableConfig' | 'unsupportedConfig'

export interface PretrainedConfig {
  readonly config: ModelConfig
  /** Longest sequence the model was made for; null when the file does not say. */
  readonly maxPositions: number | null
  /** Tokens that end a completion; empty when the file names none. */
  readonly endIds: readonly number[]
}

const FILE = '`config.json`'
const ARCHITECTURES: Readonly<Record<string, ModelType>> = { Qwen3ForCausalLM: 'qwen3', LlamaForCausalLM: 'llama' }
const DEPTH_LIMIT = 16
/** Beyond any published model; a hostile number must not become a loop or an allocation. */
const LARGEST = { vocab_size: 2 ** 21, hidden_size: 2 ** 16, intermediate_size: 2 ** 18, num_hidden_layers: 512, num_attention_heads: 1024, num_key_value_heads: 1024, head_dim: 1024 }

type Fields = Readonly<Record<string, unknown>>

/** @param text of `config.json` */
export function parseConfig(text: string): Result<PretrainedConfig, ConfigFault> {
  const fields = parseFields(text, FILE)
  if (!fields.ok) return fields
  const type = familyOf(fields.value)
  if (!type.ok) return type
  const refused = refusal(fields.value)
  if (refused) return refused
  const config = shapeOf(fields.value, type.value)
  if (!config.ok) return config
  const { max_position_embeddings: longest } = fields.value
  const endIds = tokenIds(fields.value.eos_token_id).filter((id) => id < config.value.vocab_size)
  return ok({ config: config.value, maxPositions: isWhole(longest) && longest > 0 ? longest : null, endIds })
}

/** A JSON object from an untrusted text. */
export function parseFields(text: string, where: string): Result<Fields, 'unreadableConfig'> {
  const bad = (what: string) => fail('unreadableConfig', what, { where, next: 'Download the model again.' })
  if (scanJson(text, DEPTH_LIMIT).depth > DEPTH_LIMIT) return bad(`The file nests deeper than ${DEPTH_LIMIT} levels.`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return ok(value as Fields)
  } catch {
    // told below
  }
  return bad('The file is not a JSON object.')
}

/** Token ids given as one number, a list, or nothing. */
export function tokenIds(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter((id): id is number => isWhole(id))
}

/** A config of the engine's own, as stored in a checkpoint. */
export function ownConfig(value: unknown): Result<ModelConfig, ConfigFault> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('unreadableConfig', 'The config is not an object.', { where: FILE })
  const { model_type: type = 'qwen3' } = value as Fields
  if (type !== 'qwen3' && type !== 'llama') return unsupported('model_type', type, 'qwen3 or llama')
  return shapeOf(value as Fields, type)
}

function unsupported(field: string, value: unknown, expected: string): Failure<'unsupportedConfig'> {
  const text = JSON.stringify(value) ?? 'missing'
  return fail('unsupportedConfig', `\`${field}\` is ${text.length > 80 ? `${text.slice(0, 77)}…` : text}; the engine computes ${expected}.`, { where: FILE, next: 'Use a Qwen3 or Llama-family model (SmolLM2, for example).' })
}

function familyOf({ architectures, model_type }: Fields): Result<ModelType, 'unsupportedConfig'> {
  const known = 'Qwen3ForCausalLM and LlamaForCausalLM'
  if (architectures === undefined || architectures === null) {
    return model_type === 'qwen3' || model_type === 'llama' ? ok(model_type) : unsupported('model_type', model_type, 'qwen3 and llama')
  }
  const name: unknown = Array.isArray(architectures) ? architectures[0] : architectures
  const type = typeof name === 'string' && Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined
  if (!type) return unsupported('architectures', architectures, known)
  if (model_type !== undefined && model_type !== type) return unsupported('model_type', model_type, `${type} for ${String(name)}`)
  return ok(type)
}

/** What would change the numbers without changing a shape. */
function refusal(fields: Fields): Failure<'unsupportedConfig'> | null {
  const is = (name: string, ...allowed: unknown[]) => fields[name] === undefined || fields[name] === null || allowed.includes(fields[name])
  if (!is('hidden_act', 'silu', 'swish')) return unsupported('hidden_act', fields.hidden_act, 'silu')
  if (!is('attention_bias', false)) return unsupported('attention_bias', fields.attention_bias, 'attention without biases')
  if (!is('mlp_bias', false)) return unsupported('mlp_bias', fields.mlp_bias, 'an MLP without biases')
  if (!is('use_sliding_window', false)) return unsupported('use_sliding_window', fields.use_sliding_window, 'full attention')
  if (!is('partial_rotary_factor', 1)) return unsupported('partial_rotary_factor', fields.partial_rotary_factor, 'rotation of the whole head')
  if (!is('quantization_config')) return unsupported('quantization_config', fields.quantization_config, 'plain F32, F16 or BF16 weights and quantises them itself')
  const { layer_types: layers } = fields
  if (Array.isArray(layers) && layers.some((l) => l !== 'full_attention')) return unsupported('layer_types', layers.find((l) => l !== 'full_attention'), 'full attention in every layer')
  for (const name of ['rope_scaling', 'rope_parameters']) {
    const rope = fields[name]
    if (rope === undefined || rope === null) continue
    const kind = typeof rope === 'object' ? ((rope as Fields).rope_type ?? (rope as Fields).type) : rope
    if (kind !== 'default') return unsupported(name, rope, 'rotary positions without scaling')
  }
  return null
}

function shapeOf(fields: Fields, type: ModelType): Result<ModelConfig, 'unsupportedConfig'> {
  const heads = fields.num_attention_heads
  const hidden = fields.hidden_size
  const given = (name: keyof typeof LARGEST, absent: unknown) => fields[name] ?? absent
  const sizes = {
    vocab_size: given('vocab_size', undefined),
    hidden_size: hidden,
    intermediate_size: given('intermediate_size', undefined),
    num_hidden_layers: given('num_hidden_layers', undefined),
    num_attention_heads: heads,
    // Defaults of the two configuration classes in transformers.
    num_key_value_heads: given('num_key_value_heads', type === 'llama' ? heads : undefined),
    head_dim: given('head_dim', type === 'qwen3' ? 128 : isWhole(hidden) && isWhole(heads) && heads > 0 ? hidden / heads : undefined),
  }
  for (const [name, value] of Object.entries(sizes)) {
    const most = LARGEST[name as keyof typeof LARGEST]
    if (!isWhole(value) || value < 1 || value > most) return unsupported(name, value, `a whole number from 1 to ${most}`)
  }
  const whole = sizes as Record<keyof typeof sizes, number>
  if (whole.head_dim % 2 !== 0) return unsupported('head_dim', whole.head_dim, 'an even width, since rotary positions turn pairs')
  if (whole.num_attention_heads % whole.num_key_value_heads !== 0)
    return unsupported('num_key_value_heads', whole.num_key_value_heads, `a divisor of the ${whole.num_attention_heads} attention heads`)
  const rope = (fields.rope_parameters ?? {}) as Fields
  const theta = fields.rope_theta ?? rope.rope_theta ?? 10_000
  if (!isPositive(theta)) return unsupported('rope_theta', theta, 'a positive number')
  const eps = fields.rms_norm_eps ?? 1e-6
  if (!isPositive(eps)) return unsupported('rms_norm_eps', eps, 'a positive number')
  const tied = fields.tie_word_embeddings ?? false
  if (typeof tied !== 'boolean') return unsupported('tie_word_embeddings', tied, 'true or false')
  return ok({ ...(type === 'qwen3' ? {} : { model_type: type }), ...whole, rope_theta: theta, rms_norm_eps: eps, tie_word_embeddings: tied })
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

/** `config.json` of a model, as `transformers` reads it. */
export function hubConfig(model: PretrainedConfig, dtype: 'float32' | 'bfloat16' | 'float16'): Record<string, unknown> {
  const known = ownConfig(model.config) // no more fields than the engine's own, whatever came along
  if (!known.ok) throw new Error(known.what)
  const { model_type: type = 'qwen3', ...shape } = known.value
  return {
    architectures: [type === 'llama' ? 'LlamaForCausalLM' : 'Qwen3ForCausalLM'],
    model_type: type,
    hidden_act: 'silu',
    attention_bias: false,
    attention_dropout: 0,
    ...(type === 'llama' ? { mlp_bias: false } : { use_sliding_window: false }),
    initializer_range: 0.02,
    ...(model.maxPositions === null ? {} : { max_position_embeddings: model.maxPositions }),
    ...(model.endIds.length === 0 ? {} : { eos_token_id: model.endIds.length === 1 ? model.endIds[0] : model.endIds }),
    ...shape,
    rope_scaling: null,
    torch_dtype: dtype,
    use_cache: true,
  }
}

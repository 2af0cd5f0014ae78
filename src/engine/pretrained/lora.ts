/**
 * Low-rank adapters in PEFT's layout: `adapter_config.json` and `adapter_model.safetensors`.
 * @source LoRA, arXiv 2106.09685; names and fields of the PEFT library
 */
import { fail, ok, type Failure, type Result } from '../../base/result'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout } from '../model/parameters'
import { parseFields } from './config'
import { openSafetensors, readTensor, safetensorsHeader, type ReadFault } from './safetensors'
import { shown, type HeaderFault } from './safetensorsHeader'
import type { ModelFiles } from './weightFiles'

export type AdapterFault = HeaderFault | ReadFault | 'noAdapter' | 'unreadableConfig' | 'unsupportedAdapter' | 'missingTensor' | 'unexpectedTensor' | 'wrongShape'

/** Projections an adapter may change. */
export const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
export type Projection = (typeof PROJECTIONS)[number]

export interface AdapterConfig {
  readonly r: number
  readonly alpha: number
  readonly targets: readonly Projection[]
  /** Scale by α/√r instead of α/r (rank-stabilised, arXiv 2312.03732). */
  readonly isRankStabilised: boolean
}

/** One adapted matrix W [out, in]: A [r, in] and B [out, r], row-major. */
export interface LowRank {
  readonly a: Float32Array
  readonly b: Float32Array
}

export interface Adapter {
  readonly config: AdapterConfig
  /** By the name of the weight that it changes, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  readonly pairs: ReadonlyMap<string, LowRank>
}

export const ADAPTER_CONFIG = 'adapter_config.json'
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'
const PREFIX = 'base_model.model.'
const CONFIG_LIMIT = 1_000_000
const LARGEST_RANK = 1024

/** α/r, or α/√r. */
export function adapterScale({ alpha, r, isRankStabilised }: AdapterConfig): number {
  return alpha / (isRankStabilised ? Math.sqrt(r) : r)
}

/**
 * Adds the adapter's part to the values of one weight, in place; a weight it does not change is left alone.
 *   W ← W + scale · B · A,   W [out, in], B [out, r], A [r, in]; sums in float64
 * @param weight whole rows of W, from `firstRow` on
 */
export function mergeAdapter(adapter: Adapter, name: string, weight: Float32Array, firstRow = 0): void {
  const pair = adapter.pairs.get(name)
  if (!pair) return
  const { r } = adapter.config
  const scale = adapterScale(adapter.config)
  const wide = pair.a.length / r
  const row = new Float64Array(wide)
  for (let o = 0; o < weight.length / wide; o++) {
    row.fill(0)
    for (let k = 0; k < r; k++) {
      const b = pair.b[(firstRow + o) * r + k]! * scale
      for (let i = 0; i < wide; i++) row[i]! += b * pair.a[k * wide + i]!
    }
    for (let i = 0; i < wide; i++) weight[o * wide + i]! += row[i]!
  }
}

/** @param text of `adapter_config.json` */
export function parseAdapterConfig(text: string): Result<AdapterConfig, 'unreadableConfig' | 'unsupportedAdapter'> {
  const parsed = parseFields(text, `\`${ADAPTER_CONFIG}\``)
  if (!parsed.ok) return parsed
  const fields = parsed.value
  const none = (name: string, ...allowed: unknown[]) => {
    const value = fields[name]
    const isEmpty = value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
    return isEmpty || allowed.includes(value)
  }
  if (fields.peft_type !== 'LORA') return refused('peft_type', fields.peft_type, 'LORA')
  if (!none('bias', 'none')) return refused('bias', fields.bias, 'none')
  if (!none('task_type', 'CAUSAL_LM')) return refused('task_type', fields.task_type, 'CAUSAL_LM')
  for (const name of ['use_dora', 'fan_in_fan_out', 'lora_bias']) if (!none(name, false)) return refused(name, fields[name], 'false')
  for (const name of ['modules_to_save', 'rank_pattern', 'alpha_pattern', 'layer_replication', 'target_parameters', 'trainable_token_indices'])
    if (!none(name)) return refused(name, fields[name], 'nothing there')
  const { r, lora_alpha: alpha } = fields
  if (!Number.isSafeInteger(r) || (r as number) < 1 || (r as number) > LARGEST_RANK) return refused('r', r, `a whole number from 1 to ${LARGEST_RANK}`)
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) return refused('lora_alpha', alpha, 'a number')
  const named = fields.target_modules === 'all-linear' ? [...PROJECTIONS] : fields.target_modules
  const targets = Array.isArray(named) ? PROJECTIONS.filter((p) => named.includes(p)) : []
  if (!Array.isArray(named) || named.length === 0 || targets.length !== new Set(named).size) return refused('target_modules', fields.target_modules, `a list out of ${PROJECTIONS.join(', ')}`)
  return ok({ r: r as number, alpha, targets, isRankStabilised: fields.use_rslora === true })
}

function refused(field: string, value: unknown, expected: string): Failure<'unsupportedAdapter'> {
  return fail('unsupportedAdapter', `\`${field}\` is ${shown(JSON.stringify(value) ?? 'missing')}; expected ${expected}.`, { where: `\`${ADAPTER_CONFIG}\``, next: 'Export a plain LoRA adapter over the projections.' })
}

interface Wanted {
  /** Name of the weight that is changed. */
  readonly weight: string
  readonly part: 'a' | 'b'
  readonly shape: readonly [number, number]
}

/** The tensors of an adapter of this config for this model, by their names in the file. */
function wantedTensors(model: ModelConfig, { r, targets }: AdapterConfig): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const { name, shape } of parameterLayout(model)) {
    if (!targets.some((target) => name.endsWith(`.${target}.weight`))) continue
    const module = PREFIX + name.slice(0, -'.weight'.length)
    wanted.set(`${module}.lora_A.weight`, { weight: name, part: 'a', shape: [r, shape[1]!] })
    wanted.set(`${module}.lora_B.weight`, { weight: name, part: 'b', shape: [shape[0]!, r] })
  }
  return wanted
}

/** Reads an adapter and checks every tensor of it against the model. */
export async function readAdapter(files: ModelFiles, model: ModelConfig): Promise<Result<Adapter, AdapterFault>> {
  const [configSource, weights] = [files.get(ADAPTER_CONFIG), files.get(ADAPTER_WEIGHTS)]
  if (!configSource || configSource.size > CONFIG_LIMIT) return fail('noAdapter', `There is no usable ${ADAPTER_CONFIG}.`, { where: 'Adapter', next: 'Drop it together with the weights.' })
  if (!weights) return fail('noAdapter', `There is no ${ADAPTER_WEIGHTS}.`, { where: 'Adapter', next: 'Drop it together with the config.' })
  const config = parseAdapterConfig(new TextDecoder().decode(await configSource.slice(0, configSource.size)))
  if (!config.ok) return config
  const file = await openSafetensors(weights, ADAPTER_WEIGHTS)
  if (!file.ok) return file
  const wanted = wantedTensors(model, config.value)
  const stray = [...file.value.tensors.keys()].find((name) => !wanted.has(name))
  if (stray !== undefined)
    return fail('unexpectedTensor', 'No projection of this model that the config targets has such a tensor.', { where: `\`${ADAPTER_WEIGHTS}\`, tensor ${shown(stray)}`, next: 'Check that the adapter was made for this model.' })
  const pairs = new Map<string, { a: Float32Array; b: Float32Array }>()
  for (const [name, { weight, part, shape }] of wanted) {
    const where = `\`${ADAPTER_WEIGHTS}\`, tensor ${name}`
    const entry = file.value.tensors.get(name)
    if (!entry) return fail('missingTensor', `It is not in the file; expected with shape [${shape.join(', ')}].`, { where, next: 'Check that the adapter was made for this model.' })
    if (entry.shape.join() !== shape.join())
      return fail('wrongShape', `Its shape is [${entry.shape.join(', ')}]; the model and r = ${config.value.r} call for [${shape.join(', ')}].`, { where, next: 'Check that the adapter was made for this model.' })
    const values = new Float32Array(shape[0] * shape[1])
    const read = await readTensor(file.value, entry, (piece, at) => values.set(piece, at))
    if (!read.ok) return read
    const pair = pairs.get(weight) ?? { a: values, b: values }
    pairs.set(weight, { ...pair, [part]: values })
  }
  return ok({ config: config.value, pairs })
}

/** The two files of an adapter, as PEFT reads them. @param base name or address of the model it changes */
export function writeAdapter({ config, pairs }: Adapter, model: ModelConfig, base: string): ReadonlyMap<string, Uint8Array> {
  const settings = {
    peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: base, r: config.r, lora_alpha: config.alpha, lora_dropout: 0,
    bias: 'none', target_modules: config.targets, use_rslora: config.isRankStabilised, inference_mode: true,
  }
  const tensors = [...wantedTensors(model, config)].map(([name, { weight, part, shape }]) => {
    const pair = pairs.get(weight)
    if (!pair) throw new Error(`The adapter targets ${weight} and has nothing for it`)
    return { name, shape, dtype: 'F32' as const, values: pair[part] }
  })
  const header = safetensorsHeader(tensors, {})
  const bytes = new Uint8Array(header.length + tensors.reduce((n, t) => n + t.values.byteLength, 0))
  bytes.set(header)
  let at = header.length
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return new Map([
    [ADAPTER_CONFIG, new TextEncoder().encode(JSON.stringify(settings, null, 2))],
    [ADAPTER_WEIGHTS, bytes],
  ])
}

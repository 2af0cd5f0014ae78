/** Checkpoints as safetensors: weights under their Hugging Face names, then the optimiser's state, in one file. */
import type { ModelConfig } from '../posttrain/modelConfig'
import type { Stage } from '../posttrain/runRecords'
import { fail, ok, sentence, type Result } from '../base/result'
import { adapterLayout } from './fused/loraLayout'
import { parameterLayout, type ParameterSlot } from './model/parameters'
import type { AdapterOrigin, TrainedArrays } from './policyModel'
import { ownConfig, type ConfigFault } from './pretrained/config'
import { firstNonFinite } from './pretrained/dtype'
import { parseAdapterConfig, type AdapterConfig } from './pretrained/lora'
import { safetensorsHeader } from './pretrained/safetensors'
import { headerLength, LENGTH_BYTES, parseHeader, type SafetensorsHeader } from './pretrained/safetensorsHeader'

/** `t` counts the steps that this stage's optimiser has done. */
export interface Checkpoint extends TrainedArrays {
  readonly config: ModelConfig
  readonly stage: Stage
  /** Optimiser steps done over both stages. */
  readonly step: number
  readonly seed: number
}

const MOMENTS = ['optimizer.exp_avg', 'optimizer.exp_avg_sq'] as const
const REFERENCE = 'reference.parameters'

/** What `parameters` holds: a whole model, or adapters under PEFT's names. */
function slotsOf(config: ModelConfig, adapter: AdapterConfig | undefined): readonly ParameterSlot[] {
  return adapter ? adapterLayout(config, adapter).slots : parameterLayout(config)
}

/** @source safetensors format: u64 header length, JSON header, tensors back to back */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { config, stage, step, t, seed, parameters, m, v, reference, adapter } = checkpoint
  const flat = [...MOMENTS, ...(reference ? [REFERENCE] : [])].map((name) => ({ name, shape: [m.length] }))
  const tensors = [...slotsOf(config, adapter?.config), ...flat].map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const }))
  const header = safetensorsHeader(tensors, {
    config: JSON.stringify(config), stage, step: String(step), t: String(t), seed: String(seed), ...(adapter ? adapterMetadata(adapter) : {}),
  })
  const parts = [parameters, m, v, ...(reference ? [reference] : [])] // the flat buffer holds its slots in the order of the header
  const bytes = new Uint8Array(header.length + parts.reduce((n, part) => n + part.byteLength, 0))
  bytes.set(header)
  let at = header.length
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
    at += part.byteLength
  }
  return bytes
}

/** Reads what `writeCheckpoint` wrote; checks the header, every shape, every byte range and that all numbers are finite. */
export function readCheckpoint(bytes: Uint8Array): Result<Checkpoint, 'corrupt'> {
  const corrupt = (what: string) => fail('corrupt', what, { where: 'Checkpoint', next: 'Start the run again, or resume another one.' })
  const length = headerLength(bytes.subarray(0, LENGTH_BYTES), bytes.length, 'checkpoint')
  if (!length.ok) return corrupt(length.what)
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length.value), bytes.length, 'checkpoint')
  if (!header.ok) return corrupt(sentence({ ...header, next: undefined }))
  const config = storedConfig(header.value)
  if (!config.ok) return corrupt(config.what)
  const place = storedPlace(header.value)
  if (!place) return corrupt('It does not say at which step it was taken.')

  const adapter = storedAdapter(header.value)
  if (adapter === null) return corrupt('Its adapter cannot be read.')
  const layout = slotsOf(config.value, adapter?.config)
  const total = layout.reduce((sum, slot) => sum + slot.size, 0)
  const flat = header.value.tensors.has(REFERENCE) ? [...MOMENTS, REFERENCE] : MOMENTS
  const wanted = [...layout, ...flat.map((name) => ({ name, shape: [total], offset: 0 }))]
  const entries = wanted.map(({ name, shape }) => {
    const entry = header.value.tensors.get(name)
    return entry?.dtype === 'F32' && entry.shape.join() === shape.join() ? entry : null
  })
  const absent = entries.indexOf(null)
  if (absent >= 0) return corrupt(`It lacks the tensor ${wanted[absent]!.name} with shape [${wanted[absent]!.shape.join(', ')}].`)

  // Allocated only now: the tensors are there, so the file is as large as the config claims.
  const zeros = () => new Float32Array(total)
  const [parameters, m, v] = [zeros(), zeros(), zeros()]
  const reference = flat.length > MOMENTS.length ? zeros() : undefined
  const places: Readonly<Record<string, Float32Array | undefined>> = { [MOMENTS[0]]: m, [MOMENTS[1]]: v, [REFERENCE]: reference }
  for (const [i, { name, offset }] of wanted.entries()) {
    // Copied: the data need not be aligned to four bytes inside the array it came in.
    const values = new Float32Array(bytes.slice(entries[i]!.start, entries[i]!.end).buffer)
    if (firstNonFinite(values) >= 0) return corrupt(`Its tensor ${name} holds numbers that are not finite.`)
    ;(places[name] ?? parameters).set(values, offset)
  }
  return ok({ config: config.value, ...place, parameters, m, v, ...(reference ? { reference } : {}), ...(adapter ? { adapter } : {}) })
}

/** An adapter's config as PEFT names its fields, and the fingerprint of the weights it belongs to. */
function adapterMetadata({ config, base }: AdapterOrigin): Record<string, string> {
  const { r, alpha, targets, isRankStabilised } = config
  return { adapter: JSON.stringify({ peft_type: 'LORA', r, lora_alpha: alpha, target_modules: targets, use_rslora: isRankStabilised }), base }
}

/** @returns undefined where the checkpoint is of a whole model, null where its adapter is not readable */
function storedAdapter({ metadata }: SafetensorsHeader): AdapterOrigin | undefined | null {
  const text = metadata.get('adapter')
  if (text === undefined) return undefined
  const config = parseAdapterConfig(text)
  const base = metadata.get('base')
  return config.ok && base !== undefined ? { config: config.value, base } : null
}

function storedConfig({ metadata }: SafetensorsHeader): Result<ModelConfig, ConfigFault> {
  try {
    return ownConfig(JSON.parse(metadata.get('config') ?? ''))
  } catch {
    return fail('unreadableConfig', 'Its config cannot be read.')
  }
}

function storedPlace({ metadata }: SafetensorsHeader): Pick<Checkpoint, 'stage' | 'step' | 't' | 'seed'> | null {
  const stage = metadata.get('stage')
  const [step, t, seed] = ['step', 't', 'seed'].map((name) => Number(metadata.get(name) ?? NaN)) as [number, number, number]
  if ((stage !== 'sft' && stage !== 'grpo') || ![step, t, seed].every(Number.isSafeInteger)) return null
  return { stage, step, t, seed }
}

/** Checkpoints as safetensors: weights under their Hugging Face names, then the optimiser's state, in one file. */
import type { ModelConfig } from '../posttrain/modelConfig'
import type { Stage } from '../posttrain/runRecords'
import { fail, ok, sentence, type Result } from '../base/result'
import { parameterLayout } from './model/parameters'
import { ownConfig, type ConfigFault } from './pretrained/config'
import { firstNonFinite } from './pretrained/dtype'
import { safetensorsHeader } from './pretrained/safetensors'
import { headerLength, LENGTH_BYTES, parseHeader, type SafetensorsHeader } from './pretrained/safetensorsHeader'

export interface Checkpoint {
  readonly config: ModelConfig
  readonly stage: Stage
  /** Optimiser steps done over both stages. */
  readonly step: number
  /** Steps done by this stage's optimiser: t of AdamW. */
  readonly t: number
  readonly seed: number
  readonly parameters: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
}

const MOMENTS = ['optimizer.exp_avg', 'optimizer.exp_avg_sq'] as const

/** @source safetensors format: u64 header length, JSON header, tensors back to back */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { config, stage, step, t, seed, parameters, m, v } = checkpoint
  const slots = parameterLayout(config)
  const tensors = [...slots, ...MOMENTS.map((name) => ({ name, shape: [m.length] }))].map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const }))
  const header = safetensorsHeader(tensors, {
    config: JSON.stringify(config), stage, step: String(step), t: String(t), seed: String(seed),
  })
  const parts = [parameters, m, v] // the flat buffer holds its slots in the order of the header
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

  const layout = parameterLayout(config.value)
  const last = layout[layout.length - 1]!
  const total = last.offset + last.size
  const wanted = [...layout, ...MOMENTS.map((name) => ({ name, shape: [total], offset: 0 }))]
  const entries = wanted.map(({ name, shape }) => {
    const entry = header.value.tensors.get(name)
    return entry?.dtype === 'F32' && entry.shape.join() === shape.join() ? entry : null
  })
  const absent = entries.indexOf(null)
  if (absent >= 0) return corrupt(`It lacks the tensor ${wanted[absent]!.name} with shape [${wanted[absent]!.shape.join(', ')}].`)

  // Allocated only now: the tensors are there, so the file is as large as the config claims.
  const [parameters, m, v] = [new Float32Array(total), new Float32Array(total), new Float32Array(total)]
  for (const [i, { name, offset }] of wanted.entries()) {
    // Copied: the data need not be aligned to four bytes inside the array it came in.
    const values = new Float32Array(bytes.slice(entries[i]!.start, entries[i]!.end).buffer)
    if (firstNonFinite(values) >= 0) return corrupt(`Its tensor ${name} holds numbers that are not finite.`)
    const into = name === MOMENTS[0] ? m : name === MOMENTS[1] ? v : parameters
    into.set(values, offset)
  }
  return ok({ config: config.value, ...place, parameters, m, v })
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

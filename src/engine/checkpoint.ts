/** Checkpoints as safetensors: weights under their Hugging Face names, then the optimiser's state, in one file. */
import type { ModelConfig } from '../posttrain/modelConfig'
import type { Stage } from '../posttrain/runRecords'
import { fail, ok, type Result } from '../base/result'
import { parameterLayout } from './model/parameters'

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

const HEADER_LIMIT = 10 << 20
const ALIGNMENT = 8

interface Entry {
  readonly dtype: 'F32'
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/** @source safetensors format: u64 header length, JSON header, tensors back to back */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const header: Record<string, Entry | Record<string, string>> = {
    __metadata__: {
      format: 'pt',
      config: JSON.stringify(checkpoint.config),
      stage: checkpoint.stage,
      step: String(checkpoint.step),
      t: String(checkpoint.t),
      seed: String(checkpoint.seed),
    },
  }
  const parts: Float32Array[] = []
  let offset = 0
  const put = (name: string, shape: readonly number[], data: Float32Array) => {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
    parts.push(data)
  }
  for (const slot of parameterLayout(checkpoint.config))
    put(slot.name, slot.shape, checkpoint.parameters.subarray(slot.offset, slot.offset + slot.size))
  put('optimizer.exp_avg', [checkpoint.m.length], checkpoint.m)
  put('optimizer.exp_avg_sq', [checkpoint.v.length], checkpoint.v)
  let json = JSON.stringify(header)
  json = json.padEnd(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT, ' ') // ASCII only, so length is bytes
  const bytes = new Uint8Array(8 + json.length + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(new TextEncoder().encode(json), 8)
  let at = 8 + json.length
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at)
    at += part.byteLength
  }
  return bytes
}

/** Reads what `writeCheckpoint` wrote; checks the header, every shape and every byte range before allocating. */
export function readCheckpoint(bytes: Uint8Array): Result<Checkpoint, 'corrupt'> {
  const corrupt = (what: string) => fail('corrupt', what, { where: 'Checkpoint', next: 'Start the run again, or resume another one.' })
  if (bytes.length < 8) return corrupt('is shorter than its own header length.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > HEADER_LIMIT || 8 + headerLength > bytes.length) return corrupt('has a header longer than the file.')
  let header: Record<string, Entry & Record<string, string>>
  let config: ModelConfig
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as typeof header
    config = JSON.parse(header.__metadata__!.config!) as ModelConfig
  } catch {
    return corrupt('has an unreadable header.')
  }
  const body = 8 + headerLength
  const read = (name: string, size: number): Float32Array | null => {
    const entry = header[name]
    if (!entry || entry.dtype !== 'F32' || !Array.isArray(entry.data_offsets)) return null
    const [start, end] = entry.data_offsets
    if (!(start >= 0 && end - start === size * 4 && body + end <= bytes.length)) return null
    // Copied: the body need not be aligned to four bytes inside the array it came in.
    return new Float32Array(bytes.slice(body + start, body + end).buffer)
  }
  const layout = parameterLayout(config)
  const last = layout[layout.length - 1]!
  const total = last.offset + last.size
  const parameters = new Float32Array(total)
  for (const slot of layout) {
    const part = read(slot.name, slot.size)
    if (!part) return corrupt(`lacks the tensor ${slot.name} with shape [${slot.shape.join(', ')}].`)
    parameters.set(part, slot.offset)
  }
  const m = read('optimizer.exp_avg', total)
  const v = read('optimizer.exp_avg_sq', total)
  if (!m || !v) return corrupt('lacks the optimiser state.')
  const meta = header.__metadata__!
  return ok({ config, stage: meta.stage as Stage, step: Number(meta.step), t: Number(meta.t), seed: Number(meta.seed), parameters, m, v })
}

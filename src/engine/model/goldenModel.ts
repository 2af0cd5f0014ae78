/** Test helper: the golden Qwen3 model as a flat parameter buffer. */
import { readFileSync } from 'node:fs'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout } from './parameters'

const folder = new URL('../goldens/qwen3-tiny/', import.meta.url)

export interface GoldenPrompt {
  readonly input_ids: number[]
  /** [V], at the last position */
  readonly last_logits: number[]
  readonly logprobs_of_next: number[]
  readonly greedy: { readonly token: number; readonly logprob: number; readonly margin: number }[]
}

/** Weights and expectations computed with PyTorch in float64. */
export function goldenModel(): { config: ModelConfig; parameters: Float32Array; expected: GoldenPrompt[] } {
  const config = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8')) as ModelConfig
  const bytes = readFileSync(new URL('model.safetensors', folder))
  const headerLength = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString()) as Record<string, { data_offsets: [number, number] }>
  const layout = parameterLayout(config)
  const last = layout[layout.length - 1]!
  const parameters = new Float32Array(last.offset + last.size)
  for (const slot of layout) {
    const [start, end] = header[slot.name]!.data_offsets
    const raw = Uint8Array.from(bytes.subarray(8 + headerLength + start, 8 + headerLength + end))
    parameters.set(new Float32Array(raw.buffer), slot.offset)
  }
  return { config, parameters, expected: JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as GoldenPrompt[] }
}

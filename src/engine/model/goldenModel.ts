/** Test helper: the golden Qwen3 models as flat parameter buffers. */
import { readdirSync, readFileSync } from 'node:fs'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout } from './parameters'

/** `qwen3-tiny` is f32 with a tied head, in one file; the other bf16 with a head of its own, in two shards. */
export type GoldenName = 'qwen3-tiny' | 'qwen3-tiny-untied-bf16'

export interface GoldenPrompt {
  readonly input_ids: number[]
  /** [V], at the last position */
  readonly last_logits: number[]
  readonly logprobs_of_next: number[]
  readonly greedy: { readonly token: number; readonly logprob: number; readonly margin: number }[]
}

/** Weights and expectations computed with PyTorch in float64. */
export function goldenModel(name: GoldenName = 'qwen3-tiny'): { config: ModelConfig; parameters: Float32Array; expected: GoldenPrompt[] } {
  const folder = new URL(`../goldens/${name}/`, import.meta.url)
  const json = <T>(file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T
  const config = json<ModelConfig>('config.json')
  const tensors = new Map(readdirSync(folder).filter((file) => file.endsWith('.safetensors')).flatMap((file) => tensorsOf(readFileSync(new URL(file, folder)))))
  const layout = parameterLayout(config)
  const last = layout[layout.length - 1]!
  const parameters = new Float32Array(last.offset + last.size)
  for (const slot of layout) parameters.set(tensors.get(slot.name)!, slot.offset)
  return { config, parameters, expected: json<GoldenPrompt[]>('expected.json') }
}

/** Written apart from the lab's own reader, so that each can be held against the other. */
function tensorsOf(bytes: Buffer): [string, Float32Array][] {
  const headerLength = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString()) as Record<string, { dtype: string; data_offsets: [number, number] }>
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, { dtype, data_offsets: [start, end] }]) => {
      const raw = Uint8Array.from(bytes.subarray(8 + headerLength + start, 8 + headerLength + end)).buffer
      if (dtype !== 'BF16') return [name, new Float32Array(raw)]
      const words = Uint32Array.from(new Uint16Array(raw), (half) => half << 16)
      return [name, new Float32Array(words.buffer)]
    })
}

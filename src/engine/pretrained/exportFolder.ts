/** A model as the files of a Hugging Face folder, each produced piece by piece. */
import type { Checkpoint } from '../checkpoint'
import { adapterFrom, adapterLayout } from '../fused/loraLayout'
import { parameterLayout } from '../model/parameters'
import { EOS, PAD } from '../../proofs/tinyProofs/vocabulary'
import type { ByteSource } from './byteSource'
import { hubConfig, type PretrainedConfig } from './config'
import { mergeAdapter, writeAdapter, type Adapter } from './lora'
import { readTensor, safetensorsHeader } from './safetensors'
import { tinyTokenizerConfig, tinyTokenizerJson } from './tinyTokenizer'
import type { PlacedTensor } from './weightFiles'

export interface ExportFile {
  readonly name: string
  readonly sizeBytes: number
  chunks(): AsyncIterable<Uint8Array<ArrayBuffer>>
}

const PIECE_BYTES = 4 * 2 ** 20

/** A text, or an object as JSON. */
export function textFile(name: string, content: string | object): ExportFile {
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
  const bytes = new TextEncoder().encode(text)
  return { name, sizeBytes: bytes.length, async *chunks() { yield bytes } }
}

/** A file of a stored model as it is. */
export function storedFile(name: string, source: ByteSource): ExportFile {
  return {
    name,
    sizeBytes: source.size,
    async *chunks() {
      for (let at = 0; at < source.size; at += PIECE_BYTES) yield new Uint8Array(await source.slice(at, Math.min(at + PIECE_BYTES, source.size)))
    },
  }
}

export interface RunFacts {
  readonly name: string
  /** Tokens that a prompt and a completion had room for in training. */
  readonly maxPositions: number
  readonly maxNewTokens: number
  readonly temperature: number
}

/** A model that was trained here, with its vocabulary: weights in float32, no optimiser state. */
export function runFolder({ config, parameters, step, stage }: Checkpoint, run: RunFacts): ExportFile[] {
  const model: PretrainedConfig = { config, maxPositions: run.maxPositions, endIds: [EOS] }
  return [
    textFile('config.json', { ...hubConfig(model, 'float32'), pad_token_id: PAD }),
    textFile('generation_config.json', { do_sample: true, temperature: run.temperature, top_p: 1, top_k: 0, max_new_tokens: run.maxNewTokens, eos_token_id: EOS, pad_token_id: PAD }),
    textFile('tokenizer.json', tinyTokenizerJson()),
    textFile('tokenizer_config.json', tinyTokenizerConfig(run.maxPositions)),
    flatWeights(config, parameters),
    textFile('README.md', runCard(run, step, stage)),
  ]
}

function flatWeights(config: Checkpoint['config'], parameters: Float32Array): ExportFile {
  const header = safetensorsHeader(parameterLayout(config).map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const })), {})
  return {
    name: 'model.safetensors',
    sizeBytes: header.length + parameters.byteLength,
    async *chunks() {
      yield new Uint8Array(header)
      const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength)
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield new Uint8Array(bytes.slice(at, at + PIECE_BYTES))
    },
  }
}

/** A low-rank adapter that was trained here, as PEFT reads it. @param base name or address of the model it changes */
export function adapterFolder({ config, parameters, adapter }: Checkpoint, base: string): ExportFile[] {
  if (!adapter) throw new Error('The checkpoint holds a whole model, no adapter')
  const files = writeAdapter(adapterFrom(adapterLayout(config, adapter.config), parameters), config, base)
  return [...files].map(([name, bytes]) => ({ name, sizeBytes: bytes.length, async *chunks() { yield new Uint8Array(bytes) } }))
}

/** Weights with an adapter merged in, as one float32 file: one tensor at a time is in memory. */
export function mergedWeights(placed: readonly PlacedTensor[], adapter: Adapter): ExportFile {
  const header = safetensorsHeader(placed.map(({ slot }) => ({ name: slot.name, shape: slot.shape, dtype: 'F32' as const })), {})
  return {
    name: 'model.safetensors',
    sizeBytes: header.length + placed.reduce((n, { slot }) => n + 4 * slot.size, 0),
    async *chunks() {
      yield new Uint8Array(header)
      for (const { slot, file, entry } of placed) {
        const values = new Float32Array(slot.size)
        const read = await readTensor(file, entry, (piece, at) => values.set(piece, at))
        if (!read.ok) throw new Error(`${read.where}: ${read.what}`)
        mergeAdapter(adapter, slot.name, values)
        yield new Uint8Array(values.buffer)
      }
    },
  }
}

/** A stored model's folder: its own files, or with an adapter merged, in which case the weights and the config are new. */
export function modelFolder(files: ReadonlyMap<string, ByteSource>, merged: { readonly pretrained: PretrainedConfig; readonly placed: readonly PlacedTensor[]; readonly adapter: Adapter } | null): ExportFile[] {
  const isReplaced = (name: string) => merged !== null && (/\.safetensors(\.index\.json)?$/.test(name) || name === 'config.json')
  const kept = [...files].filter(([name]) => !isReplaced(name)).map(([name, source]) => storedFile(name, source))
  return merged ? [textFile('config.json', hubConfig(merged.pretrained, 'float32')), mergedWeights(merged.placed, merged.adapter), ...kept] : kept
}

function runCard({ name, maxNewTokens }: RunFacts, step: number, stage: string): string {
  const title = name.replace(/[^\p{L}\p{N}._-]+/gu, ' ').trim() || 'A tiny prover'
  return `---
library_name: transformers
pipeline_tag: text-generation
tags: [proof-lab, tiny-proofs]
---

# ${title}

A small proof writer, trained from random weights in a browser on the synthetic task *tiny proofs*; step ${step} (${stage === 'sft' ? 'supervised fine-tuning' : 'reinforcement learning'}).
It knows the words of that task and no others.

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
model = AutoModelForCausalLM.from_pretrained(".")
problem = r"Generate a rigorous proof to the following question: Assume $p$, $p \\to q$. Prove $q$."
inputs = tokenizer.apply_chat_template([{"role": "user", "content": problem}], add_generation_prompt=True, return_tensors="pt", return_dict=True)
print(tokenizer.decode(model.generate(**inputs, max_new_tokens=${maxNewTokens})[0]))
\`\`\`

The tokenizer drops \`$\` and white space; a decoded text has neither.
`
}

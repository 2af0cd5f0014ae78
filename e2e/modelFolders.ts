/** Model folders for the scenarios: the goldens as they are, and folders that are broken in one way. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Page } from '@playwright/test'
import { MALFORMED } from '../src/engine/pretrained/safetensorsFixtures'
import { expect } from './support'

export const GOLDENS = 'src/engine/goldens'

export interface GoldenPrompt {
  readonly input_ids: number[]
  readonly greedy: { readonly token: number; readonly margin: number }[]
}

export function goldenPrompts(name: string): GoldenPrompt[] {
  return JSON.parse(readFileSync(join(GOLDENS, name, 'expected.json'), 'utf8')) as GoldenPrompt[]
}

/** A folder named `name` holding the files of these goldens, and `more`. The caller removes what lies above it. */
export function folderOf(name: string, goldens: readonly string[], more: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'lab-models-')), name)
  mkdirSync(folder)
  for (const golden of goldens)
    for (const file of readdirSync(join(GOLDENS, golden))) if (file !== 'expected.json') cpSync(join(GOLDENS, golden, file), join(folder, file))
  for (const [file, content] of Object.entries(more)) writeFileSync(join(folder, file), content)
  return folder
}

export function removeFolder(folder: string): void {
  rmSync(join(folder, '..'), { recursive: true, force: true })
}

/** Chooses a folder, as the button does; waits until it is in the list. */
export async function addModel(page: Page, folder: string): Promise<void> {
  await page.getByLabel('Model folder').setInputFiles(folder)
  await expect(page.getByRole('list', { name: 'Models' }).getByText(basename(folder)).first()).toBeVisible({ timeout: 30_000 })
}

export interface LooseFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

function loose(name: string, content: string | Uint8Array): LooseFile {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) }
}

const config = readFileSync(join(GOLDENS, 'qwen3-tiny', 'config.json'), 'utf8')
const weights = readFileSync(join(GOLDENS, 'qwen3-tiny', 'model.safetensors'))

/** The golden file with its header text changed, its data left alone. */
function withHeader(change: (header: string) => string): Uint8Array {
  const length = Number(weights.readBigUInt64LE(0))
  const header = Buffer.from(change(weights.subarray(8, 8 + length).toString()))
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([out, header, weights.subarray(8 + length)])
}

function withNaN(): Uint8Array {
  const out = Buffer.from(weights)
  out.writeFloatLE(NaN, out.length - 4)
  return out
}

export interface Broken {
  readonly title: string
  readonly files: readonly LooseFile[]
  readonly says: RegExp
}

/** One case a rule of the format, and one a way in which weights do not fit their config. */
export const BROKEN: readonly Broken[] = [
  ...MALFORMED.map(({ title, file, names }) => ({ title, files: [loose('config.json', config), loose('model.safetensors', file)], says: names })),
  { title: 'a file cut in the middle', files: [loose('config.json', config), loose('model.safetensors', weights.subarray(0, 500_000))], says: /tensor model\..*ends at byte/ },
  { title: 'a tensor that is missing', files: [loose('config.json', config), loose('model.safetensors', withHeader((h) => h.replace('model.layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.other')))], says: /model\.layers\.1\.mlp\.up_proj\.weight.*\[160, 64\]/ },
  { title: 'a shape of another model', files: [loose('config.json', config.replace('"intermediate_size":160', '"intermediate_size":80')), loose('model.safetensors', weights)], says: /mlp\.gate_proj\.weight.*\[160, 64\].*calls for \[80, 64\]/ },
  { title: 'integers where weights should be', files: [loose('config.json', config), loose('model.safetensors', withHeader((h) => h.replaceAll('"F32"', '"I32"')))], says: /dtype is I32; expected F32, F16 or BF16/ },
  { title: 'a number that is none', files: [loose('config.json', config), loose('model.safetensors', withNaN())], says: /is NaN; expected finite numbers/ },
  { title: 'another architecture', files: [loose('config.json', config.replace('Qwen3ForCausalLM', 'MambaForCausalLM')), loose('model.safetensors', weights)], says: /MambaForCausalLM.*Qwen3ForCausalLM and LlamaForCausalLM/ },
  { title: 'no config at all', files: [loose('model.safetensors', weights)], says: /no config\.json/ },
]

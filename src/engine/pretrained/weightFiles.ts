/** The weights of a model folder: one safetensors file or several with an index, matched against what the config calls for. */
import { fail, ok, type Failure, type Result } from '../../base/result'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout, type ParameterSlot } from '../model/parameters'
import type { ByteSource } from './byteSource'
import { parseFields } from './config'
import { isWeightDtype, type WeightDtype } from './dtype'
import { openSafetensors, type SafetensorsFile } from './safetensors'
import { shown, type HeaderFault, type TensorEntry } from './safetensorsHeader'

export type WeightsFault = HeaderFault | 'noWeights' | 'badIndex' | 'missingShard' | 'missingTensor' | 'unexpectedTensor' | 'wrongShape' | 'unsupportedDtype'

/** The files of a model folder by name, without folders. */
export type ModelFiles = ReadonlyMap<string, ByteSource>

export interface PlacedTensor {
  readonly slot: ParameterSlot
  readonly file: SafetensorsFile
  readonly entry: TensorEntry
  readonly dtype: WeightDtype
}

const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'
const INDEX_LIMIT = 10_000_000

/** Buffers that old exports carry; they hold nothing that the config does not say. */
const IGNORED = /\.(rotary_emb\.inv_freq|attention\.(bias|masked_bias))$/

/** The tensors of the whole model in layout order; headers are read, weights are not. */
export async function placeWeights(files: ModelFiles, config: ModelConfig): Promise<Result<readonly PlacedTensor[], WeightsFault>> {
  const opened = files.has(INDEX) ? await openShards(files) : await openSingle(files)
  return opened.ok ? matchTensors(opened.value, config) : opened
}

type Found = ReadonlyMap<string, { readonly file: SafetensorsFile; readonly entry: TensorEntry }>

async function openSingle(files: ModelFiles): Promise<Result<Found, WeightsFault>> {
  const names = [...files.keys()].filter((name) => name.endsWith('.safetensors') && !name.startsWith('adapter_'))
  const name = names.includes(SINGLE) ? SINGLE : names.length === 1 ? names[0]! : null
  if (name === null) {
    return names.length === 0
      ? fail('noWeights', 'There is no safetensors file.', { where: 'Model folder', next: 'Add model.safetensors, or the shards with model.safetensors.index.json.' })
      : fail('noWeights', `There are ${names.length} safetensors files and no ${INDEX} that says which tensor is where.`, { where: 'Model folder', next: 'Add the index file.' })
  }
  const file = await openSafetensors(files.get(name)!, name)
  if (!file.ok) return file
  return ok(new Map([...file.value.tensors].map(([tensor, entry]) => [tensor, { file: file.value, entry }])))
}

async function openShards(files: ModelFiles): Promise<Result<Found, WeightsFault>> {
  const map = await readIndex(files.get(INDEX)!)
  if (!map.ok) return map
  const shards = new Map<string, SafetensorsFile>()
  for (const name of new Set(map.value.values())) {
    const source = files.get(name)
    if (!source) return fail('missingShard', `The index places tensors in \`${shown(name)}\`, which is not in the folder.`, { where: `\`${INDEX}\``, next: 'Add that file.' })
    const file = await openSafetensors(source, name)
    if (!file.ok) return file
    shards.set(name, file.value)
  }
  const found = new Map<string, { file: SafetensorsFile; entry: TensorEntry }>()
  for (const [tensor, name] of map.value) {
    const file = shards.get(name)!
    const entry = file.tensors.get(tensor)
    if (!entry) return fail('missingTensor', `The index places it in \`${shown(name)}\`, which does not hold it.`, { where: `\`${INDEX}\`, tensor ${shown(tensor)}`, next: 'Download the model again.' })
    found.set(tensor, { file, entry })
  }
  for (const file of shards.values())
    for (const tensor of file.tensors.keys())
      if (map.value.get(tensor) !== file.name && !IGNORED.test(tensor)) return unexpected(file.name, tensor, `The index does not place it in this file.`)
  return ok(found)
}

async function readIndex(source: ByteSource): Promise<Result<ReadonlyMap<string, string>, 'badIndex'>> {
  const bad = (what: string) => fail('badIndex', what, { where: `\`${INDEX}\``, next: 'Download the model again.' })
  if (source.size > INDEX_LIMIT) return bad(`The file has ${source.size} bytes; expected at most ${INDEX_LIMIT}.`)
  const fields = parseFields(new TextDecoder().decode(await source.slice(0, source.size)), `\`${INDEX}\``)
  if (!fields.ok) return bad(fields.what)
  const { weight_map: map } = fields.value
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return bad('`weight_map` is missing; expected tensor names and their files.')
  const entries = Object.entries(map)
  const wrong = entries.find(([, name]) => typeof name !== 'string' || !/^[\w.-]+\.safetensors$/.test(name))
  if (wrong) return bad(`Tensor ${shown(wrong[0])} lies in ${shown(JSON.stringify(wrong[1]))}; expected the name of a safetensors file in the same folder.`)
  return ok(new Map(entries as [string, string][]))
}

function matchTensors(found: Found, config: ModelConfig): Result<readonly PlacedTensor[], WeightsFault> {
  const layout = parameterLayout(config)
  const placed: PlacedTensor[] = []
  const missing = layout.filter((slot) => !found.has(slot.name))
  if (missing.length > 0) {
    const { name, shape } = missing[0]!
    const rest = missing.length > 1 ? ` (and ${missing.length - 1} more)` : ''
    return fail('missingTensor', `It is not in the files; expected with shape [${shape.join(', ')}]${rest}.`, { where: `Tensor ${name}`, next: 'Check that config.json belongs to these weights and that no shard is missing.' })
  }
  for (const slot of layout) {
    const { file, entry } = found.get(slot.name)!
    const where = `\`${file.name}\`, tensor ${slot.name}`
    if (entry.shape.length !== slot.shape.length || entry.shape.some((n, i) => n !== slot.shape[i]))
      return fail('wrongShape', `Its shape is [${entry.shape.join(', ')}]; config.json calls for [${slot.shape.join(', ')}].`, { where, next: 'Check that config.json belongs to these weights.' })
    if (!isWeightDtype(entry.dtype)) return fail('unsupportedDtype', `Its dtype is ${entry.dtype}; expected F32, F16 or BF16.`, { where, next: 'Convert the model to one of these.' })
    placed.push({ slot, file, entry, dtype: entry.dtype })
  }
  const known = new Set(layout.map((slot) => slot.name))
  for (const [name, { file }] of found) {
    if (known.has(name) || IGNORED.test(name)) continue
    // A tied head that was written out all the same is the embedding once more.
    if (name === 'lm_head.weight' && config.tie_word_embeddings) continue
    return unexpected(file.name, name, 'config.json calls for no such tensor.')
  }
  return ok(placed)
}

function unexpected(file: string, tensor: string, what: string): Failure<'unexpectedTensor'> {
  return fail('unexpectedTensor', what, { where: `\`${file}\`, tensor ${shown(tensor)}`, next: 'Check that config.json belongs to these weights.' })
}

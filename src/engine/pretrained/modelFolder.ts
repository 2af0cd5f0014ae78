/** A dropped folder on its way to a model: which files count, whether they fit together, and what they make. */
import { fail, ok, type Result } from '../../base/result'
import type { Stop } from '../../base/stop'
import { parameterCount } from '../../posttrain/modelConfig'
import type { PretrainedRecord } from '../../posttrain/modelRecords'
import { parseFields, tokenIds } from './config'
import { fileBytes } from './loadWeights'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from './lora'
import { checkWeights, CONFIG, CONFIG_LIMIT, type CheckedWeights, type ModelFault } from './openWeights'
import { readTensor, type ReadFault } from './safetensors'
import { TextCodec, type TextFault } from './text'
import type { ModelFiles, PlacedTensor } from './weightFiles'

export type FolderFault = ModelFault | ReadFault | TextFault | 'ambiguous'

/** What a model folder may hold that the lab keeps; the rest (other formats, pictures, hidden files) is left behind. */
const KEPT = /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|adapter_config|model\.safetensors\.index)\.json$|^chat_template\.jinja$|^merges\.txt$|\.safetensors$|^(README|LICENSE)(\.md|\.txt)?$/i

export interface FolderChoice<F> {
  readonly kind: 'model' | 'adapter'
  /** By their names inside the folder. */
  readonly files: ReadonlyMap<string, F>
  /** Name of the folder; null when loose files were dropped. */
  readonly folder: string | null
  /** Names of what was left behind. */
  readonly ignored: readonly string[]
}

/** The folder that holds config.json (or an adapter's) among the dropped paths, and its files. */
export function chooseFolder<F>(dropped: readonly { readonly path: string; readonly file: F }[]): Result<FolderChoice<F>, 'noConfig' | 'ambiguous'> {
  const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')))
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  const next = 'Drop a folder in Hugging Face layout: config.json, tokenizer.json and *.safetensors.'
  const marked = (mark: string) => [...new Set(dropped.filter(({ path }) => nameOf(path) === mark).map(({ path }) => folderOf(path)))]
  const models = marked(CONFIG)
  const adapters = marked(ADAPTER_CONFIG)
  // A model in a folder may have others below it (onnx, original): the outermost counts.
  const depth = (folder: string) => (folder === '' ? 0 : folder.split('/').length)
  const [first, second] = [...models, ...adapters].sort((a, b) => depth(a) - depth(b))
  if (first === undefined) {
    const weights = dropped.find(({ path }) => /\.(bin|pt|pth|gguf|onnx)$/i.test(path))
    const what = weights && !dropped.some(({ path }) => path.endsWith('.safetensors')) ? `\`${nameOf(weights.path)}\` is of a format that the lab does not read, and there is no config.json.` : 'There is no config.json among the files.'
    return fail('noConfig', what, { where: 'Model folder', next })
  }
  if (second !== undefined && second !== first && depth(second) === depth(first)) return fail('ambiguous', `Both \`${first}\` and \`${second}\` hold a model.`, { where: 'Model folder', next: 'Drop one at a time.' })
  const files = new Map<string, F>()
  const ignored: string[] = []
  for (const { path, file } of dropped) {
    if (folderOf(path) === first && KEPT.test(nameOf(path))) files.set(nameOf(path), file)
    else ignored.push(path)
  }
  const kind = files.has(CONFIG) || !files.has(ADAPTER_WEIGHTS) ? 'model' : 'adapter'
  return ok({ kind, files, folder: first === '' ? null : nameOf(first), ignored })
}

export interface CheckedModel extends CheckedWeights {
  readonly hasTokenizer: boolean
}

/** Config, weight headers and text, held against one another. Weights are not read: `checkFinite` does that. */
export async function checkModel(files: ModelFiles): Promise<Result<CheckedModel, FolderFault>> {
  const checked = await checkWeights(files)
  if (!checked.ok) return checked
  const { pretrained, placed } = checked.value
  const hasTokenizer = files.has('tokenizer.json')
  const endIds = new Set([...pretrained.endIds, ...(await generationEnds(files))])
  if (hasTokenizer) {
    const text = await TextCodec.open(files, pretrained.config.vocab_size)
    if (!text.ok) return text
    for (const id of text.value.endIds) endIds.add(id)
  }
  const known = [...endIds].filter((id) => id < pretrained.config.vocab_size)
  return ok({ pretrained: { ...pretrained, endIds: known }, placed, hasTokenizer })
}

async function generationEnds(files: ModelFiles): Promise<number[]> {
  const source = files.get('generation_config.json')
  if (!source || source.size > CONFIG_LIMIT) return []
  const fields = parseFields(new TextDecoder().decode(await source.slice(0, source.size)), '`generation_config.json`')
  return fields.ok ? tokenIds(fields.value.eos_token_id) : []
}

/** Reads every weight once and names the first that is not finite. */
export async function checkFinite(placed: readonly PlacedTensor[], onRead: (doneBytes: number, totalBytes: number) => void, stop: Stop): Promise<Result<null, ReadFault>> {
  const total = fileBytes(placed)
  let done = 0
  for (const { file, entry } of placed) {
    const width = (entry.end - entry.start) / Math.max(1, entry.shape.reduce((n, d) => n * d, 1))
    const read = await readTensor(file, entry, (values, at) => onRead(done + (at + values.length) * width, total), stop)
    if (!read.ok) return read
    done += entry.end - entry.start
  }
  return ok(null)
}

/** What the list shows of a checked model. */
export function modelFacts({ pretrained, placed, hasTokenizer }: CheckedModel): Pick<PretrainedRecord, 'config' | 'parameters' | 'dtypes' | 'maxPositions' | 'hasTokenizer' | 'endIds'> {
  const { config, maxPositions, endIds } = pretrained
  return { config, parameters: parameterCount(config), dtypes: [...new Set(placed.map((p) => p.dtype))].join(', '), maxPositions, hasTokenizer, endIds }
}

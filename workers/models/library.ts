/** Imports and exports of models: the checks of the engine and the shelves of the storage, joined. */
import { fail, ok, type Result } from '../../src/base/result'
import type { Stop } from '../../src/base/stop'
import { readCheckpoint } from '../../src/engine/checkpoint'
import { blobSources } from '../../src/engine/pretrained/byteSource'
import { modelFolder, runFolder, type ExportFile, type RunFacts } from '../../src/engine/pretrained/exportFolder'
import { readAdapter } from '../../src/engine/pretrained/lora'
import { checkFinite, checkModel, chooseFolder, modelFacts } from '../../src/engine/pretrained/modelFolder'
import { openPretrained } from '../../src/engine/pretrained/openWeights'
import type { ModelFiles } from '../../src/engine/pretrained/weightFiles'
import type { AdapterRecord, ModelRecord, PretrainedRecord } from '../../src/posttrain/modelRecords'
import type { Preset } from '../../src/posttrain/presets'
import { presetOf } from '../../src/posttrain/runSettings'
import { writeFailure } from '../../src/storage/database'
import { getModel, listModels, openStored, storeCopy, storeLink, type DroppedFile, type ModelHome } from '../../src/storage/models'
import type { RunStore } from '../../src/storage/runs'
import { exportSink, writeZip } from '../../src/storage/zipFile'
import type { DroppedPath, ExportFault, Imported, ImportFault, ImportOptions, OnModelProgress } from './protocol'

export interface ImportContext {
  readonly home: ModelHome
  readonly options: ImportOptions
  readonly now: number
  readonly onProgress: OnModelProgress
  readonly stop: Stop
}

/** From dropped files to a stored model or adapter. */
export async function importModel(dropped: readonly DroppedPath[], context: ImportContext): Promise<Result<Imported, ImportFault>> {
  const chosen = chooseFolder(dropped.map((d) => ({ path: d.path, file: d })))
  if (!chosen.ok) return chosen
  const { kind, files, folder, ignored } = chosen.value
  const own: DroppedFile[] = [...files].map(([name, { file, handle }]) => ({ name, file, handle }))
  if (context.options.keep === 'link' && own.some((f) => !f.handle))
    return fail('noHandle', 'This browser gave the files without a way back to them.', { where: 'Model folder', next: 'Choose the folder with the button, or keep a copy in the browser.' })
  const sources = blobSources(new Map(own.map(({ name, file }) => [name, file])))
  const stored = {
    schema: 1 as const,
    id: crypto.randomUUID(),
    name: folder ?? (kind === 'model' ? 'Unnamed model' : 'Unnamed adapter'),
    origin: context.options.keep,
    files: own.map(({ name, file }) => ({ name, sizeBytes: file.size })),
    sizeBytes: own.reduce((n, { file }) => n + file.size, 0),
    addedAt: context.now,
  }
  const facts = kind === 'model' ? await modelOf(sources, context) : await adapterOf(sources, context)
  if (!facts.ok) return facts
  const record = { ...stored, ...facts.value } as ModelRecord
  const kept = context.options.keep === 'link'
    ? await storeLink(context.home, record, own)
    : await storeCopy(context.home, record, own, (doneBytes) => context.onProgress({ doneBytes, totalBytes: record.sizeBytes, text: 'Storing' }), context.stop)
  return kept.ok ? ok({ record: kept.value, ignored }) : kept
}

type Facts<R extends ModelRecord> = Omit<R, 'schema' | 'id' | 'name' | 'origin' | 'files' | 'sizeBytes' | 'addedAt'>

async function modelOf(files: ModelFiles, { onProgress, stop }: ImportContext): Promise<Result<Facts<PretrainedRecord>, ImportFault>> {
  const checked = await checkModel(files)
  if (!checked.ok) return checked
  const finite = await checkFinite(checked.value.placed, (doneBytes, totalBytes) => onProgress({ doneBytes, totalBytes, text: 'Checking' }), stop)
  return finite.ok ? ok({ kind: 'model', ...modelFacts(checked.value) }) : finite
}

/** An adapter belongs to the first of the candidates whose shapes it fits. */
async function adapterOf(files: ModelFiles, { home, options }: ImportContext): Promise<Result<Facts<AdapterRecord>, ImportFault>> {
  const models = (await listModels(home)).filter((m): m is PretrainedRecord => m.kind === 'model').reverse()
  const candidates = options.baseId === null ? models : models.filter((m) => m.id === options.baseId)
  let last: Result<never, ImportFault> = fail('noBase', 'An adapter changes a model, and none is stored yet.', { where: 'Adapter', next: 'Drop its model first.' })
  for (const { id, config } of candidates) {
    const adapter = await readAdapter(files, config)
    if (adapter.ok) return ok({ kind: 'adapter', baseId: id, r: adapter.value.config.r, alpha: adapter.value.config.alpha, targets: adapter.value.config.targets })
    last = adapter
  }
  return last
}

export interface ExportContext {
  readonly now: number
  readonly onProgress: OnModelProgress
  readonly stop: Stop
}

/** A model or an adapter as it is; with `adapterId`, a model with that adapter merged in. */
export async function exportModel(home: ModelHome, id: string, adapterId: string | null, context: ExportContext): Promise<Result<File, ExportFault>> {
  const kind = (await getModel(home, id))?.kind ?? 'model'
  const stored = await openStored(home, id, adapterId === null ? kind : 'model')
  if (!stored.ok) return stored
  const { record } = stored.value
  const files = blobSources(stored.value.files)
  if (adapterId === null) return zipped(modelFolder(files, null), record.name, context)
  const added = await openStored(home, adapterId, 'adapter')
  if (!added.ok) return added
  const opened = await openPretrained(files, blobSources(added.value.files))
  if (!opened.ok) return opened
  const { placed, pretrained, adapter } = opened.value
  return zipped(modelFolder(files, { placed, adapter: adapter!, pretrained: { ...pretrained, endIds: stored.value.record.kind === 'model' ? stored.value.record.endIds : [] } }), `${record.name}-${added.value.record.name}`, context)
}

export async function exportRun(runs: RunStore, runId: string, context: ExportContext): Promise<Result<File, ExportFault>> {
  const record = await runs.get(runId)
  const bytes = await runs.checkpoint(runId)
  if (!record || !bytes) return fail('noCheckpoint', 'This run has no stored checkpoint.', { next: 'Let it go on for some steps.' })
  const checkpoint = readCheckpoint(bytes)
  if (!checkpoint.ok) return fail('noCheckpoint', checkpoint.what, { where: checkpoint.where, next: checkpoint.next })
  const chosen = presetOf(record)
  const facts = runFacts(record.name, chosen.ok ? chosen.value : undefined)
  return zipped(runFolder(checkpoint.value, facts), `${record.name}-step-${checkpoint.value.step}`, context)
}

export function runFacts(name: string, preset: Preset | undefined): RunFacts {
  const maxNewTokens = preset?.grpo.maxNewTokens ?? 64
  const maxPositions = Math.max(preset?.sft.maxTokens ?? 0, (preset?.maxPromptTokens ?? 64) + maxNewTokens)
  return { name, maxPositions, maxNewTokens, temperature: preset?.grpo.temperature ?? 1 }
}

/** Zips files on the disk; the name is made fit for one. */
export async function zipped(files: readonly ExportFile[], name: string, { now, onProgress, stop }: ExportContext): Promise<Result<File, ExportFault>> {
  const totalBytes = files.reduce((n, f) => n + f.sizeBytes, 0)
  const fileName = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)}.zip`
  try {
    const file = await writeZip(files, await exportSink(fileName), new Date(now), (doneBytes) => onProgress({ doneBytes, totalBytes, text: 'Packing' }), stop)
    return file ? ok(file) : fail('cancelled', 'The export was cancelled.')
  } catch (error) {
    return writeFailure(error)
  }
}

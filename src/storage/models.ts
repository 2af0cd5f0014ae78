/** The stored models: records in the database; their files beside it, or wherever a handle leads. */
import { fail, ok, type Result } from '../base/result'
import type { Stop } from '../base/stop'
import type { ModelRecord, RemovedModel } from '../posttrain/modelRecords'
import { openDatabase, writeFailure, type Database, type WriteFailure } from './database'
import { fileChunks, openModelFolders, type ModelFolders } from './modelFolders'

export interface ModelHome {
  readonly database: Database
  readonly folders: ModelFolders
}

export function openModelHome(): ModelHome {
  return { database: openDatabase(), folders: openModelFolders() }
}

/** A file on its way in; the handle is there when the browser gave one, and is what a link keeps. */
export interface DroppedFile {
  readonly name: string
  readonly file: File
  readonly handle: FileSystemFileHandle | null
}

interface StoredHandles {
  readonly handles: Readonly<Record<string, FileSystemFileHandle>>
}

/** A removal can be undone for so long; then its room is taken back at the next start. */
export const KEPT_MS = 24 * 3_600_000

/** By the time they came; an adapter whose model is gone is still listed. */
export async function listModels({ database }: ModelHome): Promise<ModelRecord[]> {
  const records = await database.values<ModelRecord>({ under: ['model'] })
  return records.filter((r) => r.schema === 1).sort((a, b) => a.addedAt - b.addedAt)
}

export async function getModel({ database }: ModelHome, id: string): Promise<ModelRecord | null> {
  const record = await database.get<ModelRecord>(['model', id])
  return record?.schema === 1 ? record : null
}

/**
 * Copies every file and then enters the record: until the last write there is no model, and after a failure or a cancel
 * no file either.
 */
export async function storeCopy(
  home: ModelHome,
  record: ModelRecord,
  files: readonly DroppedFile[],
  onWritten: (doneBytes: number) => void,
  stop: Stop,
): Promise<Result<ModelRecord, WriteFailure | 'cancelled'>> {
  const undo = () => home.folders.remove(record.id).catch(() => {}) // what stays is swept at the next start
  let before = 0
  try {
    for (const { name, file } of files) {
      if (!(await home.folders.write(record.id, name, fileChunks(file), (done) => onWritten(before + done), stop))) {
        await undo()
        return fail('cancelled', 'The import was cancelled; nothing was stored.')
      }
      before += file.size
    }
  } catch (error) {
    await undo()
    return writeFailure(error)
  }
  const written = await home.database.write([{ put: ['model', record.id], value: record }])
  if (written.ok) return ok(record)
  await undo()
  return written
}

/** Keeps the handles; every file must have one. */
export async function storeLink(home: ModelHome, record: ModelRecord, files: readonly DroppedFile[]): Promise<Result<ModelRecord, WriteFailure>> {
  const handles: Record<string, FileSystemFileHandle> = {}
  for (const { name, handle } of files) {
    if (!handle) throw new Error(`${name} came without a handle`)
    handles[name] = handle
  }
  const written = await home.database.write([
    { put: ['modelHandles', record.id], value: { handles } satisfies StoredHandles },
    { put: ['model', record.id], value: record },
  ])
  return written.ok ? ok(record) : written
}

export type OpenFailure = 'noModel' | 'noPermission' | 'moved' | 'changed'

/** The files of a stored model by name, checked against the sizes that were stored. */
export async function openModelFiles(home: ModelHome, record: ModelRecord): Promise<Result<ReadonlyMap<string, Blob>, OpenFailure>> {
  const found = new Map<string, Blob>()
  const stored = record.origin === 'link' ? await home.database.get<StoredHandles>(['modelHandles', record.id]) : null
  for (const { name, sizeBytes } of record.files) {
    const where = `\`${record.name}\`, file ${name}`
    let file: Blob | null = null
    if (record.origin === 'copy') file = await home.folders.file(record.id, name)
    else {
      const handle = stored?.handles[name]
      if (handle && !(await isReadable(handle))) return fail('noPermission', 'The browser wants to be asked before it reads this file again.', { where, next: 'Press Allow reading.' })
      file = (await handle?.getFile().catch(() => null)) ?? null
    }
    if (!file) return fail('moved', record.origin === 'copy' ? 'The file is no longer in the storage of this browser.' : 'The file is no longer where it was dropped from.', { where, next: 'Drop the model again.' })
    if (file.size !== sizeBytes) return fail('changed', `The file has ${file.size} bytes; it had ${sizeBytes} when it was checked.`, { where, next: 'Drop the model again.' })
    found.set(name, file)
  }
  return ok(found)
}

/** A model or adapter by its id, with its files. */
export async function openStored<K extends ModelRecord['kind']>(
  home: ModelHome,
  id: string,
  kind: K,
): Promise<Result<{ readonly record: Extract<ModelRecord, { kind: K }>; readonly files: ReadonlyMap<string, Blob> }, OpenFailure>> {
  const record = await getModel(home, id)
  if (record?.kind !== kind) return fail('noModel', `This ${kind} is not stored in this browser.`, { next: 'Drop it again.' })
  const files = await openModelFiles(home, record)
  return files.ok ? ok({ record: record as Extract<ModelRecord, { kind: K }>, files: files.value }) : files
}

async function isReadable(handle: FileSystemFileHandle): Promise<boolean> {
  // Not in every browser; where it is missing, reading itself tells.
  const { queryPermission } = handle as { queryPermission?: (o: { mode: 'read' }) => Promise<PermissionState> }
  return queryPermission ? (await queryPermission.call(handle, { mode: 'read' })) === 'granted' : true
}

/** The handles of a linked model, for the page to ask permission by: a worker cannot. */
export async function modelHandles({ database }: ModelHome, id: string): Promise<FileSystemFileHandle[]> {
  return Object.values((await database.get<StoredHandles>(['modelHandles', id]))?.handles ?? {})
}

/** Out of the list, with undo: one write, so that it is in the list or among the removed, never in both or neither. */
export async function removeModel(home: ModelHome, id: string, now: number): Promise<Result<void, WriteFailure>> {
  const record = await getModel(home, id)
  if (!record) return ok(undefined)
  return home.database.write([
    { put: ['modelTrash', id], value: { schema: 1, record, removedAt: now } satisfies RemovedModel },
    { drop: { under: ['model', id] } },
  ])
}

/** Puts it back; null when its removal is final. */
export async function restoreModel(home: ModelHome, id: string): Promise<ModelRecord | null> {
  const trash = await home.database.get<RemovedModel>(['modelTrash', id])
  if (!trash) return null
  const written = await home.database.write([{ put: ['model', id], value: trash.record }, { drop: { under: ['modelTrash', id] } }])
  if (!written.ok) throw new Error(written.what)
  return trash.record
}

/** What a start sets right: old removals become final, and folders that no record names go. @returns ids of the folders removed */
export async function sweepModels(home: ModelHome, now: number): Promise<string[]> {
  const removed = await home.database.values<RemovedModel>({ under: ['modelTrash'] })
  const final = removed.filter((r) => now - r.removedAt > KEPT_MS).map((r) => r.record.id)
  if (final.length > 0) {
    const written = await home.database.write(final.flatMap((id) => [{ drop: { under: ['modelTrash', id] } }, { drop: { under: ['modelHandles', id] } }]))
    if (!written.ok) throw new Error(written.what)
  }
  // Records of a later version are not understood, but their folders are theirs.
  const known = new Set([
    ...(await home.database.keys({ under: ['model'] })),
    ...(await home.database.keys({ under: ['modelTrash'] })),
  ].map((key) => String(key[1])))
  const orphans = (await home.folders.list()).filter((id) => !known.has(id))
  for (const id of orphans) await home.folders.remove(id)
  return orphans
}

/**
 * The lab's own IndexedDB store: keys are paths such as `['metrics', runId, step]`, writes are all or nothing.
 * idb-keyval is kept for its request plumbing only; its stock store has no deadline, blocks other tabs' upgrades and
 * writes with relaxed durability.
 */
import { promisifyRequest, type UseStore } from 'idb-keyval'
import { fail, ok, type Result } from '../base/result'

export type Key = readonly (string | number)[]

/** A path and all that lies under it; with `after`, only what follows that last part. */
export interface Range {
  readonly under: Key
  readonly after?: string | number
}

export type Change = { readonly put: Key; readonly value: unknown } | { readonly drop: Range }

export type WriteFailure = 'quota' | 'storage'

/** What keeps records; given as an argument, so that a test can hand in `memoryDatabase()`. Reads throw. */
export interface Database {
  get<T>(key: Key): Promise<T | undefined>
  /** In key order. */
  values<T>(range: Range): Promise<T[]>
  keys(range: Range): Promise<Key[]>
  /** One transaction, in the order given: after it all changes are on the disk, or none. */
  write(changes: readonly Change[]): Promise<Result<void, WriteFailure>>
}

const NAME = 'lab'
const VERSION = 1
const STORE = 'records'
const OPEN_DEADLINE_MS = 4_000

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  const opening: Promise<IDBDatabase> = new Promise<IDBDatabase>((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('the browser did not open its database within 4 seconds; close other tabs of the lab and reload')), OPEN_DEADLINE_MS)
    const request = indexedDB.open(NAME, VERSION)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    promisifyRequest(request)
      .then((db) => {
        // An open connection would block another tab's upgrade for ever.
        db.onversionchange = () => (db.close(), forget(opening))
        db.onclose = () => forget(opening)
        resolve(db)
      }, (error: unknown) => reject(isNamed(error, 'VersionError') ? new Error('another tab runs a newer version of the lab; reload this one') : error))
      .finally(() => clearTimeout(deadline))
  })
  opening.catch(() => forget(opening))
  return opening
}

function forget(one: Promise<IDBDatabase>): void {
  if (opened === one) opened = null
}

const useRecords: UseStore = async (mode, use) => {
  for (let isRetry = false; ; isRetry = true) {
    const db = await (opened ??= open())
    let transaction: IDBTransaction
    try {
      transaction = db.transaction(STORE, mode, { durability: 'strict' })
    } catch (error) {
      // A close that the browser did not announce: open anew, once.
      if (isRetry || !isNamed(error, 'InvalidStateError')) throw error
      opened = null
      continue
    }
    return use(transaction.objectStore(STORE))
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}

/** Arrays sort after numbers and strings, so `[...path, []]` lies behind everything under the path. */
function keyRange({ under, after }: Range): IDBKeyRange {
  const end = [...under, []]
  return after === undefined ? IDBKeyRange.bound([...under], end) : IDBKeyRange.bound([...under, after], end, true)
}

/** A failure to write, from whatever the browser threw or aborted with. */
export function writeFailure(error: unknown): Result<never, WriteFailure> {
  if (isNamed(error, 'QuotaExceededError'))
    return fail('quota', 'The browser has no room left for this site.', { where: 'Storage', next: 'Delete a dataset or an old run, or free disk space, then try again.' })
  const what = error instanceof Error && error.message ? error.message : String(error)
  return fail('storage', `The browser could not write: ${what}.`, { where: 'Storage', next: 'Try again; if it persists, reload the page.' })
}

const browserDatabase: Database = {
  get: <T>(key: Key) => useRecords('readonly', (store) => promisifyRequest<T | undefined>(store.get([...key]))),
  values: <T>(range: Range) => useRecords('readonly', (store) => promisifyRequest<T[]>(store.getAll(keyRange(range)))),
  keys: (range) => useRecords('readonly', (store) => promisifyRequest(store.getAllKeys(keyRange(range)) as unknown as IDBRequest<Key[]>)),
  async write(changes) {
    try {
      await useRecords('readwrite', (store) => {
        try {
          for (const change of changes) {
            if ('put' in change) store.put(change.value, [...change.put])
            else store.delete(keyRange(change.drop))
          }
        } catch (error) {
          store.transaction.abort() // a value that cannot be cloned must not leave the others behind
          throw error
        }
        // Quota failures come as an abort without any request error: the transaction is what is waited for.
        return promisifyRequest<undefined>(store.transaction)
      })
      return ok(undefined)
    } catch (error) {
      return writeFailure(error)
    }
  },
}

/** The browser's database. Opens at first use. */
export function openDatabase(): Database {
  return browserDatabase
}

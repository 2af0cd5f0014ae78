/**
 * The lab's IndexedDB: one database, a few object stores, each reached through idb-keyval with a store function of our
 * own. The stock one is relaxed about durability, blocks another tab's upgrade for ever, and never opens a lost
 * connection again; and it says "stored" of a write whose transaction the quota then undid.
 */
import { promisifyRequest, type UseStore } from 'idb-keyval'
import { fail, ok, type Result } from '../base/result'

export type TableName = 'datasets' | 'runs'

/** Keys are lists, so that everything of one record lies side by side and can be read or removed as a range. */
export type Key = readonly (string | number)[]

/** Keys from `from` up to `to`, both included. */
export interface KeyRange {
  readonly from: Key
  readonly to: Key
}

/** One change inside a transaction; changes take effect in the order given. */
export type Change = { readonly put: Key; readonly value: unknown } | { readonly remove: Key | KeyRange }

/** An ordered map on disk. Given as an argument to what uses it, so that a test hands in one in memory. */
export interface Table {
  get(key: Key): Promise<unknown>
  /** Keys of a range, ascending. */
  keys(range: KeyRange): Promise<Key[]>
  /** Values of a range, in the order of their keys. */
  values(range: KeyRange): Promise<unknown[]>
  /** All changes in ONE strict transaction: `ok` only when the disk has them, and on any failure none is there. */
  write(changes: readonly Change[]): Promise<Result<void, 'quota' | 'storage'>>
}

/** Everything below a prefix: IndexedDB sorts lists after numbers and strings, so `[[]]` closes the range. */
export function under(...prefix: Key): KeyRange {
  return { from: prefix, to: [...prefix, [] as unknown as string] }
}

const DATABASE = 'proof-lab'
const VERSION = 1
const TABLES: readonly TableName[] = ['datasets', 'runs']
const OPEN_DEADLINE_MS = 4000

let opened: Promise<IDBDatabase> | null = null

/** Why the database could not be opened, and what mends it. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
}

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(new StorageUnavailable('the browser did not open its database within 4 seconds; close other tabs of the lab and reload'))
    }, OPEN_DEADLINE_MS)
    const request = indexedDB.open(DATABASE, VERSION)
    request.onupgradeneeded = () => {
      for (const name of TABLES) if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name)
    }
    request.onerror = () => {
      clearTimeout(timer)
      const isOlder = request.error?.name === 'VersionError'
      reject(new StorageUnavailable(isOlder ? 'a newer version of the lab has used this storage; reload the page' : (request.error?.message ?? 'the browser refused to open its database')))
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      const db = request.result
      if (isLate) return db.close() // nobody waits for it any more, and an open handle would block an upgrade
      db.onversionchange = () => {
        db.close()
        opened = null
      }
      db.onclose = () => (opened = null) // evicted or wiped while open
      resolve(db)
    }
  }).catch((error: unknown) => {
    opened = null
    throw error
  })
  return opened
}

/** A store of our database for idb-keyval's functions: strict, and opened again once when its connection is gone. */
export function labStore(name: TableName): UseStore {
  return async (mode, use) => {
    const begin = async () => (await open()).transaction(name, mode, { durability: 'strict' }).objectStore(name)
    const store = await begin().catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error
      opened = null
      return begin()
    })
    return use(store)
  }
}

/** What stopped a write, in the researcher's words. */
export function writeFailure(error: unknown): Result<never, 'quota' | 'storage'> {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  if (name === 'QuotaExceededError')
    return fail('quota', 'The browser has no more space for the lab.', { where: 'Storage', next: 'Delete a dataset or a run to free space, then try again.' })
  const why = error instanceof Error && error.message ? error.message : String(error)
  return fail('storage', `The browser could not store this: ${why}.`, { where: 'Storage', next: 'Reload the page and try again; what was stored before is still there.' })
}

/** A table of the browser's database. */
export function openTable(name: TableName): Table {
  const use = labStore(name)
  const idb = (range: KeyRange) => IDBKeyRange.bound([...range.from], [...range.to])
  return {
    get: (key) => use('readonly', (store) => promisifyRequest<unknown>(store.get([...key]))),
    keys: (range) => use('readonly', (store) => promisifyRequest(store.getAllKeys(idb(range)) as unknown as IDBRequest<Key[]>)),
    values: (range) => use('readonly', (store) => promisifyRequest<unknown[]>(store.getAll(idb(range)))),
    async write(changes) {
      try {
        await use('readwrite', (store) => {
          // A failing commit fires only `abort` on the transaction, never `error` on a request: that is what we wait for.
          const done = promisifyRequest(store.transaction)
          try {
            for (const change of changes) {
              if ('put' in change) store.put(change.value, [...change.put])
              else store.delete('from' in change.remove ? idb(change.remove) : [...change.remove])
            }
            store.transaction.commit()
          } catch (error) {
            store.transaction.abort() // e.g. a value that cannot be cloned: nothing of this write may stay
            done.catch(() => {})
            throw error
          }
          return done
        })
        return ok(undefined)
      } catch (error) {
        return writeFailure(error)
      }
    },
  }
}

/** Grading tables that were dropped: the file as it came, and what is needed to list it. Survives reload. */
import { del, get, promisifyRequest, set, values, type UseStore } from 'idb-keyval'

/** @version 1 */
export interface StoredAudit {
  readonly schema: 1
  readonly id: string
  readonly name: string
  readonly addedAt: number
  readonly file: Blob
}

/** What keeps audits; given as an argument so that a test can hand in a map. */
export interface AuditStore {
  list(): Promise<StoredAudit[]>
  get(id: string): Promise<StoredAudit | undefined>
  put(audit: StoredAudit): Promise<void>
  remove(id: string): Promise<void>
}

let opened: Promise<IDBDatabase> | null = null

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('lab-audits', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('files')
    request.onblocked = () => reject(new Error('another tab holds an older version of the audit store'))
    promisifyRequest(request).then((db) => {
      // An open connection would block another tab's upgrade or deletion.
      db.onversionchange = () => (db.close(), (opened = null))
      db.onclose = () => (opened = null)
      resolve(db)
    }, reject)
  }).catch((error: unknown) => {
    opened = null
    throw error
  })
  return opened
}

/** Strict durability: "stored" is said only when the disk has it. */
const files: UseStore = async (mode, use) => use((await database()).transaction('files', mode, { durability: 'strict' }).objectStore('files'))

export const auditStore: AuditStore = {
  list: () => values<StoredAudit>(files),
  get: (id) => get<StoredAudit>(id, files),
  put: (audit) => set(audit.id, audit, files),
  remove: (id) => del(id, files),
}

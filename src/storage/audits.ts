/** Grading tables that were dropped: the file as it came, what was decided about it, and one's own grades. Survives reload. */
import { del, get, promisifyRequest, set, values, type UseStore } from 'idb-keyval'
import type { BlindGrades } from '../audit/blindGrades'
import type { Mapping } from '../audit/mapping'
import type { UseFlag } from '../audit/useFlags'

/** @version 2 */
export interface StoredAudit {
  readonly schema: 2
  readonly id: string
  readonly name: string
  readonly addedAt: number
  readonly file: Blob
  /** SHA-256 of the file, hexadecimal; null for tables stored before it was taken. */
  readonly sha256: string | null
  /** Roles chosen by hand; null for the guess. */
  readonly mapping: Mapping | null
  readonly flags: readonly UseFlag[]
}

type StoredAuditV1 = Omit<StoredAudit, 'schema' | 'sha256' | 'mapping' | 'flags'> & { readonly schema: 1 }

/** A record of any version as the newest one. */
export function migratedAudit(stored: StoredAudit | StoredAuditV1): StoredAudit {
  return stored.schema === 2 ? stored : { ...stored, schema: 2, sha256: null, mapping: null, flags: [] }
}

/** What keeps audits; given as an argument so that a test can hand in a map. */
export interface AuditStore {
  list(): Promise<StoredAudit[]>
  get(id: string): Promise<StoredAudit | undefined>
  put(audit: StoredAudit): Promise<void>
  remove(id: string): Promise<void>
  grades(tableId: string): Promise<BlindGrades | undefined>
  putGrades(grades: BlindGrades): Promise<void>
  /** Roles chosen by hand for files with this header. */
  mapping(header: string): Promise<Mapping | undefined>
  putMapping(header: string, mapping: Mapping): Promise<void>
}

const STORES = ['files', 'grades', 'mappings'] as const

let opened: Promise<IDBDatabase> | null = null

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('lab-audits', 2)
    request.onupgradeneeded = () => {
      for (const name of STORES) if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name)
    }
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
const storeOf = (name: (typeof STORES)[number]): UseStore => async (mode, use) => use((await database()).transaction(name, mode, { durability: 'strict' }).objectStore(name))
const [files, grades, mappings] = STORES.map(storeOf) as [UseStore, UseStore, UseStore]

export const auditStore: AuditStore = {
  list: async () => (await values<StoredAudit | StoredAuditV1>(files)).map(migratedAudit),
  get: async (id) => {
    const stored = await get<StoredAudit | StoredAuditV1>(id, files)
    return stored && migratedAudit(stored)
  },
  put: (audit) => set(audit.id, audit, files),
  remove: async (id) => {
    await del(id, grades)
    await del(id, files)
  },
  grades: (tableId) => get<BlindGrades>(tableId, grades),
  putGrades: (own) => set(own.tableId, own, grades),
  mapping: (header) => get<Mapping>(header, mappings),
  putMapping: (header, mapping) => set(header, mapping, mappings),
}

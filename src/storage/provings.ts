/** Problems proved under a scaffold: what was asked of whom, every reply in a record of its own, and the answer. */
import type { Answer, LoggedReply } from '../posttrain/scaffolds/scaffold'
import { openDatabase, type Database } from './database'

/** Who writes. Never a key: it is in the memory of a worker alone. */
export type ProvingSource =
  /** The pretrained model that is loaded. */
  | { readonly kind: 'tab'; readonly name: string }
  | { readonly kind: 'endpoint'; readonly address: string; readonly model: string }

/** @version 1 */
export interface Proving {
  readonly schema: 1
  readonly id: string
  readonly problem: string
  /** Key of `SCAFFOLDS`. */
  readonly scaffold: string
  readonly source: ProvingSource
  readonly temperature: number
  /** Longest reply of one call. */
  readonly mostNewTokens: number
  readonly seed: number
  readonly createdAt: number
  /** Null until the script has its answer. */
  readonly answer: Answer | null
}

export interface KeptReply {
  readonly key: string
  readonly logged: LoggedReply
}

export interface ProvingStore {
  /** Newest first. */
  list(): Promise<Proving[]>
  /** Null when stored, else why not. */
  put(proving: Proving): Promise<string | null>
  replies(id: string): Promise<KeptReply[]>
  /** One strict transaction a reply. Null when stored, else why not. */
  putReply(id: string, reply: KeptReply): Promise<string | null>
  remove(id: string): Promise<string | null>
}

export function openProvings(database: Database = openDatabase()): ProvingStore {
  const written = async (...changes: Parameters<Database['write']>) => {
    const result = await database.write(...changes)
    return result.ok ? null : result.what
  }
  return {
    async list() {
      const all = await database.values<Proving>({ under: ['proving'] })
      return all.filter((p) => p.schema === 1).sort((a, b) => b.createdAt - a.createdAt)
    },
    put: (proving) => written([{ put: ['proving', proving.id], value: proving }]),
    replies: (id) => database.values<KeptReply>({ under: ['provingReply', id] }),
    putReply: (id, reply) => written([{ put: ['provingReply', id, reply.key], value: reply }]),
    remove: (id) => written([{ drop: { under: ['proving', id] } }, { drop: { under: ['provingReply', id] } }]),
  }
}

/** A table in memory with the order and the all-or-nothing of the real one: what the tests of storage hand in. */
import { fail, ok } from '../base/result'
import type { Key, KeyRange, Table } from './database'

type Part = Key[number] | readonly never[]

/** IndexedDB's order: numbers before strings before lists; shorter lists first. */
function compareParts(a: Part, b: Part): number {
  const rank = (part: Part) => (typeof part === 'number' ? 0 : typeof part === 'string' ? 1 : 2)
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  if (typeof a === 'object' || typeof b === 'object') return 0
  return a < b ? -1 : a > b ? 1 : 0
}

function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareParts(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export interface MemoryTable extends Table {
  /** The next write fails with this kind, as a browser out of space would; nothing of it is kept. */
  failNext: 'quota' | 'storage' | null
}

export function memoryTable(): MemoryTable {
  let rows: { key: Key; value: unknown }[] = []
  const isIn = (key: Key, range: KeyRange) => compareKeys(key, range.from) >= 0 && compareKeys(key, range.to) <= 0
  const within = (range: KeyRange) => rows.filter((row) => isIn(row.key, range)).sort((a, b) => compareKeys(a.key, b.key))
  const table: MemoryTable = {
    failNext: null,
    async get(key) {
      return rows.find((row) => compareKeys(row.key, key) === 0)?.value
    },
    async keys(range) {
      return within(range).map((row) => row.key)
    },
    async values(range) {
      return within(range).map((row) => row.value)
    },
    async write(changes) {
      if (table.failNext) {
        const kind = table.failNext
        table.failNext = null
        return fail(kind, 'The browser has no more space for the lab.')
      }
      let next = [...rows]
      for (const change of changes) {
        if ('put' in change) {
          next = next.filter((row) => compareKeys(row.key, change.put) !== 0)
          next.push({ key: change.put, value: structuredClone(change.value) })
        } else {
          const { remove } = change
          next = next.filter((row) => ('from' in remove ? !isIn(row.key, remove) : compareKeys(row.key, remove) !== 0))
        }
      }
      rows = next
      return ok(undefined)
    },
  }
  return table
}

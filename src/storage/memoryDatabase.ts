/** A database in memory with the same rules: copies in, copies out, path order. For tests and the headless recipe. */
import { ok } from '../base/result'
import { writeFailure, type Change, type Database, type Key, type Range } from './database'

function comparePart(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1 // IndexedDB: numbers before strings
  return a < b ? -1 : a > b ? 1 : 0
}

function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = comparePart(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function isIn(key: Key, { under, after }: Range): boolean {
  if (!under.every((part, i) => key[i] === part)) return false
  return after === undefined || (key.length > under.length && compareKeys(key, [...under, after]) > 0)
}

/** @param failWrite called before each write; what it throws makes that write fail whole */
export function memoryDatabase(failWrite: (changes: readonly Change[]) => void = () => {}): Database {
  let entries: { key: Key; value: unknown }[] = []
  const within = (range: Range) => entries.filter(({ key }) => isIn(key, range))
  return {
    get: async <T>(key: Key) => structuredClone(entries.find((e) => compareKeys(e.key, key) === 0)?.value) as T | undefined,
    values: async <T>(range: Range) => within(range).map((e) => structuredClone(e.value) as T),
    keys: async (range) => within(range).map((e) => [...e.key]),
    async write(changes) {
      let next = entries
      try {
        failWrite(changes)
        for (const change of changes) {
          next = 'put' in change
            ? [...next.filter((e) => compareKeys(e.key, change.put) !== 0), { key: [...change.put], value: structuredClone(change.value) }]
            : next.filter((e) => !isIn(e.key, change.drop))
        }
      } catch (error) {
        return writeFailure(error)
      }
      entries = next.sort((a, b) => compareKeys(a.key, b.key))
      return ok(undefined)
    },
  }
}

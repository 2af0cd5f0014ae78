/** Near duplicates among many texts: MinHash signatures, buckets by bands, and each candidate pair checked exactly. */
import { mix32 } from '../../base/random'
import { tokens } from './tokens'

/** Tokens in a shingle: order counts, a changed word spoils three of them. */
const SHINGLE = 3
/** Signature length, and its cut into bands: a pair of similarity s shares a band with 1 − (1 − s³)⁴². */
const BANDS = 42
const ROWS = 3
const HASHES = BANDS * ROWS

/** Hashes of the distinct shingles, ascending; a text shorter than a shingle is one shingle. */
export function shingles(text: string): Uint32Array {
  const words = tokens(text).map(hashText)
  const found = new Set<number>()
  for (let i = 0; i + SHINGLE <= words.length; i++) {
    let hash = SHINGLE
    for (let j = 0; j < SHINGLE; j++) hash = mix32(hash ^ words[i + j]!)
    found.add(hash)
  }
  if (found.size === 0 && words.length > 0) found.add(words.reduce((hash, word) => mix32(hash ^ word), words.length))
  return Uint32Array.from(found).sort()
}

/** FNV-1a, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** |A ∩ B| / |A ∪ B| of two ascending lists; 0 when both are empty: nothing is no duplicate of nothing. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i]! === b[j]!) {
      common++
      i++
      j++
    } else if (a[i]! < b[j]!) i++
    else j++
  }
  const union = a.length + b.length - common
  return union === 0 ? 0 : common / union
}

const SEEDS = Uint32Array.from({ length: HASHES }, (_, i) => mix32(i + 1))
const FACTORS = Uint32Array.from({ length: HASHES }, (_, i) => mix32(i + 1001) | 1)

/** Smallest value of each hash function over the shingles. @source Broder 1997, MinHash */
export function signature(set: Uint32Array): Uint32Array {
  const least = new Uint32Array(HASHES).fill(0xffffffff)
  for (const shingle of set)
    for (let h = 0; h < HASHES; h++) {
      let value = Math.imul(shingle ^ SEEDS[h]!, FACTORS[h]!)
      value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0
      if (value < least[h]!) least[h] = value
    }
  return least
}

export interface NearPair {
  /** Index into the first list. */
  readonly a: number
  /** Index into the second list, or into the first when there is only one; then a < b. */
  readonly b: number
  /** Jaccard similarity of their shingles, 0..1. */
  readonly similarity: number
}

/** Buckets with more members than this hold a phrase, not duplicates; their pairs are found through other bands, if at all. */
const BUCKET = 200

/** Adds texts one by one; each answers with the earlier ones that are near enough. */
export class NearIndex {
  private readonly buckets = Array.from({ length: BANDS }, () => new Map<number, number[]>())
  private readonly sets: Uint32Array[] = []

  constructor(private readonly threshold: number) {}

  /** Pairs of this text with those added before; `isAdded` false only asks. */
  pairs(text: string, isAdded = true): { readonly of: number; readonly similarity: number }[] {
    const set = shingles(text)
    const mine = this.sets.length
    if (isAdded) this.sets.push(set)
    if (set.length === 0) return []
    const marks = signature(set)
    const seen = new Set<number>()
    const found: { of: number; similarity: number }[] = []
    for (let band = 0; band < BANDS; band++) {
      let key = band
      for (let r = 0; r < ROWS; r++) key = mix32(key ^ marks[band * ROWS + r]!)
      const bucket = this.buckets[band]!.get(key)
      if (bucket) {
        for (const other of bucket) {
          if (seen.has(other)) continue
          seen.add(other)
          const similarity = jaccard(set, this.sets[other]!)
          if (similarity >= this.threshold) found.push({ of: other, similarity })
        }
        if (isAdded && bucket.length < BUCKET) bucket.push(mine)
      } else if (isAdded) this.buckets[band]!.set(key, [mine])
    }
    return found.sort((x, y) => x.of - y.of)
  }
}

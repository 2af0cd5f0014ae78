/** Near duplicates among many texts: MinHash signatures, buckets by bands, and each candidate pair checked exactly. */
import { mix32 } from '../../base/random'
import { tokens } from './tokens'

/** Tokens in a shingle: order counts, a changed word spoils three of them. */
const SHINGLE = 3
const HASHES = 126
/** The least share of pairs at the threshold itself that must become candidates; more similar ones nearly all do. */
const RECALL = 0.98

/**
 * How the signature is cut: b bands of r rows. A pair of similarity s shares a band with 1 − (1 − sʳ)ᵇ; the longest bands
 * are taken that keep this at 0.98 for s = threshold, since short ones make candidates of what only sounds alike.
 * @source Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, section 3.4
 */
export function bandsFor(threshold: number): { readonly bands: number; readonly rows: number } {
  for (let rows = 9; rows > 1; rows--) {
    const bands = Math.floor(HASHES / rows)
    if (1 - (1 - threshold ** rows) ** bands >= RECALL) return { bands, rows }
  }
  return { bands: HASHES, rows: 1 }
}

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

/** Buckets with more members than this hold a phrase, not duplicates; their pairs are found through other bands, if at all. */
const BUCKET = 200

/** Adds texts one by one; each answers with the earlier ones that are near enough. */
export class NearIndex {
  private readonly cut: { readonly bands: number; readonly rows: number }
  private readonly buckets: Map<number, number[]>[]
  private readonly sets: Uint32Array[] = []

  constructor(private readonly threshold: number) {
    this.cut = bandsFor(threshold)
    this.buckets = Array.from({ length: this.cut.bands }, () => new Map<number, number[]>())
  }

  /** Pairs of this text with those added before; `isAdded` false only asks. */
  pairs(text: string, isAdded = true): { readonly of: number; readonly similarity: number }[] {
    const set = shingles(text)
    const mine = this.sets.length
    if (isAdded) this.sets.push(set)
    if (set.length === 0) return []
    const marks = signature(set)
    const seen = new Set<number>()
    const found: { of: number; similarity: number }[] = []
    const { bands, rows } = this.cut
    for (let band = 0; band < bands; band++) {
      let key = band
      for (let r = 0; r < rows; r++) key = mix32(key ^ marks[band * rows + r]!)
      const bucket = this.buckets[band]!.get(key)
      if (bucket) {
        for (const other of bucket) {
          if (seen.has(other)) continue
          seen.add(other)
          const theirs = this.sets[other]!
          // The similarity is at most the quotient of the sizes.
          if (Math.min(set.length, theirs.length) < this.threshold * Math.max(set.length, theirs.length)) continue
          const similarity = jaccard(set, theirs)
          if (similarity >= this.threshold) found.push({ of: other, similarity })
        }
        if (isAdded && bucket.length < BUCKET) bucket.push(mine)
      } else if (isAdded) this.buckets[band]!.set(key, [mine])
    }
    return found.sort((x, y) => x.of - y.of)
  }
}

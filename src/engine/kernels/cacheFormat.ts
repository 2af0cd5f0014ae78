/**
 * WGSL for keys and values at rest: rows of [keys, values], 2·Hk·d numbers each, as floats or as two float16 a word. float16
 * needs no feature of the adapter: it is packed and unpacked by functions that every WGSL has.
 */
import type { Access } from '../gpu/kernel'

export type CacheFormat = 'f32' | 'f16'

export interface CacheShape {
  readonly heads: number
  readonly kvHeads: number
  /** A multiple of 4. */
  readonly headDim: number
  readonly cache: CacheFormat
}

/** Bytes of one token's keys and values in one layer. */
export function cacheRowBytes({ kvHeads, headDim, cache }: CacheShape): number {
  return 2 * kvHeads * headDim * (cache === 'f16' ? 2 : 4)
}

export interface CacheCode {
  /** How attention binds the cache. */
  readonly access: Access
  /** `cached(quad)`: numbers 4·quad … 4·quad + 3 of the cache. */
  readonly functions: string
}

export function cacheCode(cache: CacheFormat): CacheCode {
  if (cache === 'f32') return { access: 'read vec4f', functions: 'fn cached(quad: u32) -> vec4f { return cache[quad]; }' }
  return {
    access: 'read u32',
    functions: 'fn cached(quad: u32) -> vec4f { return vec4f(unpack2x16float(cache[2u * quad]), unpack2x16float(cache[2u * quad + 1u])); }',
  }
}

/**
 * Where a row stands, by the kind of step.
 *   'chunk'   row n of a piece of a prompt: `chunk` holds the cache row of the prompt's first token, and the position of row 0
 *   'decode'  row n is sequence `slots[n]`, whose state is SLOT_WORDS words
 */
export type StepKind = 'chunk' | 'decode'

/** Words of a sequence's state: first cache row of the prompt, its length, first cache row of its own, tokens so far, done. */
export const SLOT_WORDS = 5

export function placeStorage(kind: StepKind): Readonly<Record<string, Access>> {
  return kind === 'chunk' ? { chunk: 'read u32' } : { slots: 'read u32', state: 'read u32' }
}

/**
 * Statements that declare `position` of the row, and `promptRow`, `promptLength`, `ownRow`: its key at position j lies in
 * cache row promptRow + j while j < promptLength, and in ownRow + j − promptLength from there on.
 */
export function placeCode(kind: StepKind, row: string): string {
  return kind === 'chunk'
    ? `let position = chunk[1] + ${row}; let promptRow = chunk[0]; let promptLength = 0xffffffffu; let ownRow = 0u;`
    : `let at = slots[${row}] * ${SLOT_WORDS}u; let promptRow = state[at]; let promptLength = state[at + 1u]; let ownRow = state[at + 2u];
  let position = promptLength + state[at + 3u] - 1u;`
}

export const CACHE_ROW = `fn cacheRow(position: u32, promptRow: u32, promptLength: u32, ownRow: u32) -> u32 {
  return select(ownRow + position - promptLength, promptRow + position, position < promptLength);
}`

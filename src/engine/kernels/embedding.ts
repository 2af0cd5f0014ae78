/** Rows of the embedding, and their gradient without atomics. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import { STATE_WORDS, type RowPlace } from './heads'
import type { Sized } from './rmsNorm'
import type { WeightCode } from './weightCode'

/** Rows `first` … of a vocabulary in a buffer of their own, packed. */
export interface PackedRows {
  readonly code: WeightCode
  readonly first: number
  readonly rows: number
}

/**
 * x[row] = table[token of the row].   table [V, C] from float `op.a` on; 'decode' takes each slot's last token of `ids` [slots, op.d].
 * With `packed`, `w` holds a part of the table: rows whose token lies elsewhere are left to the dispatches of other parts.
 */
export function embedTokens(columns: number, place: RowPlace, packed?: PackedRows): Sized {
  const token =
    place === 'packed' ? 'ids[row]' : `ids[first[row] * op.d + state[first[row] * ${STATE_WORDS}u + 2u] - 1u]`
  const storage = { ids: 'read u32' as const, ...(place === 'decode' ? { first: 'read u32' as const, state: 'read u32' as const } : {}) }
  if (packed) {
    const body = `
  let row = index / ${columns / 4}u;
  if (row >= step.rows) { return; }
  let token = ${token};
  if (token < ${packed.first}u || token >= ${packed.first + packed.rows}u) { return; }
  x[index] = load_w((token - ${packed.first}u) * ${columns}u + (index % ${columns / 4}u) * 4u, 4u);`
    return {
      kernel: kernel(`embed packed ${place}`, { ...packed.code.storage, ...storage, x: 'write vec4f' }, [packed.code.code, flatMain(body)].join('\n')),
      groups: (step) => flatGroups(step.rows * (columns / 4)),
    }
  }
  const body = `
  let row = index / ${columns}u;
  if (row >= step.rows) { return; }
  x[index] = table[op.a + ${token} * ${columns}u + index % ${columns}u];`
  return {
    kernel: kernel(`embed ${place}`, { table: 'read f32', ...storage, x: 'write f32' }, flatMain(body)),
    groups: (step) => flatGroups(step.rows * columns),
  }
}

/**
 * gradient[token] += Σ dx over the rows that hold the token, in row order. `spans` holds (token, begin, end) of every
 * distinct token, `order` the rows sorted by token: the host knows both, and no float atomics mix up the order of a sum.
 */
export function embeddingGradient(columns: number): Sized {
  const body = `
  let span = index / ${columns}u; let c = index % ${columns}u;
  if (span >= step.distinct) { return; }
  var sum = 0.0;
  for (var i = spans[span * 3u + 1u]; i < spans[span * 3u + 2u]; i++) { sum += dx[order[i] * ${columns}u + c]; }
  gradient[op.a + spans[span * 3u] * ${columns}u + c] += sum;`
  return {
    kernel: kernel('embedding gradient', { spans: 'read u32', order: 'read u32', dx: 'read f32', gradient: 'write f32' }, flatMain(body)),
    groups: (step) => flatGroups(step.distinct * columns),
  }
}

/** Rows sorted by token, and each distinct token's (token, begin, end) in that order. */
export function tokenSpans(ids: ArrayLike<number>): { order: Uint32Array; spans: Uint32Array; distinct: number } {
  const counts = new Map<number, number>()
  for (let i = 0; i < ids.length; i++) counts.set(ids[i]!, (counts.get(ids[i]!) ?? 0) + 1)
  const tokens = Uint32Array.from(counts.keys()).sort()
  const spans = new Uint32Array(tokens.length * 3)
  const next = new Map<number, number>()
  let at = 0
  tokens.forEach((token, i) => {
    next.set(token, at)
    spans.set([token, at, (at += counts.get(token)!)], i * 3)
  })
  const order = new Uint32Array(ids.length)
  for (let i = 0; i < ids.length; i++) {
    const place = next.get(ids[i]!)!
    order[place] = i
    next.set(ids[i]!, place + 1)
  }
  return { order, spans, distinct: tokens.length }
}

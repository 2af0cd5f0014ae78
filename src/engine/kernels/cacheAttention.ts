/**
 * Attention of new rows over a cache of float32 or float16, with grouped heads. A long context is split into parts that
 * different workgroups sum up; `joinParts` puts them together.
 */
import { flatGroups, flatMain, kernel, type Access, type StepNumbers } from '../gpu/kernel'
import { CACHE_ROW, cacheCode, placeCode, placeStorage, type CacheShape, type StepKind } from './cacheFormat'
import type { Sized } from './rmsNorm'

export interface CacheAttentionShape extends CacheShape {
  readonly kind: StepKind
  /** Parts of the keys. 1 writes the result at once. */
  readonly splits: number
  /** 64 lanes of a workgroup share a few queries; 1 where barriers cost more than they save. */
  readonly lanes: 1 | 64
}

/** Small enough to be replaced by any score, and finite. */
const LOWEST = '-3.0e38'
const GROUP = 64
/** Floats of workgroup memory for queries and scores, of the 4,096 that every adapter has. */
const SHARED_FLOATS = 3072
/** Queries whose sums a lane can hold. */
const MOST_QUERIES = 8

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Rows, and heads that share a key head, whose queries a workgroup holds. One sequence decodes one row at a time. */
function queryTile({ heads, kvHeads, headDim, kind }: CacheAttentionShape): { rows: number; heads: number } {
  const group = heads / kvHeads
  const fits = (queries: number) => queries <= MOST_QUERIES && queries * (headDim + GROUP) <= SHARED_FLOATS
  const held = range(group).map((i) => group - i).find((n) => group % n === 0 && fits(n)) ?? 1
  return { heads: held, rows: kind === 'decode' ? 1 : ([4, 2].find((rows) => fits(rows * held)) ?? 1) }
}

/** First and last key (excluded) of part `split` of n keys, as statements; parts are whole tiles of 64 keys. */
const partCode = (splits: number) => `let length = (((n + ${GROUP - 1}u) / ${GROUP}u + ${splits - 1}u) / ${splits}u) * ${GROUP}u;
  let begin = min(n, split * length); let end = min(n, begin + length);`

/**
 * o = softmax(q·kᵀ/√d)·v over the keys at positions 0 … the row's own.   q [rows, H·d], o [rows, H·d].
 * With splits S > 1: o [rows, H, S, d] holds sums of exp(score − top)·v, `level` [rows, H, S, 2] the top and Σ exp(score − top).
 * @source Milakov and Gimelshein, arXiv 1805.02867 (one-pass softmax); Dao et al., "Flash-Decoding", 2023 (split over keys)
 */
export function cacheAttention(shape: CacheAttentionShape): Sized {
  return shape.lanes === 1 ? rowByRow(shape) : tileByTile(shape)
}

function storage({ kind, cache, splits }: CacheAttentionShape): Record<string, Access> {
  return { q: 'read vec4f', cache: cacheCode(cache).access, ...placeStorage(kind), o: 'write f32', ...(splits > 1 ? { level: 'write f32' as const } : {}) }
}

/** One invocation a row, head and part. */
function rowByRow(shape: CacheAttentionShape): Sized {
  const { heads: H, kvHeads: Hk, headDim: d, kind, splits: S, cache } = shape
  const D = d / 4
  const each = (line: string) => `for (var c = 0u; c < ${D}u; c++) { ${line} }`
  const body = `
  let row = index / ${H * S}u; let head = (index / ${S}u) % ${H}u; let split = index % ${S}u;
  if (row >= step.rows) { return; }
  ${placeCode(kind, 'row')}
  let n = position + 1u;
  ${partCode(S)}
  var query: array<vec4f, ${D}>; var sum: array<vec4f, ${D}>;
  ${each(`query[c] = q[(row * ${H}u + head) * ${D}u + c] * ${1 / Math.sqrt(d)};`)}
  var top = ${LOWEST}; var total = 0.0;
  for (var j = begin; j < end; j++) {
    let key = cacheRow(j, promptRow, promptLength, ownRow) * ${2 * Hk * D}u + (head / ${H / Hk}u) * ${D}u;
    var score = 0.0;
    ${each('score += dot(query[c], cached(key + c));')}
    if (score > top) { let shrink = exp(top - score); total *= shrink; ${each('sum[c] *= shrink;')} top = score; }
    let p = exp(score - top); total += p;
    ${each(`sum[c] += p * cached(key + ${Hk * D}u + c);`)}
  }
  ${S > 1 ? 'level[2u * index] = top; level[2u * index + 1u] = total;' : ''}
  ${each(`let done = sum[c]${S > 1 ? '' : ' / total'}; let at = index * ${d}u + 4u * c; o[at] = done.x; o[at + 1u] = done.y; o[at + 2u] = done.z; o[at + 3u] = done.w;`)}`
  return {
    kernel: kernel(`attention ${kind} ${cache} by row`, storage(shape), [cacheCode(cache).functions, CACHE_ROW, flatMain(body)].join('\n')),
    groups: (step) => flatGroups(step.rows * H * S),
  }
}

/**
 * A workgroup holds the queries of a few rows and of all heads that share a key head, and goes through the keys 64 at a time:
 * first a lane takes a key and scores it for every query, then a lane takes two columns of the values for every query.
 */
function tileByTile(shape: CacheAttentionShape): Sized {
  const { heads: H, kvHeads: Hk, headDim: d, kind, splits: S, cache } = shape
  const { rows: R, heads: G } = queryTile(shape)
  const Q = R * G
  const groups = H / G
  const D = d / 4
  const pairs = d / 2
  /** Lanes that fold one query's scores, and where columns are few, shares of the keys that different lanes gather. */
  const folds = Math.min(8, 2 ** Math.floor(Math.log2(GROUP / Q)))
  const shares = Math.max(1, Math.floor(GROUP / pairs))
  const perLane = Math.ceil(pairs / GROUP)
  const queries = (line: (i: number) => string) => range(Q).map(line).join(' ')
  const pairsOf = (line: (i: number, p: number) => string) => range(Q).flatMap((i) => range(perLane).map((p) => line(i, p))).join(' ')
  const rowOf = (i: number) => Math.floor(i / G)
  const body = `
  let group = workgroup.y * workgroups.x + workgroup.x;
  let split = group % ${S}u; let head = (group / ${S}u) % ${groups}u * ${G}u; let first = group / ${S * groups}u * ${R}u;
  let kvHead = head / ${H / Hk}u;
  let isTile = first < step.rows;
  let row = select(0u, first, isTile); let lastRow = min(row + ${R - 1}u, step.rows - 1u);
  ${placeCode(kind, 'row')}
  let n = select(0u, position + 1u + lastRow - row, isTile);
  ${partCode(S)}
  for (var i = lane; i < ${Q * D}u; i += ${GROUP}u) {
    let query = i / ${D}u;
    held[i] = q[(min(row + query / ${G}u, lastRow) * ${H}u + head + query % ${G}u) * ${D}u + i % ${D}u] * ${1 / Math.sqrt(d)};
  }
  workgroupBarrier();
  ${queries((i) => `var top${i} = ${LOWEST}; var total${i} = 0.0;`)} ${pairsOf((i, p) => `var o${i}_${p} = vec2f();`)}
  for (var tile = begin; tile < end; tile += ${GROUP}u) {
    let j = tile + lane;
    let key = cacheRow(min(j, end - 1u), promptRow, promptLength, ownRow) * ${2 * Hk * D}u + kvHead * ${D}u;
    ${queries((i) => `var s${i} = 0.0;`)}
    for (var c = 0u; c < ${D}u; c++) { let k = cached(key + c); ${queries((i) => `s${i} += dot(held[${i * D}u + c], k);`)} }
    ${queries((i) => `s${i} = select(${LOWEST}, s${i}, j < end && j <= position + ${rowOf(i)}u); scores[${i * GROUP}u + lane] = s${i};`)}
    workgroupBarrier();
    if (lane < ${Q * folds}u) {
      var most = ${LOWEST};
      for (var e = lane % ${folds}u; e < ${GROUP}u; e += ${folds}u) { most = max(most, scores[lane / ${folds}u * ${GROUP}u + e]); }
      tops[lane] = most;
    }
    workgroupBarrier();
    ${queries((i) => `let was${i} = top${i}; ${range(folds).map((f) => `top${i} = max(top${i}, tops[${i * folds + f}u]);`).join(' ')} let shrink${i} = exp(was${i} - top${i}); total${i} *= shrink${i};`)}
    ${pairsOf((i, p) => `o${i}_${p} *= shrink${i};`)}
    ${queries((i) => `scores[${i * GROUP}u + lane] = select(exp(s${i} - top${i}), 0.0, s${i} <= ${LOWEST});`)}
    workgroupBarrier();
    if (lane < ${shares * Math.min(pairs, GROUP)}u) {
      for (var e = lane / ${Math.min(pairs, GROUP)}u; e < min(${GROUP}u, end - tile); e += ${shares}u) {
        let values = cacheRow(tile + e, promptRow, promptLength, ownRow) * ${Hk * d}u + (${Hk}u + kvHead) * ${pairs}u;
        ${range(perLane)
          .map((p) => `let v${p} = ${perLane > 1 && (p + 1) * GROUP > pairs ? `select(vec2f(), pair(values + lane + ${p * GROUP}u), lane + ${p * GROUP}u < ${pairs}u)` : `pair(values + lane % ${Math.min(pairs, GROUP)}u + ${p * GROUP}u)`};`)
          .join(' ')}
        ${queries((i) => `let p${i} = scores[${i * GROUP}u + e]; total${i} += p${i}; ${range(perLane).map((p) => `o${i}_${p} += p${i} * v${p};`).join(' ')}`)}
      }
    }
    workgroupBarrier();
  }
  ${shares > 1 ? joinShares(Q, pairs, shares, queries) : ''}
  if (isTile && lane < ${Math.min(pairs, GROUP)}u) {
    ${queries((i) => {
      const cell = `((row + ${rowOf(i)}u) * ${H}u + head + ${i % G}u) * ${S}u + split`
      const store = range(perLane)
        .map((p) => {
          const line = `o[at${i} * ${d}u + 2u * (lane + ${p * GROUP}u)] = o${i}_${p}.x${S > 1 ? '' : ` / total${i}`}; o[at${i} * ${d}u + 2u * (lane + ${p * GROUP}u) + 1u] = o${i}_${p}.y${S > 1 ? '' : ` / total${i}`};`
          return (p + 1) * GROUP > pairs && perLane > 1 ? `if (lane + ${p * GROUP}u < ${pairs}u) { ${line} }` : line
        })
        .join(' ')
      return `if (row + ${rowOf(i)}u < step.rows) { let at${i} = ${cell}; ${store} ${S > 1 ? `if (lane == 0u) { level[2u * at${i}] = top${i}; level[2u * at${i} + 1u] = total${i}; }` : ''} }\n   `
    })}
  }`
  const pair = cache === 'f16' ? 'unpack2x16float(cache[i])' : 'select(cache[i >> 1u].xy, cache[i >> 1u].zw, (i & 1u) == 1u)'
  const code = `
${cacheCode(cache).functions}
${CACHE_ROW}
fn pair(i: u32) -> vec2f { return ${pair}; }
var<workgroup> held: array<vec4f, ${Q * D}>;
var<workgroup> scores: array<f32, ${Q * GROUP}>;
var<workgroup> tops: array<f32, ${GROUP}>;
${shares > 1 ? `var<workgroup> gathered: array<vec3f, ${GROUP}>;` : ''}
@compute @workgroup_size(${GROUP}) fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {${body}
}`
  return {
    kernel: kernel(`attention ${kind} ${cache} by tile`, storage(shape), code),
    groups: (step) => flatGroups(Math.ceil(step.rows / R) * groups * S, 1),
  }
}

/** Adds up what the lanes of different shares gathered for the same columns, query by query. */
function joinShares(Q: number, pairs: number, shares: number, queries: (line: (i: number) => string) => string): string {
  return queries(
    (i) => `gathered[lane] = vec3f(o${i}_0, total${i});
  workgroupBarrier();
  if (lane < ${pairs}u) { var all = gathered[lane]; for (var e = 1u; e < ${shares}u; e++) { all += gathered[lane + e * ${pairs}u]; } o${i}_0 = all.xy; total${i} = all.z; }
  workgroupBarrier();
  `,
  )
}

/**
 * o = Σ_s e^(top_s − top)·part_s / Σ_s e^(top_s − top)·total_s.   part [rows, H, S, d], level [rows, H, S, 2], o [rows, H·d].
 * A part without keys has total 0.
 */
export function joinParts({ heads: H, headDim: d, splits: S }: CacheAttentionShape): Sized {
  const body = `
  let cell = index / ${d}u;
  if (cell >= step.rows * ${H}u) { return; }
  var top = ${LOWEST};
  for (var s = 0u; s < ${S}u; s++) { top = max(top, level[2u * (cell * ${S}u + s)]); }
  var sum = 0.0; var total = 0.0;
  for (var s = 0u; s < ${S}u; s++) {
    let at = cell * ${S}u + s;
    let weight = exp(level[2u * at] - top);
    total += weight * level[2u * at + 1u];
    sum += weight * part[at * ${d}u + index % ${d}u];
  }
  o[index] = sum / total;`
  return {
    kernel: kernel('join attention', { part: 'read f32', level: 'read f32', o: 'write f32' }, flatMain(body)),
    groups: (step: StepNumbers) => flatGroups(step.rows * H * d),
  }
}

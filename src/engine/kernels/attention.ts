/** Causal attention over packed sequences and over a decoding cache: one invocation a row and head, softmax in one pass. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import type { Groups } from '../gpu/plan'
import { STATE_WORDS } from './heads'
import type { Sized } from './tile'

export interface AttentionShape {
  readonly heads: number
  readonly kvHeads: number
  /** A multiple of 4. */
  readonly headDim: number
  /** Training: four neighbouring rows share what they read, as in `Tiling`. */
  readonly inQuads?: boolean
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Declares vectors `name0`, `name1`, … read from `buffer` at vec4 index `at`. Separate names, since arrays of registers spill. */
function loadAll(name: string, buffer: string, at: string, D: number, keyword = 'let'): string {
  return range(D).map((c) => `${keyword} ${name}${c} = ${buffer}[${at} + ${c}u];`).join(' ')
}
const each = (D: number, line: (c: number) => string) => range(D).map(line).join(' ')
const dotAll = (D: number, a: (c: number) => string, b: (c: number) => string) => range(D).map((c) => `dot(${a(c)}, ${b(c)})`).join(' + ')

/** What each lane of a quad reads a quarter of, `place` being its own: `name0`, `name1`, … as `loadAll` declares them. */
function loadShared(name: string, buffer: string, at: string, D: number): string {
  const own = range(Math.ceil(D / 4)).map((g) => `let ${name}Own${g} = ${buffer}[${at} + min(${4 * g}u + place, ${D - 1}u)];`)
  return `${own.join(' ')} ${range(D).map((c) => `let ${name}${c} = quadBroadcast(${name}Own${c >> 2}, ${c & 3}u);`).join(' ')}`
}

/** Declares `name`: the smallest or largest `value` of the quad. */
const ofQuad = (name: string, by: 'min' | 'max', value: string) =>
  `let ${name}Pair = ${by}(${value}, quadSwapX(${value})); let ${name} = ${by}(${name}Pair, quadSwapY(${name}Pair));`

/**
 * Declares `row`, `head` and `isRow`; lanes without any row return. In quads four neighbouring rows of one head stand together,
 * and those past the last repeat it.
 */
function rowAndHead(H: number, inQuads = false): string {
  if (!inQuads)
    return `let row = index / ${H}u; let head = index % ${H}u; let isRow = row < step.rows;
  if (!isRow) { return; }`
  return `let place = index & 3u; let head = (index >> 2u) % ${H}u; let above = (index >> 2u) / ${H}u * 4u;
  if (above >= step.rows) { return; }
  let isRow = above + place < step.rows; let row = min(above + place, step.rows - 1u);`
}

function rowGroups(rows: number, H: number, inQuads = false): Groups {
  return flatGroups((inQuads ? Math.ceil(rows / 4) * 4 : rows) * H)
}

/** Turns of a loop written out where heads are short: a turn itself costs a software adapter as much as several reads. */
const turnsOf = (D: number) => (D <= 8 ? 2 : 1)

/**
 * `body` over all keys that any row of the quad sees, with `k0` …, `v0` … and `isKey`, whether this row sees it. No branches
 * in it: where lanes part, a software adapter stores float by float.
 */
function overKeys(D: number, stride: number, values: number, body: string): string {
  const turns = turnsOf(D)
  const one = (i: number) => `{
      let j = next + ${i}u; let isKey = j >= start && j <= row; let at = min(j, last) * ${stride}u + column;
      ${loadShared('k', 'kv', 'at', D)}
      ${loadShared('v', 'kv', `at + ${values}u`, D)}${body}
    }`
  return `${ofQuad('begin', 'min', 'start')} ${ofQuad('last', 'max', 'row')}
  for (var next = begin; next <= last; next += ${turns}u) {
    ${range(turns).map(one).join('\n    ')}
  }
  if (!isRow) { return; }`
}

/** One key: rescales what was gathered when a larger score appears, so that one pass gives an exact softmax. */
function takeKey(D: number, k: (c: number) => string, v: (c: number) => string, scale: number): string {
  return `
    let score = (${dotAll(D, (c) => `q${c}`, k)}) * ${scale};
    if (score > top) {
      let shrink = exp(top - score); total *= shrink; ${each(D, (c) => `o${c} *= shrink;`)} top = score;
    }
    let p = exp(score - top); total += p;
    ${each(D, (c) => `o${c} += p * ${v(c)};`)}`
}

/** Small enough to be replaced by any score, and finite. */
const LOWEST = '-3.0e38'

/**
 * o = softmax(q·kᵀ/√d)·v over the keys first[n] … n of the own sequence.   q [rows, H·d], kv [rows, 2·Hk·d], o [rows, H·d];
 * `lse` [rows, H], the log of the softmax's denominator, for the backward pass.
 * @source Milakov and Gimelshein, arXiv 1805.02867 (one-pass softmax)
 */
export function attention({ heads: H, kvHeads: Hk, headDim: d, inQuads }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const scale = 1 / Math.sqrt(d)
  const body = `
  ${rowAndHead(H, inQuads)}
  let own = row * ${H}u + head; let start = first[row];
  ${loadAll('q', 'q', `own * ${D}u`, D)}
  ${each(D, (c) => `var o${c} = vec4f();`)}
  var top = ${LOWEST}; var total = 0.0;
  let column = (head / ${H / Hk}u) * ${D}u;
  ${
    inQuads
      ? overKeys(
          D,
          stride,
          Hk * D,
          `
      let score = (${dotAll(D, (c) => `q${c}`, (c) => `k${c}`)}) * ${scale};
      let decline = select(0.0, exp(-abs(score - top)), isKey); let isTop = isKey && score > top;
      let shrink = select(1.0, decline, isTop); let p = select(decline, 1.0, isTop);
      top = select(top, score, isTop); total = total * shrink + p;
      ${each(D, (c) => `o${c} = o${c} * shrink + p * v${c};`)}`,
        )
      : `for (var j = start; j <= row; j++) {
    let at = j * ${stride}u + column;${takeKey(D, (c) => `kv[at + ${c}u]`, (c) => `kv[at + ${Hk * D + c}u]`, scale)}
  }`
  }
  ${each(D, (c) => `o[own * ${D}u + ${c}u] = o${c} / total;`)}
  lse[own] = top + log(total);`
  return {
    kernel: kernel('attention', { q: 'read vec4f', kv: 'read vec4f', first: 'read u32', o: 'write vec4f', lse: 'write f32' }, flatMain(body), inQuads),
    groups: (step) => rowGroups(step.rows, H, inQuads),
  }
}

/**
 * The same for one new row of each decoding slot: keys of its prompt, shared by all slots of a group, then its own.
 * prompt [prompt rows, 2·Hk·d]; own [slots, most, 2·Hk·d] with `op.d` rows a slot.
 */
export function decodeAttention({ heads: H, kvHeads: Hk, headDim: d }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const scale = 1 / Math.sqrt(d)
  const body = `
  let row = index / ${H}u; let head = index % ${H}u;
  if (row >= step.rows) { return; }
  let slot = slots[row];
  ${loadAll('q', 'q', `index * ${D}u`, D)}
  ${each(D, (c) => `var o${c} = vec4f();`)}
  var top = ${LOWEST}; var total = 0.0;
  let column = (head / ${H / Hk}u) * ${D}u;
  let start = state[slot * ${STATE_WORDS}u]; let end = start + state[slot * ${STATE_WORDS}u + 1u];
  for (var j = start; j < end; j++) {
    let at = j * ${stride}u + column;${takeKey(D, (c) => `prompt[at + ${c}u]`, (c) => `prompt[at + ${Hk * D + c}u]`, scale)}
  }
  let made = state[slot * ${STATE_WORDS}u + 2u];
  for (var j = 0u; j < made; j++) {
    let at = (slot * op.d + j) * ${stride}u + column;${takeKey(D, (c) => `own[at + ${c}u]`, (c) => `own[at + ${Hk * D + c}u]`, scale)}
  }
  ${each(D, (c) => `o[index * ${D}u + ${c}u] = o${c} / total;`)}`
  return {
    kernel: kernel('decode attention', { q: 'read vec4f', prompt: 'read vec4f', own: 'read vec4f', slots: 'read u32', state: 'read u32', o: 'write vec4f' }, flatMain(body)),
    groups: (step) => flatGroups(step.rows * H),
  }
}

/**
 * Gradient for the queries, and `delta` [rows, H] = Σ do·o for the other half.
 *
 *   p = exp(s − lse), ds = p·(do·v − delta), dq = Σ_j ds·k_j/√d
 * @source Dao, arXiv 2307.08691, algorithm 2
 */
export function attentionBackwardQueries({ heads: H, kvHeads: Hk, headDim: d, inQuads }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const scale = 1 / Math.sqrt(d)
  const key = (v: (c: number) => string, ofKey: (p: string) => string = (p) => p) => `
    let p = ${ofKey(`exp((${dotAll(D, (c) => `q${c}`, (c) => `k${c}`)}) * ${scale} - level)`)};
    let ds = p * (${dotAll(D, (c) => `g${c}`, v)} - sum) * ${scale};
    ${each(D, (c) => `d${c} += ds * k${c};`)}`
  const body = `
  ${rowAndHead(H, inQuads)}
  let own = row * ${H}u + head; let start = first[row];
  ${loadAll('q', 'q', `own * ${D}u`, D)}
  ${loadAll('g', 'dO', `own * ${D}u`, D)}
  let sum = ${dotAll(D, (c) => `g${c}`, (c) => `o[own * ${D}u + ${c}u]`)};
  ${each(D, (c) => `var d${c} = vec4f();`)}
  let level = lse[own];
  let column = (head / ${H / Hk}u) * ${D}u;
  ${
    inQuads
      ? overKeys(D, stride, Hk * D, key((c) => `v${c}`, (p) => `select(0.0, ${p}, isKey)`))
      : `for (var j = start; j <= row; j++) {
    let at = j * ${stride}u + column;
    ${loadAll('k', 'kv', 'at', D)}${key((c) => `kv[at + ${Hk * D + c}u]`)}
  }`
  }
  delta[own] = sum;
  ${each(D, (c) => `dq[own * ${D}u + ${c}u] = d${c};`)}`
  return {
    kernel: kernel(
      'attention backward queries',
      { q: 'read vec4f', kv: 'read vec4f', first: 'read u32', o: 'read vec4f', dO: 'read vec4f', lse: 'read f32', dq: 'write vec4f', delta: 'write f32' },
      flatMain(body),
      inQuads,
    ),
    groups: (step) => rowGroups(step.rows, H, inQuads),
  }
}

/** Gradient for keys and values, dkv [rows, 2·Hk·d]: every key gathers from the later rows of its sequence, `end[j]` excluded. */
export function attentionBackwardKeys({ heads: H, kvHeads: Hk, headDim: d, inQuads }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const scale = 1 / Math.sqrt(d)
  const load = inQuads ? loadShared : loadAll
  const group = H / Hk
  const turns = group * D <= 16 ? group : 1
  const p = `exp((${dotAll(D, (c) => `q${c}`, (c) => `k${c}`)}) * ${scale} - lse[query])`
  const one = `
      ${load('q', 'q', `query * ${D}u`, D)}
      ${load('g', 'dO', `query * ${D}u`, D)}
      let p = ${inQuads ? `select(0.0, ${p}, n >= row && n < past)` : p};
      let ds = p * (${dotAll(D, (c) => `g${c}`, (c) => `v${c}`)} - delta[query]) * ${scale};
      ${each(D, (c) => `a${c} += ds * q${c}; b${c} += p * g${c};`)}`
  const body = `
  ${rowAndHead(Hk, inQuads)}
  let at = row * ${stride}u + head * ${D}u; let past = end[row];
  ${loadAll('k', 'kv', 'at', D)}
  ${loadAll('v', 'kv', `at + ${Hk * D}u`, D)}
  ${each(D, (c) => `var a${c} = vec4f(); var b${c} = vec4f();`)}
  ${inQuads ? `${ofQuad('begin', 'min', 'row')} ${ofQuad('last', 'max', 'past')}` : 'let begin = row; let last = past;'}
  ${
    inQuads
      ? // One loop: a loop inside another costs a software adapter more than all its reads.
        `for (var next = begin * ${group}u; next < last * ${group}u; next += ${turns}u) {
    let n = next / ${group}u;
    ${range(turns).map((i) => `{ let query = n * ${H}u + head * ${group}u + next % ${group}u + ${i}u;${one}\n    }`).join('\n    ')}
  }
  if (!isRow) { return; }`
      : `for (var n = begin; n < last; n++) {
    for (var query = n * ${H}u + head * ${group}u; query < n * ${H}u + (head + 1u) * ${group}u; query++) {${one}
    }
  }`
  }
  ${each(D, (c) => `dkv[at + ${c}u] = a${c}; dkv[at + ${Hk * D + c}u] = b${c};`)}`
  return {
    kernel: kernel(
      'attention backward keys',
      { q: 'read vec4f', kv: 'read vec4f', end: 'read u32', dO: 'read vec4f', lse: 'read f32', delta: 'read f32', dkv: 'write vec4f' },
      flatMain(body),
      inQuads,
    ),
    groups: (step) => rowGroups(step.rows, Hk, inQuads),
  }
}

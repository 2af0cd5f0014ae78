/** Causal attention over packed sequences and over a decoding cache: one invocation a row and head, softmax in one pass. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import { STATE_WORDS } from './heads'
import type { Sized } from './rmsNorm'

export interface AttentionShape {
  readonly heads: number
  readonly kvHeads: number
  /** A multiple of 4. */
  readonly headDim: number
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Declares vectors `name0`, `name1`, … read from `buffer` at vec4 index `at`. Separate names, since arrays of registers spill. */
function loadAll(name: string, buffer: string, at: string, D: number, keyword = 'let'): string {
  return range(D).map((c) => `${keyword} ${name}${c} = ${buffer}[${at} + ${c}u];`).join(' ')
}
const each = (D: number, line: (c: number) => string) => range(D).map(line).join(' ')
const dotAll = (D: number, a: (c: number) => string, b: (c: number) => string) => range(D).map((c) => `dot(${a(c)}, ${b(c)})`).join(' + ')

/** One key: rescales what was gathered when a larger score appears, so that one pass gives an exact softmax. */
function takeKey(D: number, at: string, valueOffset: number, scale: number): string {
  return `
    let score = (${dotAll(D, (c) => `q${c}`, (c) => `kv[${at} + ${c}u]`)}) * ${scale};
    if (score > top) {
      let shrink = exp(top - score); total *= shrink; ${each(D, (c) => `o${c} *= shrink;`)} top = score;
    }
    let p = exp(score - top); total += p;
    ${each(D, (c) => `o${c} += p * kv[${at} + ${valueOffset + c}u];`)}`
}

/** Small enough to be replaced by any score, and finite. */
const LOWEST = '-3.0e38'

/**
 * o = softmax(q·kᵀ/√d)·v over the keys first[n] … n of the own sequence.   q [rows, H·d], kv [rows, 2·Hk·d], o [rows, H·d];
 * `lse` [rows, H], the log of the softmax's denominator, for the backward pass.
 * @source Milakov and Gimelshein, arXiv 1805.02867 (one-pass softmax)
 */
export function attention({ heads: H, kvHeads: Hk, headDim: d }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const body = `
  let row = index / ${H}u; let head = index % ${H}u;
  if (row >= step.rows) { return; }
  ${loadAll('q', 'q', `index * ${D}u`, D)}
  ${each(D, (c) => `var o${c} = vec4f();`)}
  var top = ${LOWEST}; var total = 0.0;
  let column = (head / ${H / Hk}u) * ${D}u;
  for (var j = first[row]; j <= row; j++) {
    let at = j * ${stride}u + column;${takeKey(D, 'at', Hk * D, 1 / Math.sqrt(d))}
  }
  ${each(D, (c) => `o[index * ${D}u + ${c}u] = o${c} / total;`)}
  lse[index] = top + log(total);`
  return {
    kernel: kernel('attention', { q: 'read vec4f', kv: 'read vec4f', first: 'read u32', o: 'write vec4f', lse: 'write f32' }, flatMain(body)),
    groups: (step) => flatGroups(step.rows * H),
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
    let at = j * ${stride}u + column;${takeKey(D, 'at', Hk * D, scale).replaceAll('kv[', 'prompt[')}
  }
  let made = state[slot * ${STATE_WORDS}u + 2u];
  for (var j = 0u; j < made; j++) {
    let at = (slot * op.d + j) * ${stride}u + column;${takeKey(D, 'at', Hk * D, scale).replaceAll('kv[', 'own[')}
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
export function attentionBackwardQueries({ heads: H, kvHeads: Hk, headDim: d }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const scale = 1 / Math.sqrt(d)
  const body = `
  let row = index / ${H}u; let head = index % ${H}u;
  if (row >= step.rows) { return; }
  ${loadAll('q', 'q', `index * ${D}u`, D)}
  ${loadAll('g', 'dO', `index * ${D}u`, D)}
  let sum = ${dotAll(D, (c) => `g${c}`, (c) => `o[index * ${D}u + ${c}u]`)};
  delta[index] = sum;
  ${each(D, (c) => `var d${c} = vec4f();`)}
  let level = lse[index];
  let column = (head / ${H / Hk}u) * ${D}u;
  for (var j = first[row]; j <= row; j++) {
    let at = j * ${stride}u + column;
    ${loadAll('k', 'kv', 'at', D)}
    let p = exp((${dotAll(D, (c) => `q${c}`, (c) => `k${c}`)}) * ${scale} - level);
    let ds = p * (${dotAll(D, (c) => `g${c}`, (c) => `kv[at + ${Hk * D + c}u]`)} - sum) * ${scale};
    ${each(D, (c) => `d${c} += ds * k${c};`)}
  }
  ${each(D, (c) => `dq[index * ${D}u + ${c}u] = d${c};`)}`
  return {
    kernel: kernel(
      'attention backward queries',
      { q: 'read vec4f', kv: 'read vec4f', first: 'read u32', o: 'read vec4f', dO: 'read vec4f', lse: 'read f32', dq: 'write vec4f', delta: 'write f32' },
      flatMain(body),
    ),
    groups: (step) => flatGroups(step.rows * H),
  }
}

/** Gradient for keys and values, dkv [rows, 2·Hk·d]: every key gathers from the later rows of its sequence, `end[j]` excluded. */
export function attentionBackwardKeys({ heads: H, kvHeads: Hk, headDim: d }: AttentionShape): Sized {
  const D = d / 4
  const stride = 2 * Hk * D
  const scale = 1 / Math.sqrt(d)
  const body = `
  let j = index / ${Hk}u; let kvHead = index % ${Hk}u;
  if (j >= step.rows) { return; }
  let at = j * ${stride}u + kvHead * ${D}u;
  ${loadAll('k', 'kv', 'at', D)}
  ${loadAll('v', 'kv', `at + ${Hk * D}u`, D)}
  ${each(D, (c) => `var a${c} = vec4f(); var b${c} = vec4f();`)}
  let last = end[j];
  for (var row = j; row < last; row++) {
    for (var head = kvHead * ${H / Hk}u; head < (kvHead + 1u) * ${H / Hk}u; head++) {
      let query = row * ${H}u + head;
      ${loadAll('q', 'q', `query * ${D}u`, D)}
      ${loadAll('g', 'dO', `query * ${D}u`, D)}
      let p = exp((${dotAll(D, (c) => `q${c}`, (c) => `k${c}`)}) * ${scale} - lse[query]);
      let ds = p * (${dotAll(D, (c) => `g${c}`, (c) => `v${c}`)} - delta[query]) * ${scale};
      ${each(D, (c) => `a${c} += ds * q${c}; b${c} += p * g${c};`)}
    }
  }
  ${each(D, (c) => `dkv[at + ${c}u] = a${c}; dkv[at + ${Hk * D + c}u] = b${c};`)}`
  return {
    kernel: kernel(
      'attention backward keys',
      { q: 'read vec4f', kv: 'read vec4f', end: 'read u32', dO: 'read vec4f', lse: 'read f32', delta: 'read f32', dkv: 'write vec4f' },
      flatMain(body),
    ),
    groups: (step) => flatGroups(step.rows * Hk),
  }
}

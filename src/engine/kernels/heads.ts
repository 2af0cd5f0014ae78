/** From projected q, k, v to rotated heads: per-head RMSNorm (Qwen3), rotary positions, and the key-value rows. */
import { flatGroups, flatMain, kernel, type StepNumbers } from '../gpu/kernel'
import { CHUNK_ROWS, type Sized } from './rmsNorm'

export interface HeadShape {
  /** Query heads. */
  readonly heads: number
  readonly kvHeads: number
  /** A multiple of 4. */
  readonly headDim: number
  readonly epsilon: number
  /** Whether q and k are normed per head (Qwen3) or not (Llama). */
  readonly hasNorm: boolean
}

/** Where a row's keys and values go, and which position it has. */
export type RowPlace =
  /** Row n of a packed batch: position n − first[n], keys and values in row n. */
  | 'packed'
  /** Row i of a decoding step: slot `slots[i]`, whose state holds prompt start, prompt length, tokens so far. */
  | 'decode'

/** Words of a decoding row's state: prompt start, prompt length, tokens so far, done. */
export const STATE_WORDS = 4

/** Position and key-value row of `row`, as statements that declare `position` and `kvRow`. */
function placeCode(place: RowPlace): string {
  return place === 'packed'
    ? 'let position = row - first[row]; let kvRow = row;'
    : `let slot = first[row]; let made = state[slot * ${STATE_WORDS}u + 2u];
  let position = state[slot * ${STATE_WORDS}u + 1u] + made - 1u; let kvRow = slot * op.d + made - 1u;`
}

/**
 * Heads for attention.
 *
 *   q̂ = rope(norm(q)), k̂ = rope(norm(k)), v unchanged;   rope(x) = [x₁·cos − x₂·sin, x₂·cos + x₁·sin] on halves x₁, x₂
 *
 * qkv [rows, (H + 2·Hk)·d] as projected; q [rows, H·d]; kv [rows, 2·Hk·d], keys before values; table [positions, d/2, 2] of
 * cos and sin in float64 precision, since WGSL's own lose their digits at large angles. `op.a`, `op.b`: floats at which the
 * norms' weights of q and k begin. `first` [rows]: first row of the own sequence ('packed') or slot ('decode').
 * @source Qwen3, arXiv 2505.09388; RoFormer, arXiv 2104.09864, rotate-half layout of Hugging Face
 */
export function rotateHeads(shape: HeadShape, place: RowPlace): Sized {
  const { heads: H, kvHeads: Hk, headDim: d, epsilon, hasNorm } = shape
  const all = H + 2 * Hk
  const half = d / 2
  const body = `
  let row = index / ${all}u; let head = index % ${all}u;
  if (row >= step.rows) { return; }
  ${placeCode(place)}
  let base = row * ${all * d}u + head * ${d}u;
  if (head >= ${H + Hk}u) {
    let to = kvRow * ${2 * Hk * d}u + (head - ${H}u) * ${d}u;
    for (var c = 0u; c < ${d}u; c++) { kv[to + c] = qkv[base + c]; }
    return;
  }
  var scale = 1.0;
  ${hasNorm ? `var squares = 0.0; for (var c = 0u; c < ${d}u; c++) { let v = qkv[base + c]; squares += v * v; } scale = inverseSqrt(squares / ${d}.0 + ${epsilon});` : ''}
  let isQuery = head < ${H}u;
  let weight = select(op.b, op.a, isQuery);
  let to = select(kvRow * ${2 * Hk * d}u + (head - ${H}u) * ${d}u, row * ${H * d}u + head * ${d}u, isQuery);
  for (var c = 0u; c < ${half}u; c++) {
    let cosine = table[(position * ${half}u + c) * 2u]; let sine = table[(position * ${half}u + c) * 2u + 1u];
    let left = qkv[base + c] * scale${hasNorm ? ' * w[weight + c]' : ''};
    let right = qkv[base + ${half}u + c] * scale${hasNorm ? ` * w[weight + ${half}u + c]` : ''};
    let turnedLeft = left * cosine - right * sine; let turnedRight = right * cosine + left * sine;
    if (isQuery) { q[to + c] = turnedLeft; q[to + ${half}u + c] = turnedRight; } else { kv[to + c] = turnedLeft; kv[to + ${half}u + c] = turnedRight; }
  }`
  return {
    kernel: kernel(
      `rotate heads ${place}`,
      { qkv: 'read f32', w: 'read f32', table: 'read f32', first: 'read u32', ...(place === 'decode' ? { state: 'read u32' as const } : {}), q: 'write f32', kv: 'write f32' },
      flatMain(body),
    ),
    groups: (step: StepNumbers) => flatGroups(step.rows * all),
  }
}

/**
 * The gradient of `rotateHeads` (packed): dq [rows, H·d] and dkv [rows, 2·Hk·d] to dqkv, and each normed head's scale to
 * `scales` [rows, H + Hk], for the gradient of the norms' weights.
 */
export function rotateHeadsBackward(shape: HeadShape): Sized {
  const { heads: H, kvHeads: Hk, headDim: d, epsilon, hasNorm } = shape
  const all = H + 2 * Hk
  const half = d / 2
  const turnedBack = (c: string) => `
    let cosine = table[(position * ${half}u + ${c}) * 2u]; let sine = table[(position * ${half}u + ${c}) * 2u + 1u];
    let gl = select(dkv[source + ${c}], dq[source + ${c}], isQuery); let gr = select(dkv[source + ${half}u + ${c}], dq[source + ${half}u + ${c}], isQuery);
    let left = (gl * cosine + gr * sine)${hasNorm ? ` * w[weight + ${c}]` : ''}; let right = (gr * cosine - gl * sine)${hasNorm ? ` * w[weight + ${half}u + ${c}]` : ''};`
  const body = `
  let row = index / ${all}u; let head = index % ${all}u;
  if (row >= step.rows) { return; }
  let position = row - first[row];
  let base = row * ${all * d}u + head * ${d}u;
  if (head >= ${H + Hk}u) {
    let source = row * ${2 * Hk * d}u + (head - ${H}u) * ${d}u;
    for (var c = 0u; c < ${d}u; c++) { dqkv[base + c] = dkv[source + c]; }
    return;
  }
  let isQuery = head < ${H}u;
  let weight = select(op.b, op.a, isQuery);
  let source = select(row * ${2 * Hk * d}u + (head - ${H}u) * ${d}u, row * ${H * d}u + head * ${d}u, isQuery);
  var scale = 1.0; var pull = 0.0;
  ${
    hasNorm
      ? `var squares = 0.0; for (var c = 0u; c < ${d}u; c++) { let v = qkv[base + c]; squares += v * v; } scale = inverseSqrt(squares / ${d}.0 + ${epsilon});
  for (var c = 0u; c < ${half}u; c++) {${turnedBack('c')} pull += left * qkv[base + c] + right * qkv[base + ${half}u + c]; }
  pull = pull * scale * scale / ${d}.0;`
      : ''
  }
  for (var c = 0u; c < ${half}u; c++) {${turnedBack('c')}
    dqkv[base + c] = scale * (left - qkv[base + c] * pull);
    dqkv[base + ${half}u + c] = scale * (right - qkv[base + ${half}u + c] * pull);
  }
  ${hasNorm ? `scales[row * ${H + Hk}u + head] = scale;` : ''}`
  return {
    kernel: kernel(
      'rotate heads backward',
      {
        qkv: 'read f32',
        w: 'read f32',
        table: 'read f32',
        first: 'read u32',
        dq: 'read f32',
        dkv: 'read f32',
        dqkv: 'write f32',
        ...(hasNorm ? { scales: 'write f32' as const } : {}),
      },
      flatMain(body),
    ),
    groups: (step) => flatGroups(step.rows * all),
  }
}

/**
 * Partial sums over 64 rows and all heads of the gradients for the q and k norms' weights, as `rmsNormWeightGradient` makes
 * them: partial[op.d + chunk·2d + c], q's d columns before k's.
 */
export function headNormWeightGradient(shape: HeadShape, capacity: number): Sized {
  const { heads: H, kvHeads: Hk, headDim: d } = shape
  const all = H + 2 * Hk
  const half = d / 2
  const chunks = Math.ceil(capacity / CHUNK_ROWS)
  const body = `
  let chunk = index / ${2 * d}u; let column = index % ${2 * d}u;
  if (chunk >= ${chunks}u) { return; }
  let isQuery = column < ${d}u; let c = column % ${d}u;
  let pair = c % ${half}u; let isLeft = c < ${half}u;
  let start = select(${H}u, 0u, isQuery); let end = select(${H + Hk}u, ${H}u, isQuery);
  let last = min(step.rows, (chunk + 1u) * ${CHUNK_ROWS}u);
  var sum = 0.0;
  for (var row = chunk * ${CHUNK_ROWS}u; row < last; row++) {
    let at = ((row - first[row]) * ${half}u + pair) * 2u;
    let cosine = table[at]; let sine = table[at + 1u];
    for (var head = start; head < end; head++) {
      let source = select(row * ${2 * Hk * d}u + (head - ${H}u) * ${d}u, row * ${H * d}u + head * ${d}u, isQuery) + pair;
      let gl = select(dkv[source], dq[source], isQuery); let gr = select(dkv[source + ${half}u], dq[source + ${half}u], isQuery);
      let g = select(gr * cosine - gl * sine, gl * cosine + gr * sine, isLeft);
      sum += g * qkv[row * ${all * d}u + head * ${d}u + c] * scales[row * ${H + Hk}u + head];
    }
  }
  partial[op.d + index] = sum;`
  return {
    kernel: kernel(
      'head norm weight gradient',
      { qkv: 'read f32', table: 'read f32', first: 'read u32', dq: 'read f32', dkv: 'read f32', scales: 'read f32', partial: 'write f32' },
      flatMain(body),
    ),
    groups: () => flatGroups(chunks * 2 * d),
  }
}

/** From projected q, k, v to rotated heads, with keys and values written into the cache. */
import { flatGroups, kernel, type StepNumbers } from '../gpu/kernel'
import { CACHE_ROW, placeCode, placeStorage, type CacheShape, type StepKind } from './cacheFormat'
import type { Sized } from './rmsNorm'
import { fold, rowMain, type Lanes } from './rows'

export interface CacheHeadShape extends CacheShape {
  readonly kind: StepKind
  readonly epsilon: number
  /** Whether q and k are normed per head (Qwen3) or not (Llama). */
  readonly hasNorm: boolean
  /** Lanes of one head. */
  readonly lanes: Lanes
}

/**
 *   q̂ = rope(norm(q)), k̂ = rope(norm(k)), v unchanged;   rope(x) = [x₁·cos − x₂·sin, x₂·cos + x₁·sin] on halves x₁, x₂
 *
 * qkv [rows, (H + 2·Hk)·d]; q [rows, H·d]; cache [cache rows, 2·Hk·d], keys before values; table [positions, d/2, 2] of cos
 * and sin. `n` holds the norms' weights of q and k from floats `op.a` and `op.b` on. float16 saturates at ±65,504.
 * @source Qwen3, arXiv 2505.09388; RoFormer, arXiv 2104.09864, rotate-half layout of Hugging Face
 */
export function cacheHeads({ heads: H, kvHeads: Hk, headDim: d, cache, kind, epsilon, hasNorm, lanes }: CacheHeadShape): Sized {
  const all = H + 2 * Hk
  const half = d / 2
  const stored = cache === 'f32' ? (i: string, x: string) => `cache[${i}] = (${x}).x; cache[${i} + 1u] = (${x}).y;` : (i: string, x: string) => `cache[(${i}) >> 1u] = pack2x16float(clamp(${x}, vec2f(-65504.0), vec2f(65504.0)));`
  // A lane turns two neighbouring pairs at a time: packed halves must be written together.
  const body = `
  let token = select(0u, row / ${all}u, isRow); let head = select(0u, row % ${all}u, isRow);
  ${placeCode(kind, 'token')}
  let base = token * ${all * d}u + head * ${d}u;
  let isQuery = head < ${H}u; let isValue = head >= ${H + Hk}u;
  let kept = cacheRow(position, promptRow, promptLength, ownRow) * ${2 * Hk * d}u + (head - ${H}u) * ${d}u;
  ${
    hasNorm
      ? `var squares = 0.0;
  if (isRow && !isValue) { for (var c = part; c < ${d}u; c += ${lanes}u) { let v = qkv[base + c]; squares += v * v; } }
  ${fold(lanes, 'squares')}
  let scale = inverseSqrt(squares / ${d}.0 + ${epsilon});
  let weight = select(op.b, op.a, isQuery);`
      : ''
  }
  if (isRow) {
    for (var c = 2u * part; c < ${half}u; c += ${2 * lanes}u) {
      var left = vec2f(qkv[base + c], qkv[base + c + 1u]);
      var right = vec2f(qkv[base + ${half}u + c], qkv[base + ${half}u + c + 1u]);
      if (!isValue) {
        ${hasNorm ? `left *= scale * vec2f(n[weight + c], n[weight + c + 1u]); right *= scale * vec2f(n[weight + ${half}u + c], n[weight + ${half}u + c + 1u]);` : ''}
        let turn = (position * ${half}u + c) * 2u;
        let cosine = vec2f(table[turn], table[turn + 2u]); let sine = vec2f(table[turn + 1u], table[turn + 3u]);
        let turned = left * cosine - right * sine;
        right = right * cosine + left * sine;
        left = turned;
      }
      if (isQuery) {
        let to = token * ${H * d}u + head * ${d}u + c;
        q[to] = left.x; q[to + 1u] = left.y; q[to + ${half}u] = right.x; q[to + ${half + 1}u] = right.y;
      } else {
        ${stored('kept + c', 'left')} ${stored(`kept + ${half}u + c`, 'right')}
      }
    }
  }`
  return {
    kernel: kernel(
      `cache heads ${kind} ${cache}`,
      { qkv: 'read f32', ...(hasNorm ? { n: 'read f32' as const } : {}), table: 'read f32', ...placeStorage(kind), q: 'write f32', cache: `write ${cache === 'f16' ? 'u32' : 'f32'}` },
      CACHE_ROW + rowMain(lanes, `step.rows * ${all}u`, body),
    ),
    groups: (step: StepNumbers) => flatGroups(step.rows * all * lanes),
  }
}

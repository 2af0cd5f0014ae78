/**
 * Products with weights of any format, read packed and opened in registers. One generator serves both ends: a few rows, where
 * lanes share a column's inner loop and the weights stream by once, and many rows, where a register tile uses every opened
 * weight several times.
 */
import { kernel, type Access, type StepNumbers } from '../gpu/kernel'
import type { Groups } from '../gpu/plan'
import type { WeightFormat } from '../inference/weightFormat'
import { SILU } from './gemm'
import { matrixCode } from './quantFormat'
import type { Sized } from './rmsNorm'

/** Invocations of a workgroup. */
const GROUP = 64

/** What one invocation computes, and how many lanes share its inner loop. */
export interface QuantTile {
  readonly rows: 1 | 2 | 4 | 8
  readonly columns: 1 | 2 | 4
  /** A power of two up to 64; 1 needs no barrier. */
  readonly lanes: number
  /** Row tiles of a workgroup. */
  readonly rowSets: number
}

/** The tile for a decoding step of at most `rows` sequences. */
export function fewRows(isSoftware: boolean, rows: number): QuantTile {
  const tile = rows <= 1 ? 1 : rows <= 2 ? 2 : rows <= 4 ? 4 : 8
  return isSoftware ? { rows: tile, columns: 4, lanes: 1, rowSets: 1 } : { rows: tile, columns: 2, lanes: 16, rowSets: 1 }
}

/** The tile for a prompt. */
export const MANY_ROWS: QuantTile = { rows: 8, columns: 4, lanes: 1, rowSets: 8 }

/**
 * A low-rank path beside the weights: y += t·bᵀ with t = x·aᵀ from a product of its own. b [outputs, rank]. The columns fall
 * into parts (q, k, v; gate, up), part p beginning at column `starts[p]` and reading columns p·rank … of t [rows, parts·rank].
 * @source LoRA, arXiv 2106.09685
 */
export interface LowRankPart {
  readonly rank: number
  readonly starts: readonly number[]
}

export interface QuantLinearShape {
  readonly format: WeightFormat
  readonly inputs: number
  readonly outputs: number
  readonly tile: QuantTile
  /** Norms the rows of x on the way, with its weights from float `op.a` of `n` on: Σ x² is summed beside the product. */
  readonly norm?: { readonly epsilon: number }
  /** Adds `r`, shaped as the result. */
  readonly hasResidual?: boolean
  /** The matrix is gate, then up, [2·outputs, inputs], and the result silu(gate)·up. */
  readonly isGated?: boolean
  readonly lowRank?: LowRankPart
  /** Row stride of the result where it is not `outputs`. */
  readonly stride?: number
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/**
 * y = norm(x)·wᵀ (+ t·bᵀ) (+ r), or its gated form.   x [rows, inputs], y [rows, stride] from column `op.b` on.
 *
 *   norm(x)·wᵀ = (x ⊙ n)·wᵀ / √(mean(x²) + eps)
 * Any sizes; fastest where `inputs` is a multiple of 4. Which tile is used decides the order of a sum, the number of rows of a
 * step does not.
 * @source norm: Zhang and Sennrich, arXiv 1910.07467; gate: Shazeer, arXiv 2002.05202
 */
export function quantLinear(shape: QuantLinearShape): Sized {
  const { format, inputs: K, outputs: N, tile, norm, hasResidual = false, isGated = false, lowRank, stride = N } = shape
  const matrix = matrixCode(format, K)
  const { rows: R, columns: C, lanes: L, rowSets } = tile
  const sets = GROUP / (L * rowSets)
  const isAligned = K % 4 === 0
  const quads = matrix.chunkInputs / 4
  /** Products an invocation sums: name, the tile column, and the matrix row. */
  const products = (isGated ? [0, N] : [0]).flatMap((from, part) => range(C).map((j) => ({ name: `${part}${j}`, row: `min(n + ${j}u, ${N - 1}u) + ${from}u` })))
  const cells = range(R).flatMap((i) => products.map((p) => ({ i, ...p, sum: `s${i}_${p.name}` })))
  const isSmall = cells.length <= 4
  // Few sums: the scale goes on a chunk's sum. Many: on the opened weights, which all rows then share.
  const scalesSum = matrix.hasScales && isSmall

  const vector: Access = isAligned ? 'read vec4f' : 'read f32'
  const storage: Record<string, Access> = { x: vector, ...matrix.storage, y: 'write f32' }
  if (norm) storage.n = vector
  if (hasResidual) storage.r = 'read f32'
  if (lowRank) Object.assign(storage, { t: 'read f32', b: 'read f32' })

  const needsGuard = K % matrix.chunkInputs !== 0
  const pieceBody = (piece: string) =>
    range(matrix.pieceQuads)
      .map((q) => {
        const at = `c * ${quads}u + ${matrix.pieceQuads}u * ${piece} + ${q}u`
        const opened = products.map((p) => `let b${p.name} = ${matrix.open(`w${p.name}`, piece, q)}${matrix.hasScales && !scalesSum ? ` * f${p.name}` : ''};`)
        const rows = range(R).map((i) => {
          const load = `let a = load_x(x${i}, at);${norm ? ` q${i} += dot(a, a); let an = a * normed;` : ''}`
          const sums = cells.filter((cell) => cell.i === i).map((cell) => `${scalesSum ? `p${cell.sum}` : cell.sum} += dot(${norm ? 'an' : 'a'}, b${cell.name});`)
          return `{ ${load} ${sums.join(' ')} }`
        })
        return `{ let at = ${at}; ${norm ? 'let normed = load_n(0u, at);' : ''} ${opened.join(' ')}\n      ${rows.join('\n      ')} }`
      })
      .join('\n    ')
  // Unrolled where that is little code: shaders of thousands of lines take seconds to compile.
  const chunkBody = isSmall || matrix.pieces === 1 ? range(matrix.pieces).map((e) => pieceBody(`${e}u`)).join('\n    ') : `for (var e = 0u; e < ${matrix.pieces}u; e++) { ${pieceBody('e')} }`

  const sumLoop = `
  for (var c = part; c < ${matrix.chunks}u; c += ${L}u) {
    ${products.map((p) => `let w${p.name} = w[v${p.name} * ${matrix.chunks}u + c];${matrix.hasScales ? ` let f${p.name} = scaleAt(v${p.name}, c);` : ''}`).join('\n    ')}
    ${scalesSum ? cells.map((cell) => `var p${cell.sum} = 0.0;`).join(' ') : ''}
    ${chunkBody}
    ${scalesSum ? cells.map((cell) => `${cell.sum} += p${cell.sum} * f${cell.name};`).join(' ') : ''}
  }`

  const parts = isGated ? 2 : 1
  const value = (v: string) => (L === 1 ? `sums[${v}]` : `total(${v}, lane - part)`)
  // A loop over the cells, not the cells one by one: what follows a sum is more code than the sum.
  const gather =
    L === 1
      ? `var sums: array<f32, ${cells.length + (norm ? R : 0)}>;
  ${cells.map((cell, v) => `sums[${v}] = ${cell.sum};`).join(' ')} ${norm ? range(R).map((i) => `sums[${cells.length + i}] = q${i};`).join(' ') : ''}`
      : `${cells.map((cell, v) => `folded[${v * GROUP}u + lane] = ${cell.sum};`).join(' ')}
  ${norm ? range(R).map((i) => `folded[${(cells.length + i) * GROUP}u + lane] = q${i};`).join(' ') : ''}
  workgroupBarrier();`
  const finish = `${gather}
  for (var cell = part; cell < ${R * C}u; cell += ${L}u) {
    let i = cell / ${C}u; let j = cell % ${C}u;
    ${range(parts).map((p) => `let sum${p} = ${value(`i * ${products.length}u + ${p * C}u + j`)};`).join(' ')}
    if (m + i < rows && n + j < ${N}u) { emit(m + i, n + j, ${range(parts).map((p) => `sum${p}`).join(', ')}, ${norm ? value(`${cells.length}u + i`) : '0.0'}); }
  }`

  const lowRankSum = (part: string, row: string) => `lowRank(m, ${part}, ${row})`
  const partOf = lowRank && !isGated ? lowRank.starts.slice(1).map((start) => `select(0u, 1u, n >= ${start}u)`).join(' + ') || '0u' : '0u'
  const product = (sum: string, part: string, row: string) => `${sum}${norm ? ' * scale' : ''}${lowRank ? ` + ${lowRankSum(part, row)}` : ''}`
  const code = `
${isGated ? SILU : ''}
${matrix.functions}
${loader('x', K, isAligned, needsGuard)}
${norm ? loader('n', K, isAligned, needsGuard, 'op.a') : ''}
${L > 1 ? `var<workgroup> folded: array<f32, ${(cells.length + (norm ? R : 0)) * GROUP}>;
fn total(v: u32, first: u32) -> f32 { var sum = 0.0; for (var l = 0u; l < ${L}u; l++) { sum += folded[v * ${GROUP}u + first + l]; } return sum; }` : ''}
${lowRank ? `fn lowRank(m: u32, part: u32, row: u32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < ${lowRank.rank}u; k++) { sum += t[m * ${lowRank.rank * lowRank.starts.length}u + part * ${lowRank.rank}u + k] * b[row * ${lowRank.rank}u + k]; }
  return sum;
}` : ''}
fn emit(m: u32, n: u32, sum: f32, ${isGated ? 'upSum: f32, ' : ''}squares: f32) {
  ${norm ? `let scale = inverseSqrt(squares / ${K}.0 + ${norm.epsilon});` : ''}
  let product = ${product('sum', isGated ? '0u' : partOf, 'n')};
  ${isGated ? `let up = ${product('upSum', '1u', `n + ${N}u`)};` : ''}
  y[m * ${stride}u + op.b + n] = ${isGated ? 'silu(vec4f(product)).x * up' : 'product'}${hasResidual ? ` + r[m * ${N}u + n]` : ''};
}
@compute @workgroup_size(${GROUP}) fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let part = lane % ${L}u;
  let n = (workgroup.x * ${sets}u + (lane / ${L}u) % ${sets}u) * ${C}u;
  let m = (workgroup.y * ${rowSets}u + lane / ${L * sets}u) * ${R}u;
  let rows = step.rows;
  ${L === 1 ? `if (m >= rows || n >= ${N}u) { return; }` : ''}
  ${range(R).map((i) => `let x${i} = min(m + ${i}u, rows - 1u);`).join(' ')}
  ${products.map((p) => `let v${p.name} = ${p.row};`).join(' ')}
  ${cells.map((cell) => `var ${cell.sum} = 0.0;`).join(' ')}
  ${norm ? range(R).map((i) => `var q${i} = 0.0;`).join(' ') : ''}
  ${sumLoop}
  ${finish}
}`
  return {
    kernel: kernel(`${format} ${isGated ? 'gated' : 'linear'} ${K}→${N}${norm ? ' normed' : ''}`, storage, code),
    groups: (step: StepNumbers): Groups => [Math.ceil(N / (C * sets)), Math.ceil(step.rows / (R * rowSets)), 1],
  }
}

/** `load_x(row, quad)`: inputs 4·quad … of a row, zeros past the last where a chunk may reach there. */
function loader(name: string, K: number, isAligned: boolean, needsGuard: boolean, from = '0u'): string {
  const head = `fn load_${name}(row: u32, quad: u32) -> vec4f {`
  if (!isAligned) {
    const element = (j: number) => `select(0.0, ${name}[at + ${j}u], quad * 4u + ${j}u < ${K}u)`
    return `${head} let at = ${from} + row * ${K}u + quad * 4u; return vec4f(${range(4).map(element).join(', ')}); }`
  }
  const read = `${name}[(${from} >> 2u) + row * ${K / 4}u + quad]`
  return `${head} return ${needsGuard ? `select(vec4f(), ${read}, quad < ${K / 4}u)` : read}; }`
}

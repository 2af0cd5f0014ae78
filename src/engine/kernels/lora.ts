/**
 * Low-rank adapters beside a product's weights: y = x·Wᵀ + s·(x·Aᵀ)·Bᵀ. One dispatch gives u = x·Aᵀ for all projections of
 * the product; the product adds s·u·Bᵀ to its tile before it stores it, so that y is written once.
 * @source LoRA, arXiv 2106.09685
 */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import { ALL_ROWS, linear, loader, vectorType, type Addend, type TileRows } from './gemm'
import { Tile, type Sized, type Tiling } from './tile'

/** Where the adapters of a product are, as `fused/loraLayout` places them. */
export interface LowRankShape {
  readonly inputs: number
  readonly outputs: number
  readonly r: number
  readonly scale: number
  /** Columns of u: r for each adapted projection. */
  readonly width: number
  /** By adapted projection: its columns of y, its first column of u, its first row of the product's B's. */
  readonly parts: readonly { readonly from: number; readonly to: number; readonly low: number; readonly row: number }[]
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Lanes that share one sum of `lowRankProduct` on a GPU. */
const LANES = 16
const GROUP = 64

/**
 * u = x·Aᵀ.   x [rows, inputs] in `x`, A's [width, inputs] from float `op.a` of `w` on, u [rows, width] in `y`. Few columns and
 * a long sum: a tile an invocation would leave a GPU idle while it decodes, so lanes share a row's four columns there. The
 * order of a sum does not depend on the number of rows.
 */
export function lowRankProduct({ inputs: K, width }: Pick<LowRankShape, 'inputs' | 'width'>, isSoftware: boolean, tiling: Tiling): Sized {
  if (isSoftware) return linear({ inputs: K, outputs: width, ...tiling })
  const tiles = Math.ceil(width / 4)
  const body = `
  let tile = index / ${LANES}u; let part = lane % ${LANES}u;
  let row = tile / ${tiles}u; let n = (tile % ${tiles}u) * 4u;
  let isRow = row < step.rows;
  var sum = vec4f();
  if (isRow) {
    for (var k = part * 4u; k < ${K}u; k += ${LANES * 4}u) {
      let a = x[(row * ${K}u + k) >> 2u];
      sum += vec4f(${range(4).map((j) => `dot(a, w[(op.a + min(n + ${j}u, ${width - 1}u) * ${K}u + k) >> 2u])`).join(', ')});
    }
  }
  folded[lane] = sum;
  workgroupBarrier();
  for (var wide = ${LANES / 2}u; wide > 0u; wide = wide / 2u) {
    if (part < wide) { folded[lane] += folded[lane + wide]; }
    workgroupBarrier();
  }
  if (isRow && part == 0u) { for (var q = 0u; q < min(4u, ${width}u - n); q++) { y[row * ${width}u + n + q] = folded[lane][q]; } }`
  return {
    kernel: kernel(`low rank product ${K}→${width}`, { x: 'read vec4f', w: 'read vec4f', y: 'write f32' }, `var<workgroup> folded: array<vec4f, ${GROUP}>;
${flatMain(body, GROUP)}`),
    groups: (step) => flatGroups(step.rows * tiles * LANES, GROUP),
  }
}

/** The part that column `n` of y belongs to, as statements with `low`, `row` of B for column n in scope; none for other columns. */
function byPart({ parts, outputs }: LowRankShape, column: string, body: (low: number, row: string) => string): string {
  return parts
    .map(({ from, to, low, row }) => {
      const inside = body(low, `(${column} - ${from}u + ${row}u)`)
      return from === 0 && to === outputs ? `{ ${inside} }` : `if (${column} >= ${from}u && ${column} < ${to}u) { ${inside} }`
    })
    .join('\n  ')
}

/**
 * y += s·u·Bᵀ, for `linear` and `gatedLinear`.   u [rows, width] in `low`; B's [adapted outputs, r] from float `op.g` of
 * `adapter` on. Parts begin and end at multiples of 4.
 */
export function lowRankAddend(shape: LowRankShape): Addend {
  const { r, scale, width } = shape
  const isAligned = r % 4 === 0
  return {
    storage: { low: vectorType(isAligned, 'read'), adapter: vectorType(isAligned, 'read') },
    code: [loader('low', isAligned), loader('adapter', isAligned)].join('\n'),
    tile: (rows, sum, row, column) =>
      byPart(
        shape,
        column,
        (low, first) => `
    let place = op.g + ${first} * ${r}u;
    ${range(rows).map((i) => `var t${i} = vec4f();`).join(' ')}
    for (var k = 0u; k < ${r}u; k += 4u) {
      let left = ${r}u - k;
      ${range(4).map((j) => `let c${j} = load_adapter(place + ${j * r}u + k, left);`).join(' ')}
      ${range(rows).map((i) => `{ let a = load_low(${row(i)} * ${width}u + ${low}u + k, left); t${i} += vec4f(dot(a, c0), dot(a, c1), dot(a, c2), dot(a, c3)); }`).join('\n      ')}
    }
    ${range(rows).map((i) => `${sum(i)} += ${scale} * t${i};`).join(' ')}`,
      ),
  }
}

/** dx += du·A, for `linearBackward`.   du [rows, width] in `dLow`; A's [width, inputs] from float `op.g` of `adapter` on. */
export function lowRankBackwardAddend({ inputs: K, width }: Pick<LowRankShape, 'inputs' | 'width'>): Addend {
  const [isLow, isWide] = [width % 4 === 0, K % 4 === 0]
  return {
    storage: { dLow: vectorType(isLow, 'read'), adapter: vectorType(isWide, 'read') },
    code: [loader('dLow', isLow), loader('adapter', isWide)].join('\n'),
    tile: (rows, sum, row, column) => `
  for (var k = 0u; k < ${width}u; k += 4u) {
    let left = ${width}u - k;
    ${range(4).map((q) => `let c${q} = load_adapter(op.g + min(k + ${q}u, ${width - 1}u) * ${K}u + ${column}, ${K}u - ${column});`).join(' ')}
    ${range(rows).map((i) => `{ let a = load_dLow(${row(i)} * ${width}u + k, left); ${sum(i)} += a.x * c0 + a.y * c1 + a.z * c2 + a.w * c3; }`).join('\n    ')}
  }`,
  }
}

/** du = s·dy·B, part by part: the gradient for u.   dy [rows, outputs], B's from float `op.g` of `adapter` on, du [rows, width]. */
export function lowRankGradient(shape: LowRankShape, tileRows: TileRows): Sized {
  const { outputs: N, r, scale, width, parts } = shape
  const R = tileRows
  const isAligned = r % 4 === 0
  const tiles = Math.ceil(r / 4)
  const body = `
  let rows = step.rows;
  let m = id.y * ${R}u; let part = id.x / ${tiles}u; let j = (id.x % ${tiles}u) * 4u;
  if (m >= rows || part >= ${parts.length}u) { return; }
  let columns = ${r}u - j;
  var begin = 0u; var end = 0u; var row = 0u;
  switch part {
    ${parts.map((p, i) => `case ${i}u: { begin = ${p.from}u; end = ${p.to}u; row = ${p.row}u; }`).join('\n    ')}
    default: {}
  }
  let low = part * ${r}u + j;
  ${range(R).map((i) => `let a${i} = min(m + ${i}u, rows - 1u) * ${N}u;`).join(' ')}
  ${range(R).map((i) => `var s${i} = vec4f();`).join(' ')}
  for (var n = begin; n < end; n += 4u) {
    let b = op.g + (n - begin + row) * ${r}u + j;
    ${range(4).map((q) => `let b${q} = load_adapter(b + ${q * r}u, columns);`).join(' ')}
    ${range(R).map((i) => `{ let a = dy[(a${i} + n) >> 2u]; s${i} += a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3; }`).join('\n    ')}
  }
  ${range(R).map((i) => `if (m + ${i}u < rows) { for (var q = 0u; q < min(4u, columns); q++) { du[(m + ${i}u) * ${width}u + low + q] = ${scale} * s${i}[q]; } }`).join('\n  ')}`
  return {
    kernel: kernel(
      `low rank gradient ${N}→${width}`,
      { dy: 'read vec4f', adapter: vectorType(isAligned, 'read'), du: 'write f32' },
      `${loader('adapter', isAligned)}\n@compute @workgroup_size(8, 8) fn main(@builtin(global_invocation_id) id: vec3u) {${body}\n}`,
    ),
    groups: (step) => new Tile(R).groups(step.rows, parts.length * tiles * 4),
  }
}

/** Rows of A, or columns of B, that one invocation of `adapterGradient` sums. */
const NARROW = 8

/**
 * dA (+)= duᵀ·x and dB (+)= s·dyᵀ·u in one dispatch: both are sums over rows of a narrow matrix times a wide one.
 * x [rows, inputs], u and du [rows, width], dy [rows, outputs]; dA from float `op.a` and dB from float `op.b` of `gradient` on.
 * Replaces what is there when `step.accumulate` is 0. With `parts` > 1 rows are shared out in that many runs, and run z is
 * written `op.e`·z floats further on.
 */
export function adapterGradient(shape: LowRankShape, runs: number): Sized {
  const { inputs: K, outputs: N, r, scale, width, parts } = shape
  const isAligned = r % 4 === 0
  const [aBlocks, bBlocks] = [Math.ceil(width / NARROW), Math.ceil(r / NARROW)]
  const aTiles = aBlocks * (K / 4)
  const adapted = parts.reduce((sum, p) => sum + p.to - p.from, 0) // outputs that have an adapter
  const bTiles = bBlocks * (adapted / 4)
  const sums = (narrowBuffer: string, wide: string, stride: number) => `
    for (var row = start; row < end; row++) {
      let b = ${wide}[(row * ${stride}u + at) >> 2u];
      let a0 = load_${narrowBuffer}(row * ${width}u + column, left); let a1 = load_${narrowBuffer}(row * ${width}u + column + 4u, left - min(left, 4u));
      ${range(NARROW).map((i) => `s${i} += a${Math.floor(i / 4)}.${'xyzw'[i % 4]} * b;`).join(' ')}
    }`
  const keep = 'select(0.0, gradient[to], step.accumulate != 0u)'
  const body = `
  let share = (step.rows + ${runs - 1}u) / ${runs}u;
  let start = min(step.rows, workgroup.z * share); let end = min(step.rows, start + share);
  let tile = workgroup.x * ${GROUP}u + lane;
  ${range(NARROW).map((i) => `var s${i} = vec4f();`).join(' ')}
  if (tile < ${aTiles}u) {
    let column = (tile / ${K / 4}u) * ${NARROW}u; let at = (tile % ${K / 4}u) * 4u; let left = ${width}u - column;
    ${sums('du', 'x', K)}
    let first = op.a + op.e * workgroup.z + column * ${K}u + at;
    ${range(NARROW).map((i) => `if (left > ${i}u) { for (var q = 0u; q < 4u; q++) { let to = first + ${i * K}u + q; gradient[to] = s${i}[q] + ${keep}; } }`).join('\n    ')}
  } else if (tile < ${aTiles + bTiles}u) {
    let block = (tile - ${aTiles}u) / ${adapted / 4}u; let row0 = ((tile - ${aTiles}u) % ${adapted / 4}u) * 4u;
    var at = 0u; var column = block * ${NARROW}u; let left = ${r}u - column;
    ${parts.map((p) => `if (row0 >= ${p.row}u && row0 < ${p.row + p.to - p.from}u) { at = row0 - ${p.row}u + ${p.from}u; column += ${p.low}u; }`).join('\n    ')}
    ${sums('u', 'dy', N)}
    let first = op.b + op.e * workgroup.z + row0 * ${r}u + block * ${NARROW}u;
    ${range(NARROW).map((i) => `if (left > ${i}u) { for (var q = 0u; q < 4u; q++) { let to = first + q * ${r}u + ${i}u; gradient[to] = ${scale} * s${i}[q] + ${keep}; } }`).join('\n    ')}
  }`
  return {
    kernel: kernel(
      `adapter gradient ${K}→${N}`,
      { x: 'read vec4f', u: vectorType(isAligned, 'read'), dy: 'read vec4f', du: vectorType(isAligned, 'read'), gradient: 'write f32' },
      `${loader('u', isAligned)}\n${loader('du', isAligned)}
@compute @workgroup_size(${GROUP}) fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {${body}\n}`,
    ),
    groups: (step) => (ALL_ROWS.count(step) === 0 ? [0, 0, 1] : [Math.ceil((aTiles + bTiles) / GROUP), 1, runs]),
  }
}

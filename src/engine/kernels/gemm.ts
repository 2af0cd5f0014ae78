/**
 * Matrix products with register tiles: each invocation holds a tile of the result and reads its operands four floats at
 * a time. A result's sum runs over the inner index in one fixed order, whatever the tile, so the number of rows in a batch
 * never changes a row's bits.
 */
import { kernel, type Access, type StepNumbers } from '../gpu/kernel'
import { Tile, type Sized, type Tiling } from './tile'
import type { WeightCode } from './weightCode'

export type { TileRows } from './tile'

/** Which rows a product computes: as WGSL and as a function of the step, to size the dispatch. */
export interface RowCount {
  readonly code: string
  readonly count: (step: StepNumbers) => number
}

export const ALL_ROWS: RowCount = { code: 'step.rows', count: (s) => s.rows }

/** Rows `first` to `first + most − 1` of those that have a target; `op.c` holds `first`. */
export function trainedRows(first: number, most: number): RowCount {
  return { code: `min(step.trained - min(step.trained, op.c), ${most}u)`, count: (s) => Math.max(0, Math.min(s.trained - first, most)) }
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

export function vectorType(isAligned: boolean, mode: 'read' | 'write'): Access {
  return `${mode} ${isAligned ? 'vec4f' : 'f32'}`
}

/** `load_x(i, left)`: elements i … i+3 of `x`, zeros past `left` of them. */
export function loader(name: string, isAligned: boolean): string {
  return isAligned
    ? `fn load_${name}(i: u32, left: u32) -> vec4f { return ${name}[i >> 2u]; }`
    : `fn load_${name}(i: u32, left: u32) -> vec4f {
  return vec4f(${name}[i], select(0.0, ${name}[i + 1u], left > 1u), select(0.0, ${name}[i + 2u], left > 2u), select(0.0, ${name}[i + 3u], left > 3u));
}`
}

/** The buffers of the weights: floats, or what their format has. */
function weightStorage(weights: WeightCode | undefined, isAligned: boolean): Readonly<Record<string, Access>> {
  return weights?.storage ?? { w: vectorType(isAligned, 'read') }
}

/** `store_y(i, left, v)`: the first `left` (at most 4) elements of v to `y` from i on. */
function storer(name: string, isAligned: boolean): string {
  return isAligned
    ? `fn store_${name}(i: u32, left: u32, v: vec4f) { ${name}[i >> 2u] = v; }`
    : `fn store_${name}(i: u32, left: u32, v: vec4f) { for (var j = 0u; j < min(4u, left); j++) { ${name}[i + j] = v[j]; } }`
}

/** What a product adds to its tile before it is stored: a low-rank adapter beside the weights. */
export interface Addend {
  /** Its own buffers; `op.g` and `op.h` are its own integers. */
  readonly storage: Readonly<Record<string, Access>>
  /** Functions that `tile` calls. */
  readonly code: string
  /** Statements that add to the `rows` vectors named by `sum(i)`: row `row(i)`, columns `column` … `column` + 3 of the result. */
  readonly tile: (rows: number, sum: (i: number) => string, row: (i: number) => string, column: string) => string
}

/** The addend's statements for every quarter of the tile whose sums are `sum0_0` …; its columns begin `offset` further on. */
function added(addend: Addend | undefined, tile: Tile, sum: string, row: (i: number) => string, offset = 0): string {
  if (!addend) return ''
  return range(tile.quarters)
    .map((h) => `{ let column = c${h} + ${offset}u; ${addend.tile(tile.rows, (i) => `${sum}${h}_${i}`, row, 'column')} }`)
    .join('\n  ')
}

export interface LinearShape extends Tiling {
  /** Inner length. */
  readonly inputs: number
  readonly outputs: number
  readonly rows?: RowCount
  /** Adds `r`, shaped as the result. */
  readonly hasResidual?: boolean
  /** Row stride of the result where it is not `outputs`. */
  readonly stride?: number
  readonly addend?: Addend
  /** How packed weights are read; without it `w` holds floats. */
  readonly weights?: WeightCode
  /** Column of the result that the first output goes to: a multiple of 4. */
  readonly column?: number
}

/** Where the last four of `columns` begin, when they are read four at a time. */
const lastVector = (columns: number) => Math.ceil(columns / 4) * 4 - 4

/** Each row's vector `a` against the four vectors of a quarter's columns. */
const dots = (a: string, b: string) => `vec4f(${range(4).map((q) => `dot(${a}, ${b}_${q})`).join(', ')})`

/**
 * y = x·wᵀ (+ addend) (+ r).   x [rows, inputs], w [outputs, inputs] from float `op.a` of its buffer on, y [rows, stride].
 * `op.b` is the first row of x. Any sizes; fastest where both are multiples of 4, and then `op.a` must be one too.
 */
export function linear(shape: LinearShape): Sized {
  const { inputs: K, outputs: N, tileRows, inQuads, rows = ALL_ROWS, hasResidual = false, stride = N, addend, weights, column = 0 } = shape
  const [isInner, isOuter] = [K % 4 === 0, stride % 4 === 0 && N % 4 === 0]
  const tile = new Tile(tileRows, inQuads)
  const storage: Record<string, Access> = { x: vectorType(isInner, 'read'), ...weightStorage(weights, isInner), y: vectorType(isOuter, 'write') }
  if (hasResidual) storage.r = vectorType(isOuter, 'read')
  Object.assign(storage, addend?.storage)
  const body = `
  ${tile.ownRows.map((i) => `let x${i} = (op.b + min(r${i}, rows - 1u)) * ${K}u;`).join(' ')}
  ${range(4).map((q) => `let w${q} = op.a + min(c0 + ${q}u, ${N - 1}u) * ${K}u;`).join(' ')}
  ${tile.each((h, i) => `var s${h}_${i} = vec4f();`)}
  for (var k = 0u; k < ${K}u; k += 4u) {
    let left = ${K}u - k;
    ${tile.byQuarter('b', (q) => `load_w(w${q} + k, left)`)}
    ${tile.byRow('a', (i) => `load_x(x${i} + k, left)`)}
    ${tile.each((h, i) => `s${h}_${i} += ${dots(`a${i}`, `b${h}`)};`, '\n    ')}
  }
  ${added(addend, tile, 's', (i) => `(op.b + min(r${i}, rows - 1u))`)}
  ${tile.each((h, i) => {
    const at = `r${i} * ${stride}u + c${h}${column > 0 ? ` + ${column}u` : ''}`
    return `if (r${i} < rows && c${h} < ${N}u) { store_y(${at}, ${N}u - c${h}, s${h}_${i}${hasResidual ? ` + load_r(${at}, ${N}u - c${h})` : ''}); }`
  }, '\n  ')}`
  const code = [loader('x', isInner), weights?.code ?? loader('w', isInner), storer('y', isOuter), hasResidual ? loader('r', isOuter) : '', addend?.code ?? '', tile.main(rows.code, N, body)].join('\n')
  return { kernel: kernel(`linear ${K}→${N}`, storage, code, tile.inQuads), groups: (step) => tile.groups(rows.count(step), N) }
}

/** x·sigmoid(x) and its slope, in WGSL. */
export const SILU = `
fn sigmoid(x: vec4f) -> vec4f { return 1.0 / (1.0 + exp(-x)); }
fn silu(x: vec4f) -> vec4f { return x * sigmoid(x); }
fn siluSlope(x: vec4f) -> vec4f { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }`

/**
 * y = silu(x·gateᵀ (+ addend)) · (x·upᵀ (+ addend)).   x [rows, inputs]; gate and up [inner, inputs] one after the other from
 * float `op.a` on; y [rows, inner]. With `keeps`, both products are stored side by side as g [rows, 2·inner] for the backward pass.
 * @source Shazeer, arXiv 2002.05202 (SwiGLU)
 */
export function gatedLinear(shape: Tiling & { inputs: number; inner: number; keeps: boolean; addend?: Addend; weights?: WeightCode }): Sized {
  const { inputs: K, inner: N, tileRows, inQuads, keeps, addend, weights } = shape
  const [isInner, isOuter] = [K % 4 === 0, N % 4 === 0]
  const tile = new Tile(tileRows, inQuads)
  const storage: Record<string, Access> = { x: vectorType(isInner, 'read'), ...weightStorage(weights, isInner), y: vectorType(isOuter, 'write') }
  if (keeps) storage.g = vectorType(isOuter, 'write')
  Object.assign(storage, addend?.storage)
  const product = (sum: string, offset: number) => `{
      ${tile.byQuarter('b', (q) => `load_w(w${q} + ${offset}u + k, left)`)}
      ${tile.each((h, i) => `${sum}${h}_${i} += ${dots(`a${i}`, `b${h}`)};`, '\n      ')}
    }`
  const body = `
  ${tile.ownRows.map((i) => `let x${i} = min(r${i}, rows - 1u) * ${K}u;`).join(' ')}
  ${range(4).map((q) => `let w${q} = op.a + min(c0 + ${q}u, ${N - 1}u) * ${K}u;`).join(' ')}
  ${tile.each((h, i) => `var g${h}_${i} = vec4f(); var u${h}_${i} = vec4f();`)}
  for (var k = 0u; k < ${K}u; k += 4u) {
    let left = ${K}u - k;
    ${tile.byRow('a', (i) => `load_x(x${i} + k, left)`)}
    ${product('g', 0)}
    ${product('u', N * K)}
  }
  ${added(addend, tile, 'g', (i) => `min(r${i}, rows - 1u)`)}
  ${added(addend, tile, 'u', (i) => `min(r${i}, rows - 1u)`, N)}
  ${tile.each(
    (h, i) => `if (r${i} < rows && c${h} < ${N}u) {
    let columns = ${N}u - c${h};
    store_y(r${i} * ${N}u + c${h}, columns, silu(g${h}_${i}) * u${h}_${i});
    ${keeps ? `store_g(r${i} * ${2 * N}u + c${h}, columns, g${h}_${i}); store_g(r${i} * ${2 * N}u + ${N}u + c${h}, columns, u${h}_${i});` : ''}
  }`,
    '\n  ',
  )}`
  const code = [SILU, loader('x', isInner), weights?.code ?? loader('w', isInner), storer('y', isOuter), keeps ? storer('g', isOuter) : '', addend?.code ?? '', tile.main('step.rows', N, body)].join('\n')
  return { kernel: kernel(`gated ${K}→${N}`, storage, code, tile.inQuads), groups: (step) => tile.groups(step.rows, N) }
}

/**
 * dx = dy·w (+ addend): the gradient of `linear` for its input.   dy [rows, outputs or its stride], w [outputs, inputs] from float
 * `op.a` on, dx [rows, inputs] from row `op.b` on. With `gate`, dx is the gradient of silu(g)·u for a gated product's stored
 * [g, u], and what is written is d[g, u] [rows, 2·inputs]. Columns of dy past `outputs` must hold zeros, as `tokenLoss` leaves
 * them: a row whose stride is a multiple of 4 is read to its end.
 */
export function linearBackward(
  shape: Tiling & {
    inputs: number
    outputs: number
    rows?: RowCount
    stride?: number
    isGated?: boolean
    addend?: Addend
    weights?: WeightCode
    /** Column of dy that belongs to the first output: a multiple of 4. */
    column?: number
    /** Adds to the dx that is there. */
    adds?: boolean
  },
): Sized {
  const { inputs: N, outputs: K, tileRows, inQuads, rows = ALL_ROWS, stride = K, isGated = false, addend, weights, column: firstColumn = 0, adds = false } = shape
  const [isInner, isOuter] = [stride % 4 === 0, N % 4 === 0]
  const tile = new Tile(tileRows, inQuads)
  const storage: Record<string, Access> = { dy: vectorType(isInner, 'read'), ...weightStorage(weights, isOuter), dx: vectorType(isOuter, 'write') }
  if (isGated) storage.g = vectorType(isOuter, 'read')
  Object.assign(storage, addend?.storage)
  const body = `
  ${tile.ownRows.map((i) => `let y${i} = min(r${i}, rows - 1u) * ${stride}u${firstColumn > 0 ? ` + ${firstColumn}u` : ''};`).join(' ')}
  let column = min(c0, ${lastVector(N)}u);
  let columns = ${N}u - column;
  ${tile.each((h, i) => `var s${h}_${i} = vec4f();`)}
  for (var k = 0u; k < ${K}u; k += 4u) {
    let left = ${K}u - k;
    let at = op.a + k * ${N}u + column;
    ${tile.byQuarter('b', (q) => `load_w(${K % 4 === 0 ? `at + ${q * N}u` : `op.a + min(k + ${q}u, ${K - 1}u) * ${N}u + column`}, columns)`)}
    ${tile.byRow('a', (i) => `load_dy(y${i} + k, left)`)}
    ${tile.each((h, i) => `s${h}_${i} += a${i}.x * b${h}_0 + a${i}.y * b${h}_1 + a${i}.z * b${h}_2 + a${i}.w * b${h}_3;`, '\n    ')}
  }
  ${added(addend, tile, 's', (i) => `min(r${i}, rows - 1u)`)}
  ${tile.each(
    (h, i) => `if (r${i} < rows && c${h} < ${N}u) {
    let columns = ${N}u - c${h};
    ${
      isGated
        ? `let at = r${i} * ${2 * N}u + c${h};
    let gate = load_g(at, columns); let up = load_g(at + ${N}u, columns);
    store_dx(at, columns, s${h}_${i} * up * siluSlope(gate)); store_dx(at + ${N}u, columns, s${h}_${i} * silu(gate));`
        : `let at = (op.b + r${i}) * ${N}u + c${h};
    store_dx(at, columns, s${h}_${i}${adds ? ' + load_dx(at, columns)' : ''});`
    }
  }`,
    '\n  ',
  )}`
  const code = [isGated ? SILU + loader('g', isOuter) : '', loader('dy', isInner), weights?.code ?? loader('w', isOuter), storer('dx', isOuter), adds ? loader('dx', isOuter) : '', addend?.code ?? '', tile.main(rows.code, N, body)].join('\n')
  return { kernel: kernel(`linear backward ${K}→${N}`, storage, code, tile.inQuads), groups: (step) => tile.groups(rows.count(step), N) }
}

/** Outputs of a tile of `linearWeightGradient`, along w's rows. */
const GRADIENT_ROWS = 8

/**
 * dw (+)= dyᵀ·x: the gradient of `linear` for its weight.   dy [rows, outputs or its stride], x [rows, inputs] from row `op.b`
 * on, dw [outputs, inputs] from float `op.a` on. Replaces what is there when `step.accumulate` and `op.d` are both 0.
 * With `parts` > 1 the rows are shared out in that many runs, and part z is written `op.e`·z floats further on. Without any row,
 * nothing is written.
 */
export function linearWeightGradient(shape: { inputs: number; outputs: number; rows?: RowCount; stride?: number; parts?: number; inQuads?: boolean }): Sized {
  const { inputs: N, outputs: M, rows = ALL_ROWS, stride = M, parts = 1, inQuads } = shape
  const [isLeft, isRight] = [stride % 4 === 0, N % 4 === 0]
  const tile = new Tile(GRADIENT_ROWS, inQuads, 4)
  const storage: Record<string, Access> = { dy: vectorType(isLeft, 'read'), x: vectorType(isRight, 'read'), dw: vectorType(isRight, 'write') }
  const body = `
  let all = ${rows.code};
  let share = (all + ${parts - 1}u) / ${parts}u;
  let start = min(all, part * share); let end = min(all, start + share);
  ${tile.ownRows.map((i) => `let y${i} = min(r${i}, ${lastVector(M)}u);`).join(' ')}
  let column = min(c0, ${lastVector(N)}u);
  ${tile.each((h, i) => range(4).map((q) => `var s${h}_${i + q} = vec4f();`).join(' '))}
  ${tile.over(
    'start',
    'end',
    `
    let b0 = load_x((op.b + r) * ${N}u + column, ${N}u - column);${tile.inQuads ? ' let b1 = quadSwapY(b0);' : ''}
    let row = r * ${stride}u;
    ${tile.byRow('a', (i) => `load_dy(row + y${i}, ${M}u - y${i})`)}
    ${tile.each((h, i) => range(4).map((q) => `s${h}_${i + q} += a${i}.${'xyzw'[q]} * b${h};`).join(' '), '\n    ')}`,
  )}
  let keeps = (step.accumulate | op.d) != 0u;
  ${tile.each((h, i) =>
    range(4)
      .map((q) => `if (r${i} + ${q}u < ${M}u && c${h} < ${N}u) {
    let at = op.a + op.e * part + (r${i} + ${q}u) * ${N}u + c${h}; let columns = ${N}u - c${h};
    if (keeps) { s${h}_${i + q} += load_dw(at, columns); }
    store_dw(at, columns, s${h}_${i + q});
  }`)
      .join('\n  '),
  )}`
  const code = [loader('dy', isLeft), loader('x', isRight), loader('dw', isRight), storer('dw', isRight), tile.main(`${M}u`, N, body)].join('\n')
  return {
    kernel: kernel(`linear weight gradient ${M}×${N}`, storage, code, tile.inQuads),
    groups: (step) => (rows.count(step) === 0 ? [0, 0, 1] : tile.groups(M, N, parts)),
  }
}

/**
 * Matrix products with register tiles: each invocation holds a tile of the result and reads its operands four floats at
 * a time. No workgroup memory: on the adapters that the browser tests run on a barrier costs more than the cache misses it
 * saves. A result's sum runs over the inner index in one fixed order, whatever the tile, so the number of rows in a batch
 * never changes a row's bits.
 */
import type { Groups } from '../gpu/plan'
import { kernel, type Access, type Kernel, type StepNumbers } from '../gpu/kernel'

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

/** Rows of a tile: more of them reuse a loaded operand more often; fewer give small batches enough invocations. */
export type TileRows = 1 | 2 | 4 | 8

const COLUMNS = 4
/** Invocations of a workgroup along columns and rows. */
const WIDE = 8

export function tileGroups(rows: number, columns: number, tileRows: number, tileColumns = COLUMNS): Groups {
  return [Math.ceil(columns / tileColumns / WIDE), Math.ceil(rows / tileRows / WIDE), 1]
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

function main(body: string): string {
  return `@compute @workgroup_size(${WIDE}, ${WIDE}) fn main(@builtin(global_invocation_id) id: vec3u) {\n${body}\n}`
}

export interface LinearShape {
  /** Inner length. */
  readonly inputs: number
  readonly outputs: number
  readonly tileRows: TileRows
  readonly rows?: RowCount
  /** Adds `r`, shaped as the result. */
  readonly hasResidual?: boolean
  /** Row stride of the result where it is not `outputs`. */
  readonly stride?: number
  readonly addend?: Addend
}

/**
 * y = x·wᵀ (+ addend) (+ r).   x [rows, inputs], w [outputs, inputs] from float `op.a` of its buffer on, y [rows, stride].
 * `op.b` is the first row of x. Any sizes; fastest where both are multiples of 4.
 */
export function linear(shape: LinearShape): { kernel: Kernel; groups: (step: StepNumbers) => Groups } {
  const { inputs: K, outputs: N, tileRows: R, rows = ALL_ROWS, hasResidual = false, stride = N, addend } = shape
  const [isInner, isOuter] = [K % 4 === 0, stride % 4 === 0 && N % 4 === 0]
  const storage: Record<string, Access> = { x: vectorType(isInner, 'read'), w: vectorType(isInner, 'read'), y: vectorType(isOuter, 'write') }
  if (hasResidual) storage.r = vectorType(isOuter, 'read')
  Object.assign(storage, addend?.storage)
  const body = `
  let rows = ${rows.code};
  let m = id.y * ${R}u; let n = id.x * 4u;
  if (m >= rows || n >= ${N}u) { return; }
  ${range(R).map((i) => `let x${i} = (op.b + min(m + ${i}u, rows - 1u)) * ${K}u;`).join(' ')}
  ${range(4).map((j) => `let w${j} = op.a + min(n + ${j}u, ${N - 1}u) * ${K}u;`).join(' ')}
  ${range(R).map((i) => `var s${i} = vec4f();`).join(' ')}
  for (var k = 0u; k < ${K}u; k += 4u) {
    let left = ${K}u - k;
    ${range(4).map((j) => `let b${j} = load_w(w${j} + k, left);`).join(' ')}
    ${range(R).map((i) => `{ let a = load_x(x${i} + k, left); s${i} += vec4f(dot(a, b0), dot(a, b1), dot(a, b2), dot(a, b3)); }`).join('\n    ')}
  }
  ${addend?.tile(R, (i) => `s${i}`, (i) => `(op.b + min(m + ${i}u, rows - 1u))`, 'n') ?? ''}
  ${range(R)
    .map((i) => {
      const at = `(m + ${i}u) * ${stride}u + n`
      return `if (m + ${i}u < rows) { store_y(${at}, ${N}u - n, s${i}${hasResidual ? ` + load_r(${at}, ${N}u - n)` : ''}); }`
    })
    .join('\n  ')}`
  const code = [loader('x', isInner), loader('w', isInner), storer('y', isOuter), hasResidual ? loader('r', isOuter) : '', addend?.code ?? '', main(body)].join('\n')
  return {
    kernel: kernel(`linear ${K}→${N}`, storage, code),
    groups: (step) => tileGroups(rows.count(step), N, R),
  }
}

/** x·sigmoid(x) and its slope, in WGSL. */
export const SILU = `
fn sigmoid(x: vec4f) -> vec4f { return 1.0 / (1.0 + exp(-x)); }
fn silu(x: vec4f) -> vec4f { return x * sigmoid(x); }
fn siluSlope(x: vec4f) -> vec4f { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }`

/**
 * y = silu(x·gateᵀ (+ addend)) · (x·upᵀ (+ addend)).   x [rows, inputs]; gate and up [inner, inputs] one after the other from float `op.a` on;
 * y [rows, inner]. With `keeps`, both products are stored side by side as g [rows, 2·inner] for the backward pass.
 * @source Shazeer, arXiv 2002.05202 (SwiGLU)
 */
export function gatedLinear(shape: { inputs: number; inner: number; tileRows: TileRows; keeps: boolean; addend?: Addend }): { kernel: Kernel; groups: (step: StepNumbers) => Groups } {
  const { inputs: K, inner: N, tileRows: R, keeps, addend } = shape
  const [isInner, isOuter] = [K % 4 === 0, N % 4 === 0]
  const storage: Record<string, Access> = { x: vectorType(isInner, 'read'), w: vectorType(isInner, 'read'), y: vectorType(isOuter, 'write') }
  if (keeps) storage.g = vectorType(isOuter, 'write')
  Object.assign(storage, addend?.storage)
  const body = `
  let rows = step.rows;
  let m = id.y * ${R}u; let n = id.x * 4u;
  if (m >= rows || n >= ${N}u) { return; }
  ${range(R).map((i) => `let x${i} = min(m + ${i}u, rows - 1u) * ${K}u;`).join(' ')}
  ${range(4).map((j) => `let w${j} = op.a + min(n + ${j}u, ${N - 1}u) * ${K}u;`).join(' ')}
  ${range(R).map((i) => `var g${i} = vec4f(); var u${i} = vec4f();`).join(' ')}
  for (var k = 0u; k < ${K}u; k += 4u) {
    let left = ${K}u - k;
    ${range(R).map((i) => `let a${i} = load_x(x${i} + k, left);`).join(' ')}
    {
      ${range(4).map((j) => `let b${j} = load_w(w${j} + k, left);`).join(' ')}
      ${range(R).map((i) => `g${i} += vec4f(dot(a${i}, b0), dot(a${i}, b1), dot(a${i}, b2), dot(a${i}, b3));`).join('\n      ')}
    }
    ${range(4).map((j) => `let b${j} = load_w(w${j} + ${N * K}u + k, left);`).join(' ')}
    ${range(R).map((i) => `u${i} += vec4f(dot(a${i}, b0), dot(a${i}, b1), dot(a${i}, b2), dot(a${i}, b3));`).join('\n    ')}
  }
  ${addend ? ['g', 'u'].map((sum, part) => `{ let column = n + ${part * N}u; ${addend.tile(R, (i) => `${sum}${i}`, (i) => `min(m + ${i}u, rows - 1u)`, 'column')} }`).join('\n  ') : ''}
  ${range(R)
    .map(
      (i) => `if (m + ${i}u < rows) {
    store_y((m + ${i}u) * ${N}u + n, ${N}u - n, silu(g${i}) * u${i});
    ${keeps ? `store_g((m + ${i}u) * ${2 * N}u + n, ${N}u - n, g${i}); store_g((m + ${i}u) * ${2 * N}u + ${N}u + n, ${N}u - n, u${i});` : ''}
  }`,
    )
    .join('\n  ')}`
  const code = [SILU, loader('x', isInner), loader('w', isInner), storer('y', isOuter), keeps ? storer('g', isOuter) : '', addend?.code ?? '', main(body)].join('\n')
  return { kernel: kernel(`gated ${K}→${N}`, storage, code), groups: (step) => tileGroups(step.rows, N, R) }
}

/**
 * dx = dy·w (+ addend): the gradient of `linear` for its input.   dy [rows, outputs or its stride], w [outputs, inputs] from float
 * `op.a` on, dx [rows, inputs] from row `op.b` on. With `gate`, dx is the gradient of silu(g)·u for a gated product's stored
 * [g, u], and what is written is d[g, u] [rows, 2·inputs].
 */
export function linearBackward(shape: {
  inputs: number
  outputs: number
  tileRows: TileRows
  rows?: RowCount
  stride?: number
  isGated?: boolean
  addend?: Addend
}): { kernel: Kernel; groups: (step: StepNumbers) => Groups } {
  const { inputs: N, outputs: K, tileRows: R, rows = ALL_ROWS, stride = K, isGated = false, addend } = shape
  const [isInner, isOuter] = [stride % 4 === 0, N % 4 === 0]
  const storage: Record<string, Access> = { dy: vectorType(isInner, 'read'), w: vectorType(isOuter, 'read'), dx: vectorType(isOuter, 'write') }
  if (isGated) storage.g = vectorType(isOuter, 'read')
  Object.assign(storage, addend?.storage)
  const body = `
  let rows = ${rows.code};
  let m = id.y * ${R}u; let n = id.x * 4u;
  if (m >= rows || n >= ${N}u) { return; }
  let columns = ${N}u - n;
  ${range(R).map((i) => `let a${i} = min(m + ${i}u, rows - 1u) * ${stride}u;`).join(' ')}
  ${range(R).map((i) => `var s${i} = vec4f();`).join(' ')}
  for (var k = 0u; k < ${K}u; k += 4u) {
    let left = ${K}u - k;
    ${range(4).map((q) => `let b${q} = load_w(op.a + min(k + ${q}u, ${K - 1}u) * ${N}u + n, columns);`).join(' ')}
    ${range(R)
      .map((i) => `{ let a = load_dy(a${i} + k, left); s${i} += a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3; }`)
      .join('\n    ')}
  }
  ${addend?.tile(R, (i) => `s${i}`, (i) => `min(m + ${i}u, rows - 1u)`, 'n') ?? ''}
  ${range(R)
    .map((i) =>
      isGated
        ? `if (m + ${i}u < rows) {
    let at = (m + ${i}u) * ${2 * N}u + n;
    let gate = load_g(at, columns); let up = load_g(at + ${N}u, columns);
    store_dx(at, columns, s${i} * up * siluSlope(gate)); store_dx(at + ${N}u, columns, s${i} * silu(gate));
  }`
        : `if (m + ${i}u < rows) { store_dx((op.b + m + ${i}u) * ${N}u + n, columns, s${i}); }`,
    )
    .join('\n  ')}`
  const code = [isGated ? SILU + loader('g', isOuter) : '', loader('dy', isInner), loader('w', isOuter), storer('dx', isOuter), addend?.code ?? '', main(body)].join('\n')
  return { kernel: kernel(`linear backward ${K}→${N}`, storage, code), groups: (step) => tileGroups(rows.count(step), N, R) }
}

/** Outputs of a tile of `linearWeightGradient`, along w's rows. */
const GRADIENT_ROWS = 8

/**
 * dw (+)= dyᵀ·x: the gradient of `linear` for its weight.   dy [rows, outputs or its stride], x [rows, inputs] from row `op.b`
 * on, dw [outputs, inputs] from float `op.a` on. Replaces what is there when `step.accumulate` and `op.d` are both 0.
 * With `parts` > 1 the rows are shared out in that many runs, and part z is written `op.e`·z floats further on.
 */
export function linearWeightGradient(shape: {
  inputs: number
  outputs: number
  rows?: RowCount
  stride?: number
  parts?: number
}): { kernel: Kernel; groups: (step: StepNumbers) => Groups } {
  const { inputs: N, outputs: M, rows = ALL_ROWS, stride = M, parts = 1 } = shape
  const [isLeft, isRight] = [stride % 4 === 0, N % 4 === 0]
  const storage: Record<string, Access> = { dy: vectorType(isLeft, 'read'), x: vectorType(isRight, 'read'), dw: vectorType(isRight, 'write') }
  const halves = GRADIENT_ROWS / 4
  const body = `
  let all = ${rows.code};
  let share = (all + ${parts - 1}u) / ${parts}u;
  let start = min(all, id.z * share); let end = min(all, start + share);
  let o = id.y * ${GRADIENT_ROWS}u; let n = id.x * 4u;
  if (o >= ${M}u || n >= ${N}u) { return; }
  let columns = ${N}u - n; let left = ${M}u - o;
  ${range(GRADIENT_ROWS).map((i) => `var s${i} = vec4f();`).join(' ')}
  for (var r = start; r < end; r++) {
    let b = load_x((op.b + r) * ${N}u + n, columns);
    ${range(halves)
      .map((h) => `let a${h} = load_dy(r * ${stride}u + min(o + ${4 * h}u, ${Math.max(0, Math.ceil(M / 4) * 4 - 4)}u), left - min(left, ${4 * h}u));`)
      .join('\n    ')}
    ${range(GRADIENT_ROWS)
      .map((i) => `s${i} += a${Math.floor(i / 4)}.${'xyzw'[i % 4]} * b;`)
      .join(' ')}
  }
  let keeps = (step.accumulate | op.d) != 0u;
  ${range(GRADIENT_ROWS)
    .map((i) => {
      const at = `op.a + op.e * id.z + (o + ${i}u) * ${N}u + n`
      return `if (o + ${i}u < ${M}u) { let at = ${at}; if (keeps) { s${i} += load_dw(at, columns); } store_dw(at, columns, s${i}); }`
    })
    .join('\n  ')}`
  const code = [loader('dy', isLeft), loader('x', isRight), loader('dw', isRight), storer('dw', isRight), main(body)].join('\n')
  return {
    kernel: kernel(`linear weight gradient ${M}×${N}`, storage, code),
    groups: (step) => {
      if (rows.count(step) === 0) return [0, 0, 1]
      return [Math.ceil(N / 4 / WIDE), Math.ceil(M / GRADIENT_ROWS / WIDE), parts]
    },
  }
}

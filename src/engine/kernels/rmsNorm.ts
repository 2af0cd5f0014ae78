/** RMSNorm over rows, with its gradients. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import { ALL_ROWS, type RowCount } from './gemm'
import { fold, rowGroups, rowMain, type Lanes } from './rows'
import type { Sized } from './tile'

export type { Sized } from './tile'

export interface NormShape {
  readonly columns: number
  readonly epsilon: number
  readonly lanes: Lanes
  readonly rows?: RowCount
  /** Row n of the result comes from row `pick[n]` of x; without it, from row n. */
  readonly isPicked?: boolean
}

/** Σ x² of the row at `base`, then 1/√(mean + eps), in `scale`. */
function scaleCode(columns: number, epsilon: number, lanes: Lanes): string {
  return `var scale = 0.0;
  if (isRow) { for (var c = part; c < ${columns}u; c += ${lanes}u) { let v = x[base + c]; scale += v * v; } }
  ${fold(lanes, 'scale')}
  scale = inverseSqrt(scale / ${columns}.0 + ${epsilon});`
}

/**
 * y = w · x / √(mean(x²) + eps).   x [rows, C], w [C] from float `op.a` on, y [rows, C]; `op.c` belongs to the row count.
 * @source Zhang and Sennrich, arXiv 1910.07467
 */
export function rmsNorm({ columns: C, epsilon, lanes, rows = ALL_ROWS, isPicked = false }: NormShape): Sized {
  const body = `
  let source = ${isPicked ? 'select(0u, pick[select(0u, row, isRow)], isRow)' : 'row'};
  let base = source * ${C}u;
  ${scaleCode(C, epsilon, lanes)}
  if (isRow) { for (var c = part; c < ${C}u; c += ${lanes}u) { y[row * ${C}u + c] = w[op.a + c] * x[base + c] * scale; } }`
  return {
    kernel: kernel(`rmsNorm ${C}`, { x: 'read f32', w: 'read f32', ...(isPicked ? { pick: 'read u32' as const } : {}), y: 'write f32' }, rowMain(lanes, rows.code, body)),
    groups: (step) => rowGroups(rows.count(step), lanes),
  }
}

/**
 * dx += scale · (w·dy − x̂ · mean(w·dy·x̂)) with x̂ = x·scale: the gradient for the input, added to what is there.
 * dy [rows, C] by result row; x and dx by source row. Every source row is picked at most once. Leaves each row's scale in
 * `scales` [rows], for the gradient of w.
 */
export function rmsNormBackward({ columns: C, epsilon, lanes, rows = ALL_ROWS, isPicked = false }: NormShape): Sized {
  const body = `
  let source = ${isPicked ? 'select(0u, pick[select(0u, row, isRow)], isRow)' : 'row'};
  let base = source * ${C}u;
  ${scaleCode(C, epsilon, lanes)}
  var along = 0.0;
  if (isRow) { for (var c = part; c < ${C}u; c += ${lanes}u) { along += w[op.a + c] * dy[row * ${C}u + c] * x[base + c]; } }
  ${fold(lanes, 'along')}
  let pull = along * scale * scale / ${C}.0;
  if (isRow) {
    for (var c = part; c < ${C}u; c += ${lanes}u) { dx[base + c] += scale * (w[op.a + c] * dy[row * ${C}u + c] - x[base + c] * pull); }
    if (part == 0u) { scales[row] = scale; }
  }`
  return {
    kernel: kernel(
      `rmsNorm backward ${C}`,
      { x: 'read f32', w: 'read f32', dy: 'read f32', ...(isPicked ? { pick: 'read u32' as const } : {}), dx: 'write f32', scales: 'write f32' },
      rowMain(lanes, rows.code, body),
    ),
    groups: (step) => rowGroups(rows.count(step), lanes),
  }
}

/** Rows whose contributions one invocation adds up. */
export const CHUNK_ROWS = 64

/**
 * Partial sums over rows of dy·x̂, the gradient for w, one a chunk of 64 rows: partial[op.b + chunk·C + c].
 * `columnSums` folds them. Chunks past the last row are written as zeros, up to the capacity.
 */
export function rmsNormWeightGradient(shape: Pick<NormShape, 'columns' | 'rows' | 'isPicked'> & { readonly capacity: number }): Sized {
  const { columns: C, rows = ALL_ROWS, isPicked = false, capacity } = shape
  const chunks = Math.ceil(capacity / CHUNK_ROWS)
  const source = isPicked ? 'pick[row]' : 'row'
  const body = `
  let chunk = index / ${C}u; let c = index % ${C}u;
  if (chunk >= ${chunks}u) { return; }
  let end = min(${rows.code}, (chunk + 1u) * ${CHUNK_ROWS}u);
  var sum = 0.0;
  for (var row = chunk * ${CHUNK_ROWS}u; row < end; row++) { sum += dy[row * ${C}u + c] * x[${source} * ${C}u + c] * scales[row]; }
  partial[op.b + index] = sum;`
  return {
    kernel: kernel(
      `rmsNorm weight gradient ${C}`,
      { x: 'read f32', scales: 'read f32', dy: 'read f32', ...(isPicked ? { pick: 'read u32' as const } : {}), partial: 'write f32' },
      flatMain(body),
    ),
    groups: () => flatGroups(chunks * C),
  }
}

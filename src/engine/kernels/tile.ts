/**
 * The tile of a product that one invocation holds, as pieces of WGSL: rows by vectors of four columns.
 *
 * Alone, an invocation reads all its operands. In quads, four lanes stand as two by two tiles: each reads half of its
 * operands and takes the other half from the lane beside it. A software adapter reads a vector float by float and lane by
 * lane, at the price of dozens of multiplications, while a swap is one instruction: there, products run twice as fast. No
 * workgroup memory either way: on such an adapter a barrier costs more than the cache misses it saves.
 */
import type { Kernel, StepNumbers } from '../gpu/kernel'
import type { Groups } from '../gpu/plan'

/** More rows reuse a loaded operand more often; fewer give small batches enough invocations. */
export type TileRows = 1 | 2 | 4 | 8

export interface Tiling {
  readonly tileRows: TileRows
  /** Wants a device whose subgroups are four lanes in the order of their index (`GpuContext.hasQuads`). */
  readonly inQuads?: boolean
}

/** A kernel and how many workgroups a run of it needs. */
export interface Sized {
  readonly kernel: Kernel
  readonly groups: (step: StepNumbers) => Groups
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Invocations of a workgroup along columns and rows; in quads, quads. */
const WIDE = 8
const QUADS_WIDE = 2
/** Turns of a short loop body that are written out: a turn costs a software adapter as much as several reads. */
const TURNS = 2

/** Writes the names that a body goes by: `rows` all rows, `r0` … the tile's, `c0` (and in quads `c1`) the first of four columns. */
export class Tile {
  readonly inQuads: boolean
  /** Vectors of four columns. */
  readonly quarters: number

  /** @param step 4 where the rows too are read four at a time: `r0`, `r4` … are then the first of four */
  constructor(
    readonly rows: number,
    inQuads = false,
    private readonly step = 1,
  ) {
    this.inQuads = inQuads && rows % (2 * step) === 0
    this.quarters = this.inQuads ? 2 : 1
  }

  /**
   * The entry point around `body`. Tiles that lie past the last row or column return before it; of the others some rows and
   * columns may lie past the end, so a body clamps what it reads and guards what it writes.
   * @param rows how many there are, as WGSL
   */
  main(rows: string, columns: number, body: string): string {
    const { rows: R, step } = this
    const end = `let rows = ${rows};\n  if (m >= rows || n >= ${columns}u) { return; }`
    if (!this.inQuads)
      return `@compute @workgroup_size(${WIDE}, ${WIDE}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let part = id.z; let m = id.y * ${R}u; let n = id.x * 4u;
  ${end}
  ${this.first.map((i) => `let r${i} = m + ${i}u;`).join(' ')} let c0 = n;
${body}
}`
    return `@compute @workgroup_size(${4 * QUADS_WIDE * QUADS_WIDE}) fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) index: u32) {
  let part = workgroup.z; let quad = index / 4u; let right = index & 1u; let below = (index >> 1u) & 1u;
  let m = (workgroup.y * ${QUADS_WIDE}u + quad / ${QUADS_WIDE}u) * ${2 * R}u; let n = (workgroup.x * ${QUADS_WIDE}u + quad % ${QUADS_WIDE}u) * 16u;
  ${end}
  ${this.first.map((i, place) => `let r${i} = m + below * ${R}u + ${i}u ${place % 2 ? '-' : '+'} right * ${step}u;`).join(' ')}
  let c0 = n + right * 8u + below * 4u; let c1 = n + right * 8u + 4u - below * 4u;
${body}
}`
  }

  /** Workgroups for a result of that size. */
  groups(rows: number, columns: number, parts = 1): Groups {
    if (!this.inQuads) return [Math.ceil(columns / 4 / WIDE), Math.ceil(rows / this.rows / WIDE), parts]
    return [Math.ceil(columns / 16 / QUADS_WIDE), Math.ceil(rows / (2 * this.rows) / QUADS_WIDE), parts]
  }

  /** Rows whose operands this lane reads itself. */
  get ownRows(): number[] {
    return this.first.filter((_, place) => !this.inQuads || place % 2 === 0)
  }

  /** Declares `name0`, `name1` … for all rows, each read by `read` (of an own row) or taken from the lane beside. */
  byRow(name: string, read: (row: number) => string): string {
    return this.ownRows.map((i) => `let ${name}${i} = ${read(i)};${this.inQuads ? ` let ${name}${i + this.step} = quadSwapX(${name}${i});` : ''}`).join(' ')
  }

  /** Declares `name0_0` … `name0_3`, and in quads `name1_0` …: four values of each quarter, read by `read` for the first. */
  byQuarter(name: string, read: (q: number) => string): string {
    return range(4).map((q) => `let ${name}0_${q} = ${read(q)};${this.inQuads ? ` let ${name}1_${q} = quadSwapY(${name}0_${q});` : ''}`).join(' ')
  }

  /** `line` for every quarter and row. */
  each(line: (quarter: number, row: number) => string, separator = ' '): string {
    return range(this.quarters).flatMap((h) => this.first.map((i) => line(h, i))).join(separator)
  }

  /** `body` for r = begin … end − 1. In quads some turns are written out, as long as there are so many. */
  over(begin: string, end: string, body: string): string {
    if (!this.inQuads) return `for (var r = ${begin}; r < ${end}; r++) {${body}\n  }`
    return `var next = ${begin};
  for (; next + ${TURNS}u <= ${end}; next += ${TURNS}u) {
    ${range(TURNS).map((i) => `{ let r = next + ${i}u;${body}\n    }`).join('\n    ')}
  }
  for (; next < ${end}; next++) { let r = next;${body}\n  }`
  }

  private get first(): number[] {
    return range(this.rows / this.step).map((i) => i * this.step)
  }
}

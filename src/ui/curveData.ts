/** From full series to the columns a chart draws: smoothed on everything, then thinned, then put on one x axis. */
import { drawnIndexes, lowerBound } from './decimate'
import { smoothed } from './smoothing'

/** One line of a chart, in full. */
export interface Curve {
  readonly name: string
  /** A colour variable of tokens.css, e.g. `--series-1`. */
  readonly color: string
  /** Ascending positions, [n]. */
  readonly x: Float64Array
  /** Values, [n]; NaN is missing and shows as a gap. */
  readonly y: Float64Array
}

/** `null` is a gap; `undefined` says only that another curve has a point there. */
export type Row = (number | null | undefined)[]

export interface CurveView {
  readonly smoothing: number
  /** Columns of the plot, in pixels. */
  readonly buckets: number
  readonly range: readonly [number, number] | null
  /** On a log scale what is not positive cannot be drawn, and is a gap. */
  readonly isLog: boolean
}

/**
 * @returns x, then for each curve its raw and its smoothed row, all of one length
 */
export function alignedRows(curves: readonly Curve[], view: CurveView): { readonly x: number[]; readonly rows: Row[] } {
  const drawn = curves.map((curve) => {
    const smooth = smoothed(curve.y, view.smoothing)
    const kept = drawnIndexes(curve.x, curve.y, view.buckets, view.range)
    return {
      x: kept.map((k) => curve.x[k]!),
      raw: kept.map((k) => shown(curve.y[k]!, view.isLog)),
      smooth: kept.map((k) => shown(smooth[k]!, view.isLog)),
    }
  })
  const [only] = drawn
  if (only && drawn.length === 1) return { x: only.x, rows: [only.raw, only.smooth] }
  const x = [...new Set(drawn.flatMap((d) => d.x))].sort((a, b) => a - b)
  const rows = drawn.flatMap((d) => {
    const raw: Row = new Array<undefined>(x.length).fill(undefined)
    const smooth: Row = new Array<undefined>(x.length).fill(undefined)
    d.x.forEach((value, i) => {
      const at = lowerBound(x, value)
      raw[at] = d.raw[i]
      smooth[at] = d.smooth[i]
    })
    return [raw, smooth]
  })
  return { x, rows }
}

function shown(value: number, isLog: boolean): number | null {
  return Number.isFinite(value) && (!isLog || value > 0) ? value : null
}

/** Value of a curve at exactly `x`; null when it has no point there or the point is missing. */
export function valueAt(curve: Curve, x: number): number | null {
  const at = lowerBound(curve.x, x)
  const value = curve.x[at] === x ? curve.y[at]! : NaN
  return Number.isFinite(value) ? value : null
}

/** The position one point before or after `from` on any of the curves; the last (first) one when there is no `from`. */
export function neighbour(curves: readonly Curve[], from: number | null, direction: -1 | 1): number | null {
  let best: number | null = null
  for (const { x } of curves) {
    if (!x.length) continue
    if (from === null) {
      const end = direction < 0 ? x[x.length - 1]! : x[0]!
      if (best === null || (direction < 0 ? end > best : end < best)) best = end
      continue
    }
    const at = direction < 0 ? lowerBound(x, from) - 1 : lowerBound(x, from)
    const candidate = direction > 0 && x[at] === from ? x[at + 1] : x[at]
    if (candidate !== undefined && (best === null || Math.abs(candidate - from) < Math.abs(best - from))) best = candidate
  }
  return best ?? from
}

/** Marks on a sheet, in pixels: all that a figure is once it is laid out. */
import type { ProofPick } from '../exhibit'

/** Names of the lab's colours; `mix` is a share 0..1 of one colour in the neutral middle. */
export type Ink = 'ink' | 'ink-2' | 'ink-3' | 'line' | 'line-strong' | 'surface' | 'diverge-low' | 'diverge-high' | `series-${number}` | { readonly mix: 'diverge-low' | 'diverge-high' | 'series-1'; readonly share: number } | 'none'

interface Said {
  /** Shown on hover. */
  readonly note?: string
  readonly opens?: ProofPick
}

export type Mark =
  | { readonly shape: 'line'; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number; readonly stroke: Ink; readonly width: number; readonly dash?: string }
  | ({ readonly shape: 'rect'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly fill: Ink; readonly stroke?: Ink } & Said)
  | ({ readonly shape: 'circle'; readonly cx: number; readonly cy: number; readonly r: number; readonly fill: Ink; readonly stroke: Ink } & Said)
  | { readonly shape: 'path'; readonly d: string; readonly stroke: Ink; readonly width: number; readonly dash?: string }
  | { readonly shape: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly size: number; readonly fill: Ink; readonly anchor: 'start' | 'middle' | 'end'; readonly rotate?: number; readonly isStrong?: boolean }

export interface Scene {
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
}

/** Width of a text in a usual sans-serif; good enough to keep labels apart without a browser. */
export function textWidth(text: string, size: number): number {
  return text.length * size * 0.56
}

/** The text cut to a width, with an ellipsis. */
export function fitted(text: string, size: number, width: number): string {
  const most = Math.max(1, Math.floor(width / (size * 0.56)))
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}

/**
 * Round steps that hold [low, high].
 * @returns ascending, at least two; the steps are 1, 2, 2.5 or 5 times a power of ten
 */
export function ticksOf(low: number, high: number, about = 6): number[] {
  const span = high - low > 1e-12 ? high - low : 1
  const power = 10 ** Math.floor(Math.log10(span / about))
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => span / s <= about) ?? 10 * power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** A tick in as few digits as its neighbours need. */
export function tickText(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 1
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9) + (Math.abs(step / 10 ** Math.floor(Math.log10(step)) - 2.5) < 1e-6 ? 1 : 0)))
  return value.toFixed(digits).replace('-', '−')
}

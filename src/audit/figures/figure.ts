/** What can be drawn, as data. One pure function turns it into marks; page, file and report show the same marks. */
import type { ProofPick } from '../exhibit'

export interface ForestRow {
  readonly label: string
  readonly value: number
  readonly low: number | null
  readonly high: number | null
  /** Said on hover: n and the like. */
  readonly note: string
  readonly opens?: ProofPick
  /** Colour, by number from 1; the sign decides when absent. */
  readonly series?: number
}

export interface Forest {
  readonly kind: 'forest'
  readonly axis: string
  readonly rows: readonly ForestRow[]
  /** Reference lines beside 0. */
  readonly lines?: readonly { readonly at: number; readonly label: string }[]
  /** 0 is drawn and kept in view unless false. */
  readonly hasZero?: boolean
}

export interface XyPoint {
  readonly x: number
  readonly y: number
  readonly low?: number | null
  readonly high?: number | null
  /** Relative area, 1 unless said: for proofs that fall on one spot. */
  readonly size?: number
  readonly note?: string
  readonly opens?: ProofPick
}

export interface XySeries {
  readonly name: string
  readonly mark: 'points' | 'line' | 'both' | 'steps'
  readonly points: readonly XyPoint[]
  readonly isDashed?: boolean
  /** Colour, by number from 1; in order of the series when absent. */
  readonly color?: number
}

export interface Xy {
  readonly kind: 'xy'
  readonly x: string
  readonly y: string
  readonly xDomain?: readonly [number, number]
  readonly yDomain?: readonly [number, number]
  readonly series: readonly XySeries[]
  readonly lines?: readonly { readonly axis: 'x' | 'y'; readonly at: number; readonly label: string }[]
  readonly hasDiagonal?: boolean
}

export interface Bars {
  readonly kind: 'bars'
  readonly categories: readonly string[]
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
  readonly y: string
  readonly isPercent?: boolean
}

export interface Heat {
  readonly kind: 'heat'
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** [row][column]; null where there is nothing. */
  readonly cells: readonly (readonly ({ readonly value: number; readonly note: string; readonly opens?: ProofPick } | null)[])[]
  /** Centred on 0 (strict to lenient), or 0 to 1. */
  readonly scale: 'diverging' | 'share'
}

export type Figure = Forest | Xy | Bars | Heat

/** A column of a table held in memory, in the form its values ask for. */
import { isList, numberOf } from '../schemas/rows'

export type Column =
  /** NaN where there is no number; of a list its length. */
  | { readonly kind: 'number'; readonly values: Float64Array }
  /** Few different texts, or true and false: −1 where there is none, else an index into `labels`. */
  | { readonly kind: 'category'; readonly codes: Int32Array; readonly labels: readonly string[] }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] }

/** Columns by name; all have `rows` values. */
export interface Table {
  readonly rows: number
  readonly columns: ReadonlyMap<string, Column>
}

/** Most different texts of a category; a column with more is text. */
export const MOST_LABELS = 256
/** Texts longer than this are no labels. */
const LABEL_CHARS = 120

/** Takes the values of one column in row order. */
export class ColumnBuilder {
  private numbers: Float64Array | null = null
  private codes: Int32Array | null
  private texts: (string | null)[] | null = null
  private readonly labels: string[] = []
  private readonly codeOf = new Map<string, number>()
  private at = 0

  constructor(private readonly rows: number) {
    this.codes = new Int32Array(rows).fill(-1)
  }

  push(value: unknown): void {
    const i = this.at++
    if (value === null || value === undefined) return void this.texts?.push(null)
    if (typeof value === 'string' || typeof value === 'boolean') return this.pushText(i, String(value))
    const number = isList(value) ? value.length : numberOf(value)
    this.texts?.push(number === null ? null : String(number))
    if (this.texts) return
    this.numbers ??= new Float64Array(this.rows).fill(Number.NaN)
    if (number !== null) this.numbers[i] = number
  }

  private pushText(i: number, text: string): void {
    if (this.texts) return void this.texts.push(text)
    let code = this.codeOf.get(text)
    if (code === undefined && (text.length > LABEL_CHARS || this.labels.length === MOST_LABELS || this.numbers)) {
      this.toTexts(i)
      this.texts!.push(text)
      return
    }
    if (code === undefined) {
      code = this.labels.push(text) - 1
      this.codeOf.set(text, code)
    }
    this.codes![i] = code
  }

  /** What was taken for labels or numbers until now is text. */
  private toTexts(end: number): void {
    const texts: (string | null)[] = []
    for (let i = 0; i < end; i++) {
      const label = this.labels[this.codes![i]!] ?? null
      const number = this.numbers?.[i]
      texts.push(label ?? (number === undefined || Number.isNaN(number) ? null : String(number)))
    }
    this.texts = texts
    this.codes = this.numbers = null
  }

  build(): Column {
    if (this.at !== this.rows) throw new Error(`a column has ${this.at} of ${this.rows} values`)
    if (this.texts) return { kind: 'text', values: this.texts }
    if (this.numbers) return { kind: 'number', values: this.numbers }
    return { kind: 'category', codes: this.codes!, labels: this.labels }
  }
}

/** The value of a row: a number, a text, or null where there is none. */
export function valueAt(column: Column, row: number): string | number | null {
  switch (column.kind) {
    case 'number': {
      const value = column.values[row]!
      return Number.isNaN(value) ? null : value
    }
    case 'category': return column.labels[column.codes[row]!] ?? null
    case 'text': return column.values[row] ?? null
  }
}

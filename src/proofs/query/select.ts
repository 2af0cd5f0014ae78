/** Which rows of a table a query keeps, and in which order. */
import type { Column, Table } from './column'
import type { Filter, Query, Sort } from './filters'

/** Marks with 1 the rows that pass every filter. A filter on a column that is not in the table keeps no row. */
export function passing(table: Table, filters: Query['filters']): Uint8Array {
  const mask = new Uint8Array(table.rows).fill(1)
  for (const [name, filter] of Object.entries(filters)) {
    const column = table.columns.get(name)
    if (!column) return mask.fill(0)
    const passes = testOf(column, filter)
    for (let row = 0; row < mask.length; row++) if (mask[row] === 1 && !passes(row)) mask[row] = 0
  }
  return mask
}

function testOf(column: Column, filter: Filter): (row: number) => boolean {
  switch (filter.kind) {
    case 'filled': {
      const isThere = filledAt(column)
      return (row) => isThere(row) === filter.isFilled
    }
    case 'range': {
      const { low, high, isLowIn, isHighIn } = filter
      if (column.kind !== 'number') return () => false
      const { values } = column
      return (row) => {
        const value = values[row]! // NaN fails every comparison
        return value === value && (low === null || value > low || (isLowIn && value === low)) && (high === null || value < high || (isHighIn && value === high))
      }
    }
    case 'values': {
      const wanted = new Set(filter.values)
      if (column.kind === 'number') return (row) => wanted.has(String(column.values[row]))
      if (column.kind === 'text') return (row) => wanted.has(column.values[row] ?? '\u0000')
      const isWanted = column.labels.map((label) => wanted.has(label))
      return (row) => isWanted[column.codes[row]!] === true
    }
    case 'regex': {
      const pattern = new RegExp(filter.pattern, 'i')
      const { isNegated } = filter
      if (column.kind === 'number') return (row) => !Number.isNaN(column.values[row]!) && pattern.test(String(column.values[row])) !== isNegated
      if (column.kind === 'text') return (row) => {
        const text = column.values[row]
        return text != null && pattern.test(text) !== isNegated
      }
      const fits = column.labels.map((label) => pattern.test(label) !== isNegated)
      return (row) => fits[column.codes[row]!] === true
    }
  }
}

function filledAt(column: Column): (row: number) => boolean {
  if (column.kind === 'number') return (row) => !Number.isNaN(column.values[row]!)
  if (column.kind === 'category') return (row) => column.codes[row]! >= 0
  return (row) => column.values[row] !== null
}

/**
 * The marked rows in the order asked for; rows without a value come last, whichever the direction, and equal ones keep
 * file order. Texts are compared by code units: quick, and the same in every browser.
 */
export function orderedRows(table: Table, mask: Uint8Array, sort: Sort | null): Uint32Array {
  let count = 0
  for (const mark of mask) count += mark
  const rows = new Uint32Array(count)
  for (let row = 0, at = 0; row < mask.length; row++) if (mask[row] === 1) rows[at++] = row
  const column = sort && table.columns.get(sort.column)
  if (!sort || !column) return rows
  const ranks = ranksOf(column)
  const direction = sort.isDescending ? -1 : 1
  return rows.sort((a, b) => {
    const [x, y] = [ranks[a]!, ranks[b]!]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
    return (x - y) * direction || a - b
  })
}

/** Ranks of columns sorted before: half a million texts take a second to sort. */
const knownRanks = new WeakMap<Column, Float64Array>()

/** A number a row that sorts as its value does; NaN where there is none. */
function ranksOf(column: Column): Float64Array {
  if (column.kind === 'number') return column.values
  const ranks = knownRanks.get(column) ?? textRanks(column)
  knownRanks.set(column, ranks)
  return ranks
}

function textRanks(column: Exclude<Column, { kind: 'number' }>): Float64Array {
  if (column.kind === 'category') {
    const order = [...column.labels.keys()].sort((a, b) => compared(column.labels[a]!, column.labels[b]!))
    const rank = Float64Array.from(order)
    order.forEach((label, i) => (rank[label] = i))
    return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : rank[code]!))
  }
  const { values } = column
  const order = [...values.keys()].sort((a, b) => compared(values[a] ?? '', values[b] ?? ''))
  const ranks = new Float64Array(values.length).fill(Number.NaN)
  let rank = -1
  let last: string | null = null
  for (const row of order) {
    const value = values[row]
    if (value == null) continue
    if (value !== last) rank++
    last = value
    ranks[row] = rank
  }
  return ranks
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

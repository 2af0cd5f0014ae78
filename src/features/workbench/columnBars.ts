/** Bars of a column's histogram as filters, and its figures as words. */
import { filterText, type Filter } from '../../proofs/query/filters'
import type { ColumnProfile } from '../../proofs/query/profile'
import type { ColumnFacts } from '../../../workers/data/protocol'

export interface Bar {
  readonly title: string
  readonly count: number
  readonly filter: Filter
  /** Whether this filter is just this bar. */
  isOf(filter: Filter | null): boolean
}

export function barsOf(profile: ColumnProfile): Bar[] {
  if (profile.kind === 'category') return profile.bars.map(({ label, count }) => bar(label, count, { kind: 'values', values: [label] }))
  if (profile.kind !== 'number') return []
  return profile.bins.map(({ low, high, count }, i) => {
    const isLast = i === profile.bins.length - 1
    // Whole numbers: a bin of one value is that value, and [2, 3) would hide that.
    const isOne = profile.isWhole && high - low <= 1
    const filter: Filter = isOne ? { kind: 'range', low, high: low, isLowIn: true, isHighIn: true } : { kind: 'range', low, high: isLast ? Math.min(high, profile.max) : high, isLowIn: true, isHighIn: isLast }
    return bar(isOne ? figure(low) : `${figure(low)} to ${figure(isLast ? profile.max : high)}`, count, filter)
  })
}

function bar(title: string, count: number, filter: Filter): Bar {
  return { title, count, filter, isOf: (other) => other !== null && filterText(other) === filterText(filter) }
}

/** For example "0 to 7, mean 6.41" or "3 values, 98 % filled". */
export function profileWords({ profile, type }: ColumnFacts, rows: number): string {
  if (!profile) return type
  const missing = profile.filled < rows ? `, ${share(profile.filled, rows)} filled` : ''
  switch (profile.kind) {
    case 'empty': return 'empty'
    case 'number': return `${figure(profile.min)} to ${figure(profile.max)}, mean ${figure(profile.mean)}${missing}`
    case 'category': return `${profile.distinct.toLocaleString('en')} ${profile.distinct === 1 ? 'value' : 'values'}${missing}`
    case 'text': return `text, mean ${Math.round(profile.meanChars).toLocaleString('en')} characters${missing}`
  }
}

export function figure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

/** "100 %" only for all, "0 %" only for none. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '—'
  const percent = (100 * part) / whole
  return `${percent > 0 && percent < 1 ? '< 1' : percent < 100 ? Math.min(99, Math.round(percent)) : 100} %`
}

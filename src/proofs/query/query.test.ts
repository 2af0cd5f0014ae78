import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ColumnBuilder, valueAt, type Column, type Table } from './column'
import { clearedPatch, type Filter, filterPatch, filterText, filterWords, leftPatch, parseFilter, queryOf, widthPatch, widthsOf } from './filters'
import { binCounts, binEdges, columnProfile, facetCounts } from './profile'
import { searchFault, searchPattern, snippetOf } from './search'
import { orderedRows, passing } from './select'

function built(values: readonly unknown[]): Column {
  const builder = new ColumnBuilder(values.length)
  for (const value of values) builder.push(value)
  return builder.build()
}
const tableOf = (columns: Readonly<Record<string, readonly unknown[]>>): Table => ({
  rows: Object.values(columns)[0]!.length,
  columns: new Map(Object.entries(columns).map(([name, values]) => [name, built(values)])),
})
const kept = (table: Table, filters: Record<string, string>) =>
  [...orderedRows(table, passing(table, Object.fromEntries(Object.entries(filters).map(([k, t]) => [k, parseFilter(t)!]))), null)]

describe('columns', () => {
  test('numbers, labels, texts and lists, each with gaps', () => {
    const of = (values: unknown[]) => {
      const column = built(values)
      return [column.kind, values.map((_, i) => valueAt(column, i))]
    }
    expect(of([1, null, 2n, Number.NaN, 2n ** 60n])).toEqual(['number', [1, null, 2, null, null]])
    expect(of(['a', null, 'b', 'a'])).toEqual(['category', ['a', null, 'b', 'a']])
    expect(of([true, false, null])).toEqual(['category', ['true', 'false', null]])
    expect(of([[1, 2], new Float64Array(3), []])).toEqual(['number', [2, 3, 0]])
    expect(of(['a', 3, 'x'.repeat(200), null])).toEqual(['text', ['a', '3', 'x'.repeat(200), null]])
    expect(of([3, null, 'late'])).toEqual(['text', ['3', null, 'late']])
    expect(of([null, null])).toEqual(['category', [null, null]])
    const many = Array.from({ length: 400 }, (_, i) => `label ${i}`)
    expect(of(many)).toEqual(['text', many])
  })
})

describe('filters as text', () => {
  test.each([
    ['[0,0.7]', 'x in [0, 0.7]'], ['(0,0.7]', 'x in (0, 0.7]'], ['[,5)', 'x < 5'], ['(-1e-3,)', 'x > -0.001'], ['[3,3]', 'x = 3'],
    ['=aops|olympiads', 'x = aops or olympiads'], ['~a|b', 'x fits /a|b/i'], ['!~^a', 'x does not fit /^a/i'], ['?', 'x is missing'], ['*', 'x is there'],
  ])('%s reads "%s"', (text, words) => {
    const filter = parseFilter(text)!
    expect(filterWords('x', filter)).toBe(words)
    expect(parseFilter(filterText(filter))).toEqual(filter)
  })
  test.each(['', '[,]', '[2,1]', '[a,b]', '~(', '7', '[1,2'])('%j is none', (text) => expect(parseFilter(text)).toBeNull())

  test('any filter of any column survives the URL', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
    const filter: fc.Arbitrary<Filter> = fc.oneof(
      fc.record({ kind: fc.constant('values' as const), values: fc.array(fc.string(), { minLength: 1 }) }),
      fc.record({ kind: fc.constant('range' as const), low: number, high: fc.constant(null), isLowIn: fc.boolean(), isHighIn: fc.constant(false) }),
      fc.record({ kind: fc.constant('filled' as const), isFilled: fc.boolean() }),
    )
    fc.assert(fc.property(fc.string({ minLength: 1 }).filter((s) => s !== '__proto__'), filter, (column, one) => {
      const view = Object.fromEntries(new URLSearchParams(filterPatch(column, one) as Record<string, string>))
      expect(queryOf(view).filters[column]).toEqual({ ...one, ...(one.kind === 'range' ? { low: Object.is(one.low, -0) ? 0 : one.low } : {}) })
    }))
  })
})

test('widths of columns live in the URL, within reason, and stay when filters are cleared', () => {
  expect(widthsOf({ 'w.problem': '300', 'w.x': '9', 'w.y': '5000', 'w.z': 'wide', q: 'a' })).toEqual(new Map([['problem', 300], ['x', 60], ['y', 1200]]))
  expect([widthPatch('a', 120.4), widthPatch('a', 1), widthPatch('a', null)]).toEqual([{ 'w.a': '120' }, { 'w.a': '60' }, { 'w.a': undefined }])
  const view = { 'w.a': '90', 'f.b': '*', q: 'x', row: '3' }
  expect(Object.keys(clearedPatch(view)).sort()).toEqual(['f.b', 'q', 'qr', 'sort'])
  expect(Object.keys(leftPatch(view)).sort()).toEqual(['f.b', 'q', 'qr', 'sort', 'w.a'])
})

describe('rows that pass', () => {
  const table = tableOf({
    mean: [0, 0.5, null, 1, 0.7], source: ['aops', 'olympiads', null, 'aops', 'aops'],
    text: ['Show that $x$', 'x'.repeat(200), null, 'SHOW more', ''],
  })
  test.each([
    [{ mean: '(0,0.7]' }, [1, 4]], [{ mean: '[0,0.7)' }, [0, 1]], [{ mean: '?' }, [2]], [{ mean: '*', source: '=aops' }, [0, 3, 4]],
    [{ source: '=olympiads|aops' }, [0, 1, 3, 4]], [{ source: '!~^a' }, [1]], [{ text: '~show' }, [0, 3]], [{ text: '?' }, [2]],
    [{ mean: '=0.5|1' }, [1, 3]], [{ gone: '*' }, []], [{}, [0, 1, 2, 3, 4]],
  ] as [Record<string, string>, number[]][])('%j keeps %j', (filters, rows) => expect(kept(table, filters)).toEqual(rows))

  test('sorted either way, rows without a value come last and equal ones keep their order', () => {
    const all = () => new Uint8Array(5).fill(1)
    const sorted = (column: string, isDescending: boolean) => [...orderedRows(table, all(), { column, isDescending })]
    expect(sorted('mean', false)).toEqual([0, 1, 4, 3, 2])
    expect(sorted('mean', true)).toEqual([3, 4, 1, 0, 2])
    expect(sorted('source', false)).toEqual([0, 3, 4, 1, 2])
    expect(sorted('source', true)).toEqual([1, 0, 3, 4, 2])
    expect(sorted('text', false)).toEqual([4, 3, 0, 1, 2])
    expect(sorted('gone', true)).toEqual([0, 1, 2, 3, 4])
  })

  test('sorting any numbers agrees with the plain way', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: -5, max: 5 }))), fc.boolean(), (values, isDescending) => {
      if (values.length === 0) return
      const one = tableOf({ x: values })
      const rows = [...orderedRows(one, new Uint8Array(values.length).fill(1), { column: 'x', isDescending })]
      const plain = [...values.keys()].sort((a, b) => {
        const [x, y] = [values[a], values[b]]
        if (x == null || y == null) return Number(x == null) - Number(y == null) || a - b
        return (x - y) * (isDescending ? -1 : 1) || a - b
      })
      expect(rows).toEqual(plain)
    }))
  })
})

describe('profiles', () => {
  test('figures and bins of numbers', () => {
    const profile = columnProfile(built([0, 7, 7, null, 6, 1]))
    expect(profile).toMatchObject({ kind: 'number', filled: 5, min: 0, max: 7, isWhole: true, mean: 21 / 5 })
    expect(profile.kind === 'number' && profile.bins.map((b) => b.count)).toEqual([1, 1, 0, 0, 0, 0, 1, 2])
    expect(profile.kind === 'number' && profile.std).toBeCloseTo(Math.sqrt((4.2 ** 2 + 2.8 ** 2 * 2 + 1.8 ** 2 + 3.2 ** 2) / 5), 12)
    expect(columnProfile(built([null, Number.NaN]))).toEqual({ kind: 'empty', filled: 0 })
    expect(columnProfile(built([5, 5]))).toMatchObject({ bins: [{ low: 5, high: 5, count: 2 }] })
    expect(columnProfile(built([0, -5e-324]))).toMatchObject({ bins: [{ count: 2 }] })
    expect(binEdges(62, 256, true)).toEqual(Array.from({ length: 21 }, (_, i) => 62 + 10 * i))
  })
  test('every value falls into one bin, and into the one whose edges hold it', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { minLength: 2 }), (values) => {
      const edges = binEdges(Math.min(...values), Math.max(...values), false)
      const counts = binCounts(Float64Array.from(values), edges, null)
      expect(counts.reduce((a, b) => a + b, 0)).toBe(values.length)
      counts.forEach((count, i) => {
        const isLast = i === counts.length - 1
        expect(values.filter((v) => v >= edges[i]! && (v < edges[i + 1]! || isLast)).length).toBe(count)
      })
    }))
  })
  test('labels by frequency; marked rows are counted bar by bar', () => {
    const column = built(['b', 'a', 'b', null, 'c', 'b'])
    const profile = columnProfile(column)
    expect(profile).toEqual({ kind: 'category', filled: 5, distinct: 3, bars: [{ label: 'b', count: 3 }, { label: 'a', count: 1 }, { label: 'c', count: 1 }] })
    expect(facetCounts(column, profile, Uint8Array.of(1, 1, 0, 1, 0, 0))).toEqual([1, 1, 0])
  })
})

describe('search', () => {
  test('words are taken as written, patterns between slashes', () => {
    expect(searchPattern('$x^2$ +')!.test('so $X^2$  + 1')).toBe(true)
    expect(searchPattern('/^a.c$/')!.test('ABC')).toBe(true)
    expect(searchPattern('  ')).toBeNull()
    expect([searchFault('/(/') !== null, searchFault('('), searchFault('')]).toEqual([true, null, null])
  })
  test('a snippet is one line around the first place', () => {
    const text = `${'a '.repeat(100)}\nneedle\n${'b '.repeat(100)}`
    expect(snippetOf('proof', text, /NEEDLE/i)).toEqual({ column: 'proof', before: `… ${'a '.repeat(23)}`, hit: 'needle', after: ` ${'b '.repeat(23)}b…` })
    expect(snippetOf('proof', text, /none/)).toBeNull()
    expect(snippetOf('proof', 'needle', /needle/)).toEqual({ column: 'proof', before: '', hit: 'needle', after: '' })
  })
})

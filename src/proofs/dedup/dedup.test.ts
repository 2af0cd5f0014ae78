import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { neverStop } from '../../base/stop'
import { findDuplicates } from './duplicates'
import { bandsFor, jaccard, NearIndex, shingles, signature } from './minhash'
import { inventedProblems, retyped } from './problemsFixture'
import { canonicalText, tokens } from './tokens'

const find = (problems: readonly (string | null)[], benchmarks: Parameters<typeof findDuplicates>[1] = [], threshold = 0.6) =>
  findDuplicates(problems, benchmarks, threshold, () => {}, neverStop)

test('typesetting is no difference, mathematics is', () => {
  expect(canonicalText('Let $a\\le b$,\n\n find  $\\left( x \\right)$.')).toBe(canonicalText('let \\(a \\leq b\\) find $(x)$'))
  expect(canonicalText('$\\dfrac{1}{2}$ ≤ …')).toBe(canonicalText('\\frac 1 2 \\leq \\ldots'))
  expect(canonicalText('$a < b$')).not.toBe(canonicalText('$a > b$'))
  expect(canonicalText('$n = 12$')).not.toBe(canonicalText('$n = 13$'))
  expect(tokens('Größe $x_{12}^3$')).toEqual(['größe', 'x', '12', '^', '3'])
})

test('signatures agree as often as the sets overlap', () => {
  const random = Random.seed(3)
  for (const share of [0.2, 0.5, 0.8]) {
    let agree = 0
    let expected = 0
    for (let i = 0; i < 60; i++) {
      const base = Array.from({ length: 200 }, () => random.uint32())
      const other = base.map((v) => (random.unit() < share ? v : random.uint32()))
      const [a, b] = [Uint32Array.from(base).sort(), Uint32Array.from(other).sort()]
      const [x, y] = [signature(a), signature(b)]
      agree += x.filter((v, h) => v === y[h]).length / x.length
      expected += jaccard(a, b)
    }
    expect(Math.abs(agree - expected) / 60).toBeLessThan(0.02)
  }
})

test('bands are as long as the threshold lets them be', () => {
  expect([0.2, 0.5, 0.6, 0.7, 0.8, 0.95].map((t) => bandsFor(t).rows)).toEqual([1, 3, 4, 5, 7, 9])
  for (let t = 0.1; t < 1; t += 0.05) expect(1 - (1 - t ** bandsFor(t).rows) ** bandsFor(t).bands).toBeGreaterThanOrEqual(0.98)
})

test('similarity is that of the sets', () => {
  expect(jaccard(shingles('a b c d e'), shingles('a b c d e'))).toBe(1)
  expect(jaccard(shingles('a b c d'), shingles('a b c x'))).toBeCloseTo(1 / 3, 12)
  expect([jaccard(shingles(''), shingles('')), shingles('x').length, shingles('  ').length]).toEqual([0, 1, 0])
  fc.assert(fc.property(fc.uniqueArray(fc.nat()), fc.uniqueArray(fc.nat()), (a, b) => {
    const common = a.filter((v) => b.includes(v)).length
    const union = new Set([...a, ...b]).size
    expect(jaccard(Uint32Array.from(a).sort(), Uint32Array.from(b).sort())).toBeCloseTo(union ? common / union : 0, 12)
  }))
})

describe('planted copies', () => {
  const originals = inventedProblems(1500, 1)
  const random = Random.seed(9)
  const copies = originals.slice(0, 300).map((p) => retyped(p, random))

  test('at least 95 of 100 are found, and no two invented problems are taken for one', async () => {
    const found = (await find([...originals, ...copies]))!
    const near = new Set(found.pairs.map(({ row, other }) => `${row} ${other}`))
    // A copy is due when it is truly as similar as the threshold says.
    const due = copies.flatMap((copy, i) => (jaccard(shingles(copy), shingles(originals[i]!)) >= 0.6 ? [`${originals.length + i} ${i}`] : []))
    expect(due.length).toBeGreaterThan(250)
    expect(due.filter((pair) => near.has(pair)).length / due.length).toBeGreaterThanOrEqual(0.95)
    for (const { row, other, similarity, kind } of found.pairs) {
      if (kind === 'near') expect(similarity).toBeGreaterThanOrEqual(0.6)
      expect(row - originals.length).toBe(other)
    }
    expect([...found.removed].every((row) => row >= originals.length)).toBe(true) // the first of each group stays
  })

  test('against every pair compared exactly, at a threshold at which invented problems are near too', async () => {
    const few = [...originals.slice(0, 120), ...copies.slice(0, 60)]
    const sets = few.map(shingles)
    const all = few.flatMap((_, a) => few.flatMap((__, b) => (b > a && jaccard(sets[a]!, sets[b]!) >= 0.5 ? [`${b} ${a}`] : [])))
    const index = new NearIndex(0.5)
    const found = new Set(few.flatMap((text, b) => index.pairs(text).map(({ of }) => `${b} ${of}`)))
    expect([...found].every((pair) => all.includes(pair))).toBe(true)
    expect(all.filter((pair) => found.has(pair)).length / all.length).toBeGreaterThanOrEqual(0.95)
  })
})

test('exact copies, benchmark problems, and a benchmark problem inside a longer text', async () => {
  const [a, b, c, d] = inventedProblems(4, 5) as [string, string, string, string]
  const wrapped = `Consider the following well known exercise. ${c} Also comment on what fails when the hypothesis is dropped, and give two examples of your own with all details.`.repeat(1)
  const benchmark = { name: 'bench', problems: [null, b, c] }
  const found = (await find([a, `${a.replaceAll(' ', '  ')}`, b, `${wrapped} ${inventedProblems(3, 8).join(' ')}`, d, null, '', ''], [benchmark]))!
  expect(found.pairs).toEqual([
    { row: 1, other: 0, against: null, kind: 'exact', similarity: 1 },
    { row: 2, other: 1, against: 'bench', kind: 'exact', similarity: 1 },
    { row: 3, other: 2, against: 'bench', kind: 'run', similarity: 0 },
  ])
  expect([...found.removed]).toEqual([1, 2, 3])
})

test('a chain of near ones leaves what is near only to rows that went; a stop is heard', async () => {
  const words = Array.from({ length: 60 }, (_, i) => `w${i}`)
  const shifted = (by: number) => words.map((w, i) => (i < by ? `v${i}` : w)).join(' ')
  const found = (await find([shifted(0), shifted(12), shifted(24)], [], 0.6))!
  expect(found.pairs.map(({ row, other }) => [row, other])).toEqual([[1, 0], [2, 1]])
  expect([...found.removed]).toEqual([1])
  expect(await findDuplicates(inventedProblems(600, 2), [], 0.6, () => {}, { aborted: true })).toBeNull()
})

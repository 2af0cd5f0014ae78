import { expect, test } from 'vitest'
import { Random } from '../base/random'
import { exhibitCsv } from './exhibitText'
import { pairTable } from './pairwise'
import type { RawTable } from './table'
import { pairExhibits } from './views/pairs'

const raw = (columns: readonly string[], rows: readonly (readonly unknown[])[]): RawTable => ({ columns, rows, unread: [] })

test('JudgeBench’s layout: a verdict names an answer in either order; what cannot be read is counted, not a tie', () => {
  const read = pairTable(raw(['pair_id', 'label', 'judgment_1', 'judgment_2'], [['1', 'A>B', 'A>B', 'A>B'], ['2', 'B>A', 'A>B', 'B>A'], ['3', 'A>B', 'A=B', 'nonsense']]))
  if (!read.ok) throw new Error(read.what)
  expect(read.value.verdicts.map((v) => [v.pairId, v.winner, v.isSwapped, v.won])).toEqual([['1', 1, false, 'a'], ['1', 2, true, 'a'], ['2', 1, false, 'a'], ['2', 1, true, 'b'], ['3', 0, false, null]])
  expect(read.value.unread).toBe(1)
  expect([...read.value.labels]).toEqual([['1', 'a'], ['2', 'b'], ['3', 'a']])
})

test('one verdict a row, with its order: the same table as both orders in one row', () => {
  const wide = pairTable(raw(['pair_id', 'judge', 'model_a', 'model_b', 'verdict_ab', 'verdict_ba'], [['1', 'j', 'X', 'Y', 'A', 'B'], ['2', 'j', 'Y', 'Z', 'B', 'tie']]))
  const long = pairTable(raw(['pair_id', 'judge', 'order', 'model_a', 'model_b', 'winner'], [['1', 'j', 'AB', 'X', 'Y', 'A'], ['1', 'j', 'BA', 'X', 'Y', 'B'], ['2', 'j', 'AB', 'Y', 'Z', 'B'], ['2', 'j', 'BA', 'Y', 'Z', 'tie']]))
  expect(long).toEqual(wide)
})

test('columns that are missing are named', () => {
  for (const columns of [['judge', 'verdict'], ['pair_id', 'judge'], ['pair_id', 'verdict_ab']]) expect(pairTable(raw(columns, [['a', 'b']])).ok).toBe(false)
})

test('a planted pull of the first slot is found, and strengths do not take it for quality', () => {
  const random = Random.seed(11)
  const strength: Record<string, number> = { X: 0.8, Y: 0, Z: -0.8 }
  const rows = Array.from({ length: 3000 }, (_, i) => {
    const [a, b] = [['X', 'Y'], ['Y', 'Z'], ['X', 'Z']][i % 3]!
    const ask = (isSwapped: boolean) => (random.unit() < 1 / (1 + Math.exp(-(strength[a!]! - strength[b!]! + (isSwapped ? -0.5 : 0.5)))) ? 'A' : 'B')
    return [`p${i}`, 'j', a, b, ask(false), ask(true), 'A']
  })
  const read = pairTable(raw(['pair_id', 'judge', 'model_a', 'model_b', 'verdict_ab', 'verdict_ba', 'label'], rows))
  if (!read.ok) throw new Error(read.what)
  const [swap, strengths] = pairExhibits(read.value).map((e) => ({ ...e, csv: exhibitCsv(e) }))
  const row = swap!.rows[0]!
  expect(row[1]!.value).toBe(3000)
  expect(row[4]!.value as number).toBeCloseTo(0.5, 0.9)
  expect(row[4]!.low!).toBeLessThan(0.5)
  expect(row[4]!.high!).toBeGreaterThan(0.5)
  expect(row[3]!.value as number).toBeGreaterThan(0.55)
  const found = Object.fromEntries(strengths!.rows.map((r) => [r[0]!.value, r[1]!.value as number]))
  for (const [name, s] of Object.entries(strength)) expect(Math.abs(found[name]! - s), name).toBeLessThan(0.12)
  expect(swap!.csv).not.toMatch(/undefined|Infinity/)
})

test('by hand: four pairs, one flip by slot, one tie', () => {
  const read = pairTable(raw(['pair_id', 'judge', 'verdict_ab', 'verdict_ba', 'label'], [['1', 'j', 'A', 'A', 'A'], ['2', 'j', 'A', 'B', 'A'], ['3', 'j', 'B', 'B', 'A'], ['4', 'j', 'tie', 'tie', 'B']]))
  if (!read.ok) throw new Error(read.what)
  const row = pairExhibits(read.value)[0]!.rows[0]!
  expect(row[1]!.value).toBe(4)
  expect(row[2]!.value).toBe(0.25)
  expect(row[3]!.value).toBeCloseTo(4 / 6, 12) // 1: won first, then second; 2: first twice; 3: second, then first
  expect(row[5]!.value).toBeCloseTo(3 / 8, 12)
})

import { describe, expect, test } from 'vitest'
import { clusterInterval } from './clusterRobust'
import { clustersOf } from './clusters'
import { inflation } from './inflation'
import { humanRaters, ledgerOf } from './ledger'
import { atThreshold, matrixSteps, type MatrixQuery } from './matrix'
import { SEVERITIES, syntheticPairs, syntheticProofs, syntheticTable } from './synthetic'
import { syntheticText } from './syntheticTexts'
import type { GradeTable } from './table'

const PLANTED = SEVERITIES.map((s, j) => s + (j === 2 || j === 3 ? 0.02 : 0))

describe('the 272 × 5 × 7 recipe', () => {
  test('size, human mean, determinism', () => {
    const proofs = syntheticProofs(1)
    expect(proofs.length).toBe(1360)
    expect(new Set(proofs.map((p) => p.problemId)).size).toBe(272)
    expect(proofs).toEqual(syntheticProofs(1))
    expect(syntheticProofs(2)).not.toEqual(proofs)
    let total = 0
    for (let seed = 1; seed <= 20; seed++) total += syntheticProofs(seed).reduce((sum, p) => sum + p.human.expert, 0) / 1360 / 20
    expect(total).toBeCloseTo(0.69, 1)
  })

  test('unclipped: the planted inflation is found, and its interval holds it in 90 to 99 of 100 seeds', () => {
    const held = PLANTED.map(() => 0)
    const means = PLANTED.map(() => 0)
    for (let seed = 1; seed <= 100; seed++) {
      const proofs = syntheticProofs(seed, false)
      PLANTED.forEach((planted, judge) => {
        const pairs = syntheticPairs(proofs, judge)
        means[judge]! += inflation(pairs)!.mean / 100
        const { low, high } = clusterInterval(clustersOf(pairs))!
        if (low <= planted && planted <= high) held[judge]!++
      })
    }
    PLANTED.forEach((planted, judge) => expect(means[judge]).toBeCloseTo(planted, 2))
    for (const count of held) {
      expect(count).toBeGreaterThanOrEqual(90)
      expect(count).toBeLessThanOrEqual(99)
    }
  })

  test('clipped: the ceiling squeezes leniency', () => {
    const published = [0.031, 0.056, -0.03, 0.003, -0.038, 0.142, 0.108]
    const means = published.map(() => 0)
    for (let seed = 1; seed <= 40; seed++) {
      const proofs = syntheticProofs(seed)
      published.forEach((_, judge) => (means[judge]! += inflation(syntheticPairs(proofs, judge))!.mean / 40))
    }
    published.forEach((expected, judge) => expect(Math.abs(means[judge]! - expected)).toBeLessThan(0.006))
  })

  test('self-preference by difference in differences, unclipped', () => {
    let total = 0
    for (let seed = 1; seed <= 60; seed++) {
      const proofs = syntheticProofs(seed, false)
      const of = (judge: number, own: boolean) => inflation(syntheticPairs(proofs, judge).filter((p) => (p.solver === 'Solver 2') === own))!.mean
      total += (of(2, true) - of(2, false) - (of(0, true) - of(0, false))) / 60
    }
    expect(total).toBeCloseTo(0.1, 2)
  })
})

test('deleted rows are found by the ledger, with their names', () => {
  const whole = syntheticTable(1)
  const humans = humanRaters(whole)
  expect(ledgerOf(whole, humans).counts).toMatchObject({ absent: 0, noHuman: 0, missing: 0, duplicate: 0 })
  const gone = whole.rows.filter((r) => r.rater === 'Judge C' && r.rubric === 'course').slice(100, 110)
  const humanGone = whole.rows.find((r) => r.rater === 'Human' && r.rubric === 'expert')!
  const table: GradeTable = { ...whole, rows: whole.rows.filter((r) => !gone.includes(r) && r !== humanGone) }
  const ledger = ledgerOf(table, humans)
  expect(ledger.expectedGrades).toBe(1360 * 7 * 2)
  expect(ledger.counts.absent).toBe(10)
  expect(ledger.counts.noHuman).toBe(1)
  expect(ledger.gaps.filter((g) => g.reason === 'absent').map((g) => g.proofId).sort()).toEqual(gone.map((r) => r.proofId).sort())
})

test('the matrix has margins, keeps cells apart by domain, and reports progress to 1', () => {
  const query: MatrixQuery = { rubric: 'expert', columns: 'domain', domain: null, solver: null, threshold: 0.9, replicates: 50, seed: 1, method: 'percentile', humans: [] }
  const table = syntheticTable(1)
  const drain = (q: MatrixQuery) => {
    const steps = matrixSteps(table, q, humanRaters(table))
    const seen: number[] = []
    for (;;) {
      const step = steps.next()
      if (step.done) return { matrix: step.value, seen }
      seen.push(step.value)
    }
  }
  const { matrix, seen } = drain(query)
  expect(seen.at(-1)).toBeCloseTo(1, 12)
  expect(matrix.cells.length).toBe(7 * 11)
  expect(matrix.pairs).toBe(1360 * 7)
  const all = matrix.cells.find((c) => c.judge === 'Judge F' && c.domain === null)!
  expect([all.proofs, all.problems]).toEqual([1360, 272])
  expect(all.mean).toBeGreaterThan(0.1)
  const complex = matrix.cells.find((c) => c.judge === 'Judge F' && c.domain === 'Complex Analysis')!
  expect([complex.proofs, complex.problems]).toEqual([30, 6])
  const lower = drain({ ...query, threshold: 5 / 7 }).matrix
  expect(lower.summaries).not.toEqual(matrix.summaries)
  expect(atThreshold(table, matrix, 5 / 7)).toEqual(lower)
  expect(drain({ ...query, columns: 'both' }).matrix.cells.length).toBe(7 * 6 * 11)
  const filtered = drain({ ...query, columns: 'solver', domain: 'ODE' }).matrix.cells
  expect(filtered.length).toBe(7 * 6)
  expect(filtered.every((c) => c.domain === 'ODE')).toBe(true)
  // the same cell by another road has the same interval
  const direct = matrix.cells.find((c) => c.judge === 'Judge B' && c.domain === 'ODE')!
  expect(filtered.find((c) => c.judge === 'Judge B' && c.solver === null)!.interval).toEqual(direct.interval)
})

test('synthetic texts say what they are and drop one step per missing quarter', () => {
  for (let problem = 0; problem < 272; problem++) {
    const full = syntheticText(1, problem, 0, 1)
    expect(full.problem).toContain('Synthetic text')
    expect(full.proof).toContain('\\blacksquare')
    expect(syntheticText(1, problem, 2, 0.5).proof!.split('This step is clear').length - 1).toBe(2)
  }
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import { agreement } from './agreement'
import { clusterError, clusterInterval } from './clusterRobust'
import { clustersOf } from './clusters'
import { pearson } from './correlation'
import { inflation } from './inflation'
import type { PairedGrade } from './pairs'
import { passTable, wilson } from './passTable'
import { studentT } from './studentT'
import { twelvePairs } from './twelveProofs'

describe('published test vector of twelve proofs', () => {
  test('bias by judge and reference', () => {
    expect(inflation(twelvePairs('L'))?.mean).toBeCloseTo(0.25, 6)
    expect(inflation(twelvePairs('S'))?.mean).toBeCloseTo(-0.125, 6)
    expect(inflation(twelvePairs('L', 'mean'))?.mean).toBeCloseTo(0.239583, 6)
  })
  test('bias by solver', () => {
    const of = (judge: 'L' | 'S') => ['A', 'B', 'C'].map((s) => inflation(twelvePairs(judge).filter((p) => p.solver === s))?.mean)
    expect(of('L')).toEqual([0.0625, 0.25, 0.4375])
    expect(of('S')).toEqual([-0.0625, -0.1875, -0.125])
  })
  test('cluster-robust errors', () => {
    const L = clustersOf(twelvePairs('L'))
    expect(clusterError(L, 'CR0')?.standardError).toBeCloseTo(0.029463, 6)
    expect(clusterError(L, 'CR1')?.standardError).toBeCloseTo(0.034021, 6)
    expect(clusterError(clustersOf(twelvePairs('S')), 'CR1')?.standardError).toBeCloseTo(0.024056, 6)
    expect(L.map((c) => c.difference / c.count).map((m) => Number(m.toFixed(6)))).toEqual([0.25, 0.25, 0.333333, 0.166667])
  })
  test('agreement', () => {
    const L = agreement(twelvePairs('L'))!
    expect(L.mae).toBeCloseTo(0.25, 6)
    expect(L.rmse).toBeCloseTo(0.322749, 6)
    expect(L.exact).toBeCloseTo(0.333333, 6)
    expect(L.near).toBeCloseTo(0.666667, 6)
    expect(L.pearson).toBeCloseTo(0.869626, 6)
    const S = agreement(twelvePairs('S'))!
    expect([S.mae, S.rmse, S.exact, S.near, S.pearson].map((v) => Number(v!.toFixed(6)))).toEqual([0.125, 0.176777, 0.5, 1, 0.944945])
  })
  test('pass decisions at 0.9', () => {
    const L = passTable(twelvePairs('L'), 0.9)!
    expect([L.tp, L.fp, L.fn, L.tn]).toEqual([4, 3, 0, 5])
    expect(L.precision).toBeCloseTo(0.571429, 6)
    expect(L.f1).toBeCloseTo(0.727273, 6)
    expect(L.kappa).toBeCloseTo(0.526316, 6)
    expect(L.youden).toBeCloseTo(0.625, 6)
    const S = passTable(twelvePairs('S'), 0.9)!
    expect([S.tp, S.fp, S.fn, S.tn, S.sensitivity, S.specificity]).toEqual([2, 0, 2, 8, 0.5, 1])
    expect(S.kappa).toBeCloseTo(0.571429, 6)
    const mean = passTable(twelvePairs('L', 'mean'), 0.9)!
    expect([mean.tp, mean.fp, mean.fn, mean.tn]).toEqual([3, 4, 0, 5])
    expect(mean.specificity).toBeCloseTo(0.555556, 6)
  })
  test('Wilson intervals', () => {
    expect([wilson(8, 19).low, wilson(8, 19).high]).toEqual([expect.closeTo(0.231419, 6), expect.closeTo(0.637241, 6)])
    expect([wilson(1227, 1360).low, wilson(1227, 1360).high]).toEqual([expect.closeTo(0.885268, 6), expect.closeTo(0.916878, 6)])
  })
})

test.each([
  [0.975, 1, 12.7062047], [0.975, 2, 4.30265273], [0.975, 3, 3.18244631], [0.975, 5, 2.57058184], [0.975, 9, 2.26215716],
  [0.975, 10, 2.22813885], [0.975, 30, 2.04227246], [0.975, 120, 1.97993041], [0.95, 4, 2.13184679], [0.995, 15, 2.94671288],
  [0.025, 9, -2.26215716], [0.5, 7, 0],
])('Student t quantile %f at %i degrees is %f', (p, degrees, expected) => {
  expect(studentT(p, degrees)).toBeCloseTo(expected, 6)
})

describe('properties', () => {
  const score = fc.integer({ min: 0, max: 8 }).map((v) => v / 8)
  const pairs = fc.array(fc.record({ problem: fc.integer({ min: 0, max: 5 }), judge: score, human: score }), { minLength: 2, maxLength: 40 })
    .map((list) => list.map((p, i): PairedGrade => ({ proofId: `q${i}`, problemId: `p${p.problem}`, domain: '', solver: 's', judgeId: 'j', judge: p.judge, human: p.human })))

  test('swapping the roles negates the bias and keeps its error', () => {
    fc.assert(fc.property(pairs, (list) => {
      const there = inflation(list)!
      const back = inflation(list.map((p) => ({ ...p, judge: p.human, human: p.judge })))!
      expect(back.mean).toBeCloseTo(-there.mean, 12)
      if (there.standardError !== null) expect(back.standardError).toBeCloseTo(there.standardError, 12)
    }))
  })
  test('adding a constant to every judge grade adds it to the bias and leaves the correlation', () => {
    fc.assert(fc.property(pairs, fc.double({ min: -1, max: 1, noNaN: true }), (list, c) => {
      const shifted = list.map((p) => ({ ...p, judge: p.judge + c }))
      expect(inflation(shifted)!.mean).toBeCloseTo(inflation(list)!.mean + c, 9)
      const before = pearson(list.map((p) => p.judge), list.map((p) => p.human))
      const after = pearson(shifted.map((p) => p.judge), shifted.map((p) => p.human))
      if (before === null) expect(after).toBeNull()
      else expect(after).toBeCloseTo(before, 6)
    }))
  })
  test('the order of the proofs changes nothing, to the last bit', () => {
    fc.assert(fc.property(pairs, fc.integer(), (list, seed) => {
      expect(inflation(Random.seed(seed).shuffled(list))).toEqual(inflation(list))
    }))
  })
  test('a judge that passes everything has κ 0, specificity 0 and the whole headroom', () => {
    fc.assert(fc.property(pairs.filter((l) => l.some((p) => p.human < 0.9) && l.some((p) => p.human >= 0.9)), (list) => {
      const generous = list.map((p) => ({ ...p, judge: 1 }))
      const table = passTable(generous, 0.9)!
      expect(table.kappa).toBeCloseTo(0, 12)
      expect(table.specificity).toBe(0)
      expect(inflation(generous)!.share).toBeCloseTo(1, 12)
    }))
  })
})

test('a missing interval is null, never 0', () => {
  expect(inflation([])).toBeNull()
  expect(agreement([])).toBeNull()
  expect(passTable([], 0.9)).toBeNull()
  const one = inflation(twelvePairs('L').filter((p) => p.problemId === 'p1'))!
  expect([one.problems, one.standardError, one.robust]).toEqual([1, null, null])
  const full = inflation([{ proofId: 'a', problemId: 'p', domain: '', solver: 's', judgeId: 'j', judge: 0.5, human: 1 }])!
  expect(full.share).toBeNull()
})

test('the t interval covers a true mean of 0 in 95 % of simulated studies with uneven problems', () => {
  const random = Random.seed(11)
  let held = 0
  const studies = 1200
  for (let s = 0; s < studies; s++) {
    const list: PairedGrade[] = []
    for (let problem = 0; problem < 12; problem++) {
      const shared = 0.1 * random.normal()
      // 1 to 8 proofs a problem, drawn apart from the errors, so that the mean of every study is 0 in expectation
      for (let i = 1 + random.below(8); i > 0; i--)
        list.push({ proofId: `${problem}-${i}`, problemId: `${problem}`, domain: '', solver: 's', judgeId: 'j', judge: shared + 0.2 * random.normal(), human: 0 })
    }
    const { low, high } = clusterInterval(clustersOf(list))!
    if (low <= 0 && 0 <= high) held++
  }
  expect(held / studies).toBeGreaterThan(0.92)
  expect(held / studies).toBeLessThan(0.975)
})

test('Wilson intervals cover the true rate in about 95 % of samples', () => {
  const random = Random.seed(31)
  for (const [rate, n] of [[0.5, 20], [0.9, 40], [0.97, 120]] as const) {
    let held = 0
    for (let s = 0; s < 2000; s++) {
      let passed = 0
      for (let i = 0; i < n; i++) if (random.unit() < rate) passed++
      const { low, high } = wilson(passed, n)
      if (low <= rate && rate <= high) held++
    }
    expect(held / 2000).toBeGreaterThan(0.92)
    expect(held / 2000).toBeLessThan(0.985)
  }
})

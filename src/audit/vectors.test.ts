/** The published test vectors of the twelve proofs, to 1e-6. @source numpy, scipy 1.17 and scikit-learn 1.9 */
import { describe, expect, test } from 'vitest'
import { agreementSuite } from './agreement'
import { altTest } from './altTest'
import { blandAltman } from './blandAltman'
import { bradleyTerry } from './bradleyTerry'
import { conformalInterval, conformalWidth } from './conformal'
import { correctedPassRate } from './correctedPassRate'
import { pearson } from './correlation'
import { gridTotals, printsAs } from './granularity'
import { isotonic, mapped } from './isotonic'
import { effectiveJudges } from './jury'
import { kappa, levelsOf } from './kappa'
import { krippendorffAlpha } from './krippendorff'
import { passTable } from './passTable'
import { detectableShift, plannedError } from './planner'
import { ppi } from './ppi'
import { solverRanking } from './ranking'
import { selfPreference } from './selfPreference'
import { additiveSeverity } from './severity'
import { GRADES, twelvePairs, type Name } from './twelveProofs'
import { icc21, icc31, twoWayAnova } from './twoWayAnova'

const QUARTERS = levelsOf(4)
const close = (value: number | null | undefined, expected: number, digits = 6) => expect(value).toBeCloseTo(expected, digits)

describe('agreement suite', () => {
  test('L against h1', () => {
    const s = agreementSuite(twelvePairs('L'), QUARTERS)!
    close(s.bias, 0.25)
    close(s.spearman, 0.887328)
    close(s.tau, 0.824786)
    close(s.concordance, 0.594595)
    close(s.kappa, 0.09434)
    close(s.kappaLinear, 0.357143)
    close(s.kappaQuadratic, 0.594595)
    close(s.macroRmse, 0.321931)
    close(s.macroTau, 0.877664)
    expect(s.problemsWithTau).toBe(3)
  })
  test('S against h1', () => {
    const s = agreementSuite(twelvePairs('S'), QUARTERS)!
    close(s.spearman, 0.944656)
    close(s.tau, 0.882919)
    close(s.kappa, 0.37931)
    close(s.kappaLinear, 0.714286)
    close(s.kappaQuadratic, 0.895349)
    close(s.macroTau, 0.908248)
  })
  test('h1 against h2: κ, ICC, α', () => {
    const [h1, h2] = [GRADES.h1, GRADES.h2]
    close(kappa(h1, h2, QUARTERS), 0.464286)
    close(kappa(h1, h2, QUARTERS, 'linear'), 0.741379)
    close(kappa(h1, h2, QUARTERS, 'quadratic'), 0.899329)
    const anova = twoWayAnova(h1.map((v, i) => [v, h2[i]!]))!
    close(icc21(anova), 0.906937)
    close(icc31(anova), 0.90084)
    const units = h1.map((v, i) => [v, h2[i]!])
    close(krippendorffAlpha(units, 'nominal'), 0.484305)
    close(krippendorffAlpha(units, 'ordinal'), 0.894107)
    close(krippendorffAlpha(units, 'interval'), 0.903442)
  })
})

test('Bland–Altman', () => {
  const L = blandAltman(twelvePairs('L'))!
  close(L.sd, 0.213201)
  close(L.low, -0.167873)
  close(L.high, 0.667873)
  close(L.slope, -0.48)
  close(L.intercept, 0.59)
  const S = blandAltman(twelvePairs('S'))!
  close(S.low, -0.380894)
  close(S.high, 0.130894)
})

test('McNemar, exact', () => {
  close(passTable(twelvePairs('L'), 0.9)!.mcnemar, 0.25)
  close(passTable(twelvePairs('S'), 0.9)!.mcnemar, 0.5)
})

test('self-preference by difference in differences', () => {
  const pairs = [...twelvePairs('L'), ...twelvePairs('S')]
  close(selfPreference(pairs, 'L', new Set(['A']), ['S'], { replicates: 200, seed: 1 })!.estimate, -0.375)
})

test('variance components of proof × four raters', () => {
  const names: Name[] = ['h1', 'h2', 'L', 'S']
  const anova = twoWayAnova(GRADES.h1.map((_, i) => names.map((n) => GRADES[n][i]!)))!
  close(anova.msProof, 0.438802)
  close(anova.msRater, 0.292969)
  close(anova.msResidual, 0.020241)
  close(anova.varProof, 0.10464)
  close(anova.varRater, 0.022727)
})

test('additive severity', () => {
  const names: Name[] = ['h1', 'h2', 'L', 'S']
  const { byRater } = additiveSeverity(names.flatMap((rater) => GRADES[rater].map((score, i) => ({ proof: `${i}`, rater, score }))))
  names.forEach((n, i) => close(byRater.get(n), [-0.036458, -0.015625, 0.213542, -0.161458][i]!))
})

test('error correlation and effective number of judges', () => {
  const error = (judge: 'L' | 'S') => GRADES[judge].map((v, i) => v - GRADES.h1[i]!)
  close(pearson(error('L'), error('S')), -0.204124)
  close(effectiveJudges(10, 0.21), 3.460208)
  close(effectiveJudges(7, 0.56), 1.605505)
  expect(effectiveJudges(4, -0.2)).toBe(4)
})

test('isotonic map L to h1, mean preserved', () => {
  const map = isotonic(GRADES.L, GRADES.h1)
  const at = Object.fromEntries(map.knots.map((k) => [k.x, k.y]))
  ;[[0.25, 0], [0.5, 0], [0.75, 0.333333], [1, 0.857143]].forEach(([x, y]) => close(at[x!], y!))
  close(GRADES.L.reduce((sum, x) => sum + mapped(map, x), 0), GRADES.h1.reduce<number>((a, b) => a + b, 0), 9)
})

test('split conformal on the first eight', () => {
  const residuals = GRADES.L.slice(0, 8).map((v, i) => v - GRADES.h1[i]!)
  expect(conformalWidth(residuals, 0.2)).toEqual({ k: 8, width: 0.5 })
  expect(conformalWidth(residuals, 0.05).width).toBe(Infinity)
  expect(conformalInterval(0.7, 0.2, QUARTERS)).toEqual({ low: 0.5, high: 1 })
})

test('PPI and PPI++ with the first eight labelled', () => {
  const labelled = GRADES.h1.slice(0, 8).map((human, i) => ({ human, judge: GRADES.L[i]! }))
  const p = ppi(labelled, GRADES.L.slice(8).map((judge) => ({ judge })))!
  close(p.ppi.theta, 0.53125)
  close(p.ppi.standardError, 0.176431)
  close(p.ppi.low, 0.185451)
  close(p.ppi.high, 0.877049)
  close(p.ppiPlus.lambda, 0.339844)
  close(p.ppiPlus.theta, 0.55188)
  close(p.ppiPlus.standardError, 0.117502)
  close(p.classical.theta, 0.5625)
  close(p.classical.standardError, 0.123031)
})

test('corrected pass rate of Lee et al.', () => {
  const { theta, low, high } = correctedPassRate(0.8, 1000, { q0: 0.7, q1: 0.95, m0: 200, m1: 200 })!
  close(theta, 0.769231)
  close(low, 0.713465)
  close(high, 0.830029)
  close(correctedPassRate(0.37, 500, { q0: 1, q1: 1, m0: 50, m1: 50 })!.theta, 0.37, 12)
  expect(correctedPassRate(0.5, 100, { q0: 0.4, q1: 0.6, m0: 9, m1: 9 })).toBeNull()
})

test('alt-test, as the published code computes it', () => {
  const human = (n: Name) => new Map(GRADES[n].map((v, i) => [`${i}`, v]))
  const h3 = [1, 0.75, 0.25, 1, 0.5, 0.25, 0.75, 0.25, 0, 1, 1, 0.5]
  const humans = new Map([['h1', human('h1')], ['h2', human('h2')], ['h3', new Map(h3.map((v, i) => [`${i}`, v]))]])
  const of = (judge: 'L' | 'S') => altTest(human(judge), humans, { epsilon: 0.2, leastItems: 2 })!
  close(of('L').advantage, 0.611111)
  of('L').humans.forEach((h, i) => close(h.p, [0.913548, 0.60716, 0.913548][i]!))
  close(of('S').advantage, 0.666667)
  of('S').humans.forEach((h, i) => close(h.p, [0.815829, 0.310178, 0.60716][i]!))
  expect([of('L').winningRate, of('S').winningRate, of('L').isPassed]).toEqual([0, 0, false])
  expect(altTest(human('L'), humans)).toBeNull() // fewer than 30 items a human
})

test('Bradley–Terry', () => {
  const fit = bradleyTerry([{ first: 'A', second: 'B', wins: 7, count: 10 }, { first: 'A', second: 'C', wins: 8, count: 10 }, { first: 'B', second: 'C', wins: 6, count: 10 }])
  ;[['A', 0.74057], ['B', -0.149102], ['C', -0.591471]].forEach(([n, v]) => close(fit.strength.get(n as string), v as number, 5))
  expect(fit.isConverged).toBe(true)
})

test('a lenient judge can keep the ranking', () => {
  const ranking = solverRanking(twelvePairs('L'), 500, 1)!
  expect(ranking.judge.map((r) => r.rank)).toEqual([1, 2, 3])
  expect(ranking.human.map((r) => r.rank)).toEqual([1, 2, 3])
  expect([ranking.tau, ranking.isTopSame]).toEqual([1, true])
})

describe('granularity of published means', () => {
  const of = (value: number, n: number, steps: number) => gridTotals(value, n, steps).numerators
  test('the table of possible totals', () => {
    expect([of(0.5, 19, 1), of(0.5, 19, 2), of(0.5, 19, 4), of(0.5, 19, 10), of(0.5, 19, 7)]).toEqual([[], [19], [38], [95], [66, 67]])
    expect([of(0.63, 36, 1), of(0.63, 36, 2), of(0.63, 36, 4), of(0.63, 36, 10), of(0.63, 36, 7)]).toEqual([[], [45], [90, 91], [225, 226, 227, 228], [158, 159, 160]])
    expect([of(0.74, 19, 1), of(0.74, 19, 2), of(0.74, 19, 4), of(0.74, 19, 10), of(0.74, 19, 7)]).toEqual([[14], [28], [56], [140, 141], [98, 99]])
    expect([of(0.72, 36, 1), of(0.72, 36, 2), of(0.72, 36, 4), of(0.72, 36, 10), of(0.72, 36, 7)]).toEqual([[26], [52], [103, 104], [258, 259, 260], [181, 182]])
  })
  test('a halfway total is named apart', () => {
    expect([gridTotals(0.72, 36, 10).halfEven, gridTotals(0.63, 36, 10).halfEven]).toEqual([261, null])
  })
  test('either rounding rule is accepted, 0.006 off is not', () => {
    expect([printsAs(22.5 / 36, 0.63), printsAs(22.5 / 36, 0.62), printsAs(0.636, 0.63), printsAs(0.624, 0.63)]).toEqual([true, true, false, false])
  })
})

test('planning figures of QEDBench cells', () => {
  const cells: [number, number, number][] = [[272, 0.012, 0.034], [49, 0.028, 0.08], [36, 0.033, 0.09], [19, 0.046, 0.13], [11, 0.06, 0.17], [6, 0.081, 0.23]]
  for (const [problems, error, shift] of cells) {
    const plan = { problems, proofsPerProblem: 5, sd: 0.3, rho: 0.3 }
    close(plannedError(plan), error, 3)
    expect(Math.abs(detectableShift(plan) - shift)).toBeLessThan(0.0051)
  }
})

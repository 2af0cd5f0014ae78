/** Statistics under data whose truth is known: recovery, coverage, false alarms, with uneven groups. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import { agreementSuite } from './agreement'
import { baselinePairs } from './baselines'
import { calibrate } from './calibration'
import { certificate } from './certificate'
import type { Cluster } from './clusters'
import { conformalSplit } from './conformal'
import { calibrationSplit } from './correctedPassRate'
import { averageRanks, concordance, kendallTau, spearman } from './correlation'
import { equivalence } from './equivalence'
import { isotonic, mapped } from './isotonic'
import { calibratedJury, errorCorrelations, juryGrade, needsRerun } from './jury'
import { gridOf, kappa, levelsOf } from './kappa'
import { benjaminiHochberg, benjaminiYekutieli, holm } from './multiplicity'
import type { PairedGrade } from './pairs'
import { passTable } from './passTable'
import { signFlip } from './permutation'
import { overlapForKappa, problemsFor } from './planner'
import { partialPooling, type PoolCell } from './pooling'
import { ppi } from './ppi'
import { proofStyle } from './proofStyle'
import { clusteredRegression, coefficientTest } from './regression'
import { roc, thresholdSweep } from './roc'
import { scaleUse } from './scaleUse'
import { selfConsistency } from './selfConsistency'
import { familyOf, isSameModel, selfPreference } from './selfPreference'
import { additiveSeverity, connectedRaters, manyFacetRasch, type Rating } from './severity'
import { transportAudit } from './support'
import { SELF_PREFERENCE, syntheticPairs, syntheticProofs } from './synthetic'
import { bradleyTerry, orderSwap } from './bradleyTerry'
import { altTest } from './altTest'

const score = fc.integer({ min: 0, max: 4 }).map((v) => v / 4)
const scorePairs = fc.array(fc.tuple(score, score), { minLength: 2, maxLength: 60 })

describe('identities', () => {
  test('quadratic κ is Lin’s concordance on a uniform grid', () => {
    fc.assert(fc.property(scorePairs, (list) => {
      const [x, y] = [list.map((p) => p[0]), list.map((p) => p[1])]
      const [a, b] = [kappa(x, y, levelsOf(4), 'quadratic'), concordance(x, y)]
      if (a === null || b === null) expect(a).toBe(b)
      else expect(a).toBeCloseTo(b, 9)
    }))
  })
  test('τ-b counted by classes is τ-b counted pair by pair', () => {
    fc.assert(fc.property(scorePairs, (list) => {
      let [c, d, t1, t2, both] = [0, 0, 0, 0, 0]
      for (let i = 0; i < list.length; i++) for (let j = i + 1; j < list.length; j++) {
        const [dx, dy] = [list[i]![0] - list[j]![0], list[i]![1] - list[j]![1]]
        if (dx === 0 && dy === 0) both++
        else if (dx === 0) t1++
        else if (dy === 0) t2++
        else if (dx * dy > 0) c++
        else d++
      }
      const [x, y] = [list.map((p) => p[0]), list.map((p) => p[1])]
      for (const [ties, more] of [['oneSide', 0], ['bothSides', both]] as const) {
        const below = Math.sqrt((c + d + t1 + more) * (c + d + t2 + more))
        const tau = kendallTau(x, y, ties)
        if (below === 0) expect(tau).toBeNull()
        else expect(tau).toBeCloseTo((c - d) / below, 9)
      }
    }))
  })
  test('AUC is the concordance of passing over failing proofs, ties half; the curve runs from (0,0) to (1,1)', () => {
    fc.assert(fc.property(scorePairs, (list) => {
      const pairs = list.map(([judge, human], i) => pairOf(`p${i}`, judge, human))
      const curve = roc(pairs, 0.9)
      const [pass, fail] = [pairs.filter((p) => p.human >= 0.9), pairs.filter((p) => p.human < 0.9)]
      if (pass.length === 0 || fail.length === 0) {
        expect(curve).toBeNull()
        return
      }
      let wins = 0
      for (const a of pass) for (const b of fail) wins += a.judge > b.judge ? 1 : a.judge === b.judge ? 0.5 : 0
      expect(curve!.auc).toBeCloseTo(wins / pass.length / fail.length, 9)
      expect(curve!.points[0]).toMatchObject({ falseHigh: 0, trueHigh: 0 })
      expect(curve!.points.at(-1)).toMatchObject({ falseHigh: 1, trueHigh: 1 })
    }))
  })
  test('isotonic maps rise, keep the mean, and are exact on rising data', () => {
    fc.assert(fc.property(scorePairs, (list) => {
      const [x, y] = [list.map((p) => p[0]), list.map((p) => p[1])]
      const map = isotonic(x, y)
      for (let i = 1; i < map.knots.length; i++) expect(map.knots[i]!.y).toBeGreaterThanOrEqual(map.knots[i - 1]!.y - 1e-12)
      expect(x.reduce((sum, v) => sum + mapped(map, v), 0)).toBeCloseTo(y.reduce((a, b) => a + b, 0), 9)
    }))
    expect(mapped(isotonic([0, 0.5, 1], [0.1, 0.4, 0.9]), 0.75)).toBeCloseTo(0.65, 12)
  })
  test('a jury’s minimum never exceeds a member; majority decides as the majority does', () => {
    fc.assert(fc.property(fc.array(score, { minLength: 1, maxLength: 7 }), (grades) => {
      expect(juryGrade(grades, 'min')!).toBeLessThanOrEqual(Math.min(...grades))
      for (const rule of ['mean', 'median', 'majority', 'trimmed'] as const) {
        expect(juryGrade(grades, rule)!).toBeGreaterThanOrEqual(Math.min(...grades) - 1e-12)
        expect(juryGrade(grades, rule)!).toBeLessThanOrEqual(Math.max(...grades) + 1e-12)
      }
      expect(juryGrade(grades, 'majority', 0.7)! >= 0.7).toBe(grades.filter((g) => g >= 0.7).length * 2 > grades.length)
    }))
    expect(juryGrade([], 'mean')).toBeNull()
    expect([needsRerun([0.1, 0.4], 0.3), needsRerun([0.1, 0.41], 0.3), needsRerun([1], 0)]).toEqual([false, true, false])
  })
  test('ranks share ties; a monotone change leaves Spearman', () => {
    expect(averageRanks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2])
    expect(spearman([1, 2, 3, 5], [1, 8, 27, 64])).toBeCloseTo(1, 12)
    expect(spearman([1, 1], [1, 2])).toBeNull()
  })
})

test('adjusted p-values of a known vector', () => {
  const p = [0.01, 0.04, 0.03, 0.005]
  expect(holm(p).map((v) => Number(v.toFixed(9)))).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(benjaminiHochberg(p).map((v) => Number(v.toFixed(9)))).toEqual([0.02, 0.04, 0.04, 0.02])
  benjaminiYekutieli(p).forEach((v, i) => expect(v).toBeCloseTo([0.02, 0.04, 0.04, 0.02][i]! * (1 + 1 / 2 + 1 / 3 + 1 / 4), 9))
  expect([holm([]), benjaminiHochberg([])]).toEqual([[], []])
})

test('sign flips: exact for few problems, about 5 % false alarms for uneven many', () => {
  expect(signFlip([1, 1, 1], 3, Random.seed(1))).toMatchObject({ p: 2 / 8, isExact: true, difference: 1 })
  const random = Random.seed(77)
  let alarms = 0
  const studies = 400
  for (let s = 0; s < studies; s++) {
    const sums = Array.from({ length: 30 }, () => (1 + random.below(6)) * random.normal())
    if (signFlip(sums, 100, random, 400)!.p < 0.05) alarms++
  }
  expect(alarms / studies).toBeGreaterThan(0.025)
  expect(alarms / studies).toBeLessThan(0.08)
})

test('equivalence: large n around 0 is equivalent, a clear shift is different, six problems cannot tell', () => {
  const random = Random.seed(4)
  const make = (G: number, shift: number): Cluster[] => Array.from({ length: G }, (_, i) => ({ problemId: `${i}`, count: 5, difference: 5 * (shift + 0.15 * random.normal()), headroom: 1 }))
  expect(equivalence(make(400, 0), 0.05)!.verdict).toBe('equivalent')
  expect(equivalence(make(400, 0.2), 0.05)!.verdict).toBe('different')
  expect(equivalence(make(6, 0.03), 0.02)!.verdict).toBe('cannotTell')
  expect(equivalence(make(1, 0), 0.05)).toBeNull()
  // At the very margin the chance of "equivalent" is α.
  let wrong = 0
  for (let s = 0; s < 600; s++) if (equivalence(make(25, 0.1), 0.1)!.verdict === 'equivalent') wrong++
  expect(wrong / 600).toBeGreaterThan(0.025)
  expect(wrong / 600).toBeLessThan(0.08)
})

test('partial pooling: shrunk cells err less than raw ones, and their intervals cover', () => {
  const random = Random.seed(13)
  let [raw, shrunk, held, cells] = [0, 0, 0, 0]
  for (let s = 0; s < 60; s++) {
    const judges = Array.from({ length: 7 }, () => 0.12 * random.normal())
    const domains = [41, 49, 41, 11, 6, 36, 19, 25, 24, 20].map((G) => ({ G, effect: 0.05 * random.normal() }))
    const truth: number[] = []
    const data = judges.flatMap((a, j) => domains.map(({ G, effect }, d): PoolCell => {
      const mean = a + effect + 0.03 * random.normal()
      truth.push(mean)
      const values = Array.from({ length: G }, () => mean + 0.2 * random.normal())
      const m = values.reduce((x, y) => x + y, 0) / G
      return { row: `j${j}`, column: `d${d}`, mean: m, problems: G, variance: values.reduce((x, y) => x + (y - m) ** 2, 0) / (G - 1) }
    }))
    const pooled = partialPooling(data)!
    pooled.cells.forEach((c, i) => {
      raw += (c.mean - truth[i]!) ** 2
      shrunk += (c.shrunk - truth[i]!) ** 2
      if (c.low <= truth[i]! && truth[i]! <= c.high) held++
      cells++
    })
  }
  expect(shrunk).toBeLessThan(0.8 * raw)
  expect(held / cells).toBeGreaterThan(0.93)
  expect(held / cells).toBeLessThan(0.97)
})

test('regression: a planted slope comes back with clustered errors; shuffled predictors show nothing', () => {
  const random = Random.seed(6)
  let [held, alarms] = [0, 0]
  for (let s = 0; s < 300; s++) {
    const x: number[] = []
    const y: number[] = []
    const clusters: string[] = []
    for (let g = 0; g < 40; g++) {
      const shared = 0.1 * random.normal()
      const level = random.normal()
      for (let i = 1 + random.below(5); i > 0; i--) {
        x.push(level + random.normal())
        y.push(0.05 * x.at(-1)! + shared + 0.1 * random.normal())
        clusters.push(`${g}`)
      }
    }
    const { low, high } = coefficientTest(clusteredRegression([x], y, clusters)!, 1)!
    if (low <= 0.05 && 0.05 <= high) held++
    if (coefficientTest(clusteredRegression([random.shuffled(x)], y, clusters)!, 1)!.p < 0.05) alarms++
  }
  expect(held / 300).toBeGreaterThan(0.9)
  expect(alarms / 300).toBeLessThan(0.09)
  expect(clusteredRegression([[1, 2, 3], [2, 4, 6]], [1, 2, 3], ['a', 'b', 'c'])).toBeNull()
})

test('self-preference: +0.10 planted in the unclipped set is found; families are read from names', () => {
  let total = 0
  for (let seed = 1; seed <= 12; seed++) {
    const proofs = syntheticProofs(seed, false)
    const pairs = [0, 1, 2, 4, 5, 6].flatMap((j) => syntheticPairs(proofs, j))
    total += selfPreference(pairs, 'Judge C', new Set(['Solver 2']), ['Judge A', 'Judge B', 'Judge E', 'Judge F', 'Judge G'], { replicates: 100, seed })!.estimate! / 12
  }
  expect(Math.abs(total - SELF_PREFERENCE)).toBeLessThan(0.01)
  expect(['GPT-5 Pro', 'o3-deep-research', 'Claude Opus 4.5', 'DeepSeek-Prover-V2', 'Qwen 2.5 Max', 'Judge A'].map(familyOf)).toEqual(['OpenAI', 'OpenAI', 'Anthropic', 'DeepSeek', 'Alibaba', null])
  expect([isSameModel('GPT-5 Pro', 'gpt-5-pro'), isSameModel('GPT-5', 'GPT-5 Pro')]).toEqual([true, false])
})

test('calibration keeps the mean and lowers the error of unseen problems', () => {
  const pairs = syntheticPairs(syntheticProofs(3), 5)
  const c = calibrate(pairs, Random.seed(1))!
  expect(c.maeAfter).toBeLessThan(c.maeBefore)
  expect(Math.abs(c.biasAfter)).toBeLessThan(0.01)
  expect(c.biasBefore).toBeGreaterThan(0.1)
  expect(calibrate(pairs.slice(0, 1), Random.seed(1))).toBeNull()
})

test('conformal intervals hold the human grade of unseen problems in 90 ± 2 % on average', () => {
  let total = 0
  for (let seed = 1; seed <= 60; seed++) total += conformalSplit(syntheticPairs(syntheticProofs(seed), 1), 0.1, null, Random.seed(seed))!.coverage / 60
  expect(total).toBeGreaterThan(0.88)
  expect(total).toBeLessThan(0.92)
})

test('PPI++ intervals cover the true mean, clustered by problem', () => {
  let held = 0
  for (let seed = 1; seed <= 300; seed++) {
    const random = Random.seed(seed, 9)
    const make = (G: number, offset: number) => Array.from({ length: G }, (_, g) => {
      const shared = 0.15 * random.normal()
      return Array.from({ length: 1 + random.below(5) }, () => {
        const human = 0.6 + shared + 0.15 * random.normal()
        return { human, judge: human + 0.2 + 0.1 * random.normal(), cluster: `${offset + g}` }
      })
    }).flat()
    const estimate = ppi(make(60, 0), make(200, 1000))!
    if (estimate.ppiPlus.low <= 0.6 && 0.6 <= estimate.ppiPlus.high) held++
    expect(estimate.ppiPlus.standardError).toBeLessThanOrEqual(estimate.classical.standardError * 1.02)
  }
  expect(held / 300).toBeGreaterThan(0.915)
})

describe('severity', () => {
  const simulate = (seed: number, share: number) => {
    const random = Random.seed(seed)
    const severities = [-1.2, -0.6, -0.2, 0.1, 0.4, 0.7, 0.8]
    const steps = [-1, -0.3, 0.3, 1]
    const ratings: Rating[] = []
    for (let p = 0; p < 300; p++) {
      const theta = 1.2 * random.normal()
      severities.forEach((lambda, r) => {
        if (random.unit() > share) return
        const weights = [1]
        for (const tau of steps) weights.push(weights.at(-1)! * Math.exp(theta - lambda - tau))
        let u = random.unit() * weights.reduce((a, b) => a + b, 0)
        let k = 0
        while (u > weights[k]!) u -= weights[k++]!
        ratings.push({ proof: `${p}`, rater: `r${r}`, score: k / 4 })
      })
    }
    return { severities, steps, ratings }
  }
  test.each([1, 0.6])('the many-facet model recovers planted severities (share of grades present %f)', (share) => {
    const { severities, ratings } = simulate(5, share)
    const fit = manyFacetRasch(ratings, levelsOf(4))
    expect(fit.isConverged).toBe(true)
    const found = fit.raters.map((r) => r.severity)
    expect(spearman(found, severities)).toBeGreaterThan(0.95)
    found.forEach((v, i) => expect(Math.abs(v - severities[i]!)).toBeLessThan(0.25))
    for (const r of fit.raters) {
      expect(r.infit).toBeGreaterThan(0.7)
      expect(r.infit).toBeLessThan(1.3)
    }
  })
  test('raters without a common proof are refused', () => {
    const ratings = [{ proof: 'a', rater: 'x', score: 1 }, { proof: 'b', rater: 'y', score: 0 }]
    expect(connectedRaters(ratings)).toEqual([['x'], ['y']])
    expect(() => additiveSeverity(ratings)).toThrow('share no proof')
    expect(() => manyFacetRasch(ratings, levelsOf(4))).toThrow('share no proof')
  })
  test('additive severities with gaps agree with the planted ones', () => {
    const random = Random.seed(2)
    const planted = [-0.1, 0, 0.02, 0.08]
    const ratings = Array.from({ length: 200 }, (_, p) => {
      const level = random.unit()
      return planted.flatMap((s, r) => (random.unit() < 0.5 ? [{ proof: `${p}`, rater: `${r}`, score: level + s }] : []))
    }).flat()
    const { byRater } = additiveSeverity(ratings)
    planted.forEach((s, r) => expect(byRater.get(`${r}`)).toBeCloseTo(s, 6))
  })
})

test('transport: the five states and the badges', () => {
  const random = Random.seed(1)
  const make = (n: number, low: number, high: number, bias: number) => Array.from({ length: n }, (_, i) => {
    const human = low + (high - low) * random.unit()
    return pairOf(`p${i}`, human + 0.05 * random.normal(), human - bias, `t${bias}${i}`)
  })
  const source = make(400, 0, 1, 0)
  expect(transportAudit(source, make(200, 0.2, 0.8, 0), 0.05)).toMatchObject({ badge: 'supported', state: 'PASS' })
  expect(transportAudit(source, make(200, 0.2, 0.8, 0.2), 0.05).state).toBe('FAIL')
  expect(transportAudit(source, make(4, 0.2, 0.8, 0.04), 0.05).state).toBe('INCONCLUSIVE')
  expect(transportAudit(source, make(9, 0.2, 0.8, 0).map((p) => ({ ...p, human: null })), 0.05).state).toBe('NOT_GRADED')
  expect(transportAudit(source.slice(0, 5), make(9, 0.2, 0.8, 0), 0.05)).toMatchObject({ badge: 'REFUSE-LEVEL', state: 'NOT_CHECKED' })
  expect(transportAudit(make(50, 0, 0.4, 0), make(50, 0.6, 1, 0), 0.05).badge).toBe('REFUSE-LEVEL')
})

test('baselines: always-pass has κ 0, specificity 0 and inflation 1 − human mean; a real judge beats chance', () => {
  const pairs = syntheticPairs(syntheticProofs(1), 3)
  const of = (kind: Parameters<typeof baselinePairs>[0]) => baselinePairs(kind, pairs, (id) => id.length, Random.seed(1))!
  const pass = of('always pass')
  expect(passTable(pass, 0.9)).toMatchObject({ specificity: 0, kappa: 0 })
  expect(agreementSuite(pass, levelsOf(4))!.bias).toBeCloseTo(1 - pairs.reduce((s, p) => s + p.human, 0) / pairs.length, 12)
  expect(Math.abs(agreementSuite(of('random'), levelsOf(4))!.pearson!)).toBeLessThan(0.1)
  expect(agreementSuite(of('human mean'), levelsOf(4))!.pearson).toBeNull()
  expect(agreementSuite(pairs, levelsOf(4))!.pearson!).toBeGreaterThan(0.7)
  expect(baselinePairs('length only', pairs, () => null, Random.seed(1))).toBeNull()
})

test('self-consistency: equal runs have no spread; noisy ones gain from a median', () => {
  const random = Random.seed(3)
  const human = new Map(Array.from({ length: 200 }, (_, i) => [`${i}`, random.unit()]))
  const same = new Map([...human].map(([id, h]) => [id, [h, h, h]]))
  expect(selfConsistency(same, human, 0.9)).toMatchObject({ sd: 0, flipRate: 0, runs: 3, proofs: 200, icc: expect.closeTo(1, 12) })
  const noisy = new Map([...human].map(([id, h]) => [id, Array.from({ length: 5 }, () => h + 0.2 * random.normal())]))
  const found = selfConsistency(noisy, human, 0.9)!
  expect(found.sd).toBeCloseTo(0.2, 1)
  expect(found.error!.joined.median).toBeLessThan(found.error!.single)
  expect(selfConsistency(new Map([['a', [1]]]), human, 0.9)).toBeNull()
})

test('a calibrated jury weighs the closer judge more', () => {
  const random = Random.seed(9)
  const human = new Map(Array.from({ length: 300 }, (_, i) => [`${i}`, random.unit()]))
  const judge = (sd: number) => new Map([...human].map(([id, h]) => [id, h + 0.2 + sd * random.normal()]))
  const scores = new Map([['near', judge(0.05)], ['far', judge(0.3)]])
  const jury = calibratedJury(scores, human, new Set([...human.keys()].slice(0, 150)))
  expect(jury.weights.get('near')!).toBeGreaterThan(0.8)
  const unseen = [...human].slice(150)
  const error = unseen.reduce((sum, [id, h]) => sum + Math.abs(jury.grade(id)! - h), 0) / unseen.length
  expect(error).toBeLessThan(0.06)
  expect(jury.grade('nowhere')).toBeNull()
  expect(errorCorrelations(new Map([['a', new Map([['x', 0.1], ['y', 0.3]])], ['b', new Map([['x', 0.2], ['y', 0.6]])]]))[0]).toMatchObject({ r: expect.closeTo(1, 12), proofs: 2 })
})

test('a judge as good as the humans passes the alt-test, a careless one does not', () => {
  const random = Random.seed(21)
  const items = Array.from({ length: 80 }, (_, i) => [`${i}`, random.unit()] as const)
  const rater = (sd: number) => new Map(items.map(([id, h]) => [id, h + sd * random.normal()]))
  const humans = new Map([['a', rater(0.1)], ['b', rater(0.1)], ['c', rater(0.1)]])
  expect(altTest(rater(0.05), humans)!.isPassed).toBe(true)
  expect(altTest(rater(0.5), humans)!.isPassed).toBe(false)
})

test('Bradley–Terry finds a pull of the first slot; the swap table counts flips', () => {
  const win = (x: number) => 1 / (1 + Math.exp(-x))
  const strength = { a: 0.5, b: 0, c: -0.5 }
  const names = ['a', 'b', 'c'] as const
  const results = names.flatMap((x) => names.filter((y) => y !== x).map((y) => ({ first: x, second: y, count: 1000, wins: 1000 * win(strength[x] - strength[y] + 0.4) })))
  const fit = bradleyTerry(results, true)
  expect(fit.firstSlot).toBeCloseTo(0.4, 6)
  names.forEach((n) => expect(fit.strength.get(n)).toBeCloseTo(strength[n], 6))
  expect(bradleyTerry([{ first: 'a', second: 'b', wins: 5, count: 5 }]).isConverged).toBe(false)
  expect(orderSwap([{ forward: 1, backward: 2 }, { forward: 1, backward: 1 }, { forward: 0, backward: 0 }])).toEqual({ pairs: 3, flipRate: 1 / 3, firstShare: (1 + 2 + 1) / 6 })
})

test('style is counted, not judged; scale use; certificates flip at the bound; plans', () => {
  const style = proofStyle('# Proof\n\nClearly $x^2 \\ge 0$. By a well-known result, done.\n- one\n- two')
  expect(style).toMatchObject({ words: 10 })
  expect([style.hedges > 0, style.authority > 0, style.headings > 0, style.lists > 0, style.latex > 0.1]).toEqual([true, true, true, true, true])
  expect(proofStyle('')).toMatchObject({ words: 0, latex: 0, hedges: 0 })
  expect(scaleUse([1, 1, 1])).toMatchObject({ entropy: 0, atFull: 1, atZero: 0 })
  expect(scaleUse([])).toBeNull()
  const bound = certificate({ tp: 100, fp: 10, fn: 10, tn: 100 }).sensitivityLow!
  expect([certificate({ tp: 100, fp: 10, fn: 10, tn: 100 }, bound).isCertified, certificate({ tp: 100, fp: 10, fn: 10, tn: 100 }, bound + 1e-9).isCertified]).toEqual([true, false])
  expect(certificate({ tp: 5, fp: 0, fn: 0, tn: 0 }).isCertified).toBe(false)
  expect(problemsFor(0.05, { proofsPerProblem: 5, sd: 0.3, rho: 0.3 })).toBe(61)
  expect(overlapForKappa(0.1, 0.6, 0.5)).toBe(246)
  expect(calibrationSplit(100, 0.5, 0.8, 0.8)).toEqual({ m0: 50, m1: 50 })
  expect(calibrationSplit(100, 0.9, 0.5, 0.99).m0).toBeGreaterThan(20)
  expect([gridOf([0, 0.25, 1]), gridOf([0.123456])]).toEqual([levelsOf(4), null])
})

test('the sweep is complete and the pass rate falls with the threshold', () => {
  const sweep = thresholdSweep(syntheticPairs(syntheticProofs(1), 0), 20)
  expect(sweep.length).toBe(21)
  for (let i = 1; i < 21; i++) expect(sweep[i]!.judgeRate.rate).toBeLessThanOrEqual(sweep[i - 1]!.judgeRate.rate)
})

function pairOf(problemId: string, judge: number, human: number, proofId = problemId): PairedGrade {
  return { proofId, problemId, domain: '', solver: 's', judgeId: 'j', judge, human }
}

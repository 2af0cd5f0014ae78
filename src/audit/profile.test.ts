import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import type { JudgeProfile } from '../proofs/judgeProfile'
import { gapOnset } from './gapOnset'
import { expectedScore, fitProfile, predictedInflation, simulatedScore, type ProfilePair } from './profile'
import { publishedProfile, PUBLISHED_INFLATION, PUBLISHED_PROFILES } from './publishedProfiles'

const EVEN = Array.from({ length: 8 }, (_, k) => k / 7)

/** Proofs graded by the profile itself: what an audit of that judge would see. */
function audited(profile: JudgeProfile, n: number, seed: number): ProfilePair[] {
  const random = Random.seed(seed)
  return Array.from({ length: n }, (_, i) => {
    const human = random.below(8) / 7
    const logLength = 5 + 0.8 * random.normal()
    return { problemId: `P${i % 400}`, human, logLength, judge: simulatedScore(profile, human, (logLength - 5) / 0.8, random) }
  })
}

describe('the published profiles', () => {
  test('inflate by exactly the published number where the human mean is 0.50', () => {
    expect(PUBLISHED_PROFILES.map((p) => predictedInflation(p, EVEN)!)).toEqual(Object.values(PUBLISHED_INFLATION).map((v) => expect.closeTo(v, 12)))
    for (const profile of PUBLISHED_PROFILES) expect(predictedInflation(profile, [1, 1])).toBe(0) // no headroom
    expect(predictedInflation(PUBLISHED_PROFILES[0]!, [])).toBeNull()
  })

  test('keep the order of proofs: a better one is never expected to score lower', () => {
    for (const profile of PUBLISHED_PROFILES) for (let t = 0; t < 0.99; t += 0.01) expect(expectedScore(profile, t + 0.01)).toBeGreaterThan(expectedScore(profile, t) - 1e-12)
  })

  test('what is drawn has the mean that is predicted, at every level', () => {
    const random = Random.seed(4)
    for (const profile of PUBLISHED_PROFILES)
      for (const truth of EVEN) {
        const n = 20_000
        let sum = 0
        for (let i = 0; i < n; i++) sum += simulatedScore(profile, truth, 0, random)
        expect(sum / n, `${profile.name} at ${truth}`).toBeCloseTo(expectedScore(profile, truth), 1.9) // 4 standard errors
      }
  })
})

test('a score is from 0 to 1, whatever the profile, the proof and its length; the same chance gives the same score', () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: -6, max: 6, noNaN: true }), fc.double({ min: 0, max: 0.5, noNaN: true }), fc.double({ min: -0.3, max: 0.3, noNaN: true }), fc.integer(), (truth, z, inflation, lengthSlope, seed) => {
    const profile = { ...publishedProfile('x', inflation), lengthSlope }
    const score = simulatedScore(profile, truth, z, Random.seed(seed))
    expect(score).toBeGreaterThanOrEqual(0)
    expect(score).toBeLessThanOrEqual(1)
    expect(simulatedScore(profile, truth, z, Random.seed(seed))).toBe(score)
  }))
})

describe('fitProfile', () => {
  test('finds the profile that graded the audit', () => {
    const planted: JudgeProfile = { ...publishedProfile('planted', 0.3), lengthSlope: 0.03, length: { mean: 5, sd: 0.8 } }
    const found = fitProfile('found', audited(planted, 40_000, 1), 0.9)!
    expect(found.severity).toBeCloseTo(0.3, 1.7)
    expect(found.falseHighRate).toBeCloseTo(planted.falseHighRate, 1.7)
    expect(found.falseHighScore).toBeCloseTo(1, 6)
    expect(found.lengthSlope).toBeGreaterThan(0.005) // false highs and the ends of the scale hide part of it
    expect(found.lengthSlope).toBeLessThan(0.035)
    expect(found.length!.mean).toBeCloseTo(5, 1)
    found.levels.forEach((level, k) => {
      expect(level.mean, `mean ${k}`).toBeCloseTo(planted.levels[k]!.mean, 1.5)
      expect(level.falseHigh, `false high ${k}`).toBeCloseTo(planted.levels[k]!.falseHigh, 1.3)
      if (k < 7) expect(Math.abs(level.sd - planted.levels[k]!.sd), `sd ${k}`).toBeLessThan(0.045)
    })
    // Used on other proofs, the fit predicts what the judge itself would do.
    for (const truths of [EVEN, [0, 0, 0.2], [0.7, 0.9, 1]]) expect(Math.abs(predictedInflation(found, truths)! - predictedInflation(planted, truths)!)).toBeLessThan(0.02)
  })

  test('by hand: four proofs', () => {
    const pair = (human: number, judge: number): ProfilePair => ({ problemId: 'P', human, judge, logLength: null })
    const profile = fitProfile('hand', [pair(0, 0.2), pair(0, 0.4), pair(0, 1), pair(1, 1)], 0.9)!
    expect(profile).toMatchObject({ severity: 0.4, falseHighRate: 1 / 3, falseHighScore: 1, lengthSlope: 0, length: null })
    expect(profile.levels[0]).toEqual({ truth: 0, mean: expect.closeTo(0.3, 12), sd: expect.closeTo(0.1414, 4), falseHigh: 1 / 3, proofs: 3 })
    expect(profile.levels[7]).toMatchObject({ mean: 1, proofs: 1 })
    expect(profile.levels[3]!.proofs).toBe(0)
    expect(profile.levels[3]!.falseHigh).toBeCloseTo((1 / 3) * (4 / 7), 12) // between its neighbours
    expect(predictedInflation(profile, [0, 0, 0, 1])).toBeCloseTo(0.4, 12) // over the proofs of the fit: their own inflation
    expect(fitProfile('none', [], 0.9)).toBeNull()
  })

  test('an exact judge has no bias, on human grades of quarters too', () => {
    const profile = fitProfile('exact', [0, 0.25, 0.5, 0.75, 1].map((human) => ({ problemId: 'P', human, judge: human, logLength: null })), 0.9)!
    for (const truth of EVEN) expect(expectedScore(profile, truth)).toBeCloseTo(truth, 12)
    expect(profile.falseHighRate).toBe(0)
  })
})

describe('gapOnset', () => {
  const noise = (i: number) => 0.01 * Math.sin(7 * i)
  test.each<[string, (number | null)[], (onset: number | null) => boolean]>([
    ['flat', Array.from({ length: 40 }, (_, i) => 0.1 + noise(i)), (o) => o === null],
    ['runs away half way', Array.from({ length: 40 }, (_, i) => 0.1 + noise(i) + (i >= 20 ? 0.02 * (i - 20) : 0)), (o) => o !== null && o >= 18 && o <= 24],
    ['rises and comes back', Array.from({ length: 40 }, (_, i) => 0.1 + noise(i) + (i > 10 && i < 25 ? 0.2 : 0)), (o) => o === null],
    ['up in the last steps alone', Array.from({ length: 40 }, (_, i) => 0.1 + noise(i) + (i >= 35 ? 0.3 : 0)), (o) => o === null],
    ['falls', Array.from({ length: 40 }, (_, i) => 0.3 - 0.005 * i + noise(i)), (o) => o === null],
    ['zero throughout', Array.from({ length: 40 }, () => 0), (o) => o === null],
    ['too short', [0, 0, 1, 1], (o) => o === null],
    ['with steps that had no grades', Array.from({ length: 40 }, (_, i) => (i % 9 === 4 ? null : 0.1 + noise(i) + (i >= 20 ? 0.02 * (i - 20) : 0))), (o) => o !== null && o >= 17 && o <= 25],
  ])('%s', (_, gaps, isRight) => expect(isRight(gapOnset(gaps))).toBe(true))
})

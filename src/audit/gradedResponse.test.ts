import { describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import { pearson } from './correlation'
import { gradedResponse } from './gradedResponse'
import { levelsOf } from './kappa'
import type { Rating } from './severity'

const LEVELS = levelsOf(4)
/** a and thresholds b of each rater. */
const RATERS: Readonly<Record<string, { a: number; b: readonly number[] }>> = {
  sharp: { a: 2.5, b: [-1, -0.3, 0.4, 1.1] }, usual: { a: 1.5, b: [-1.2, -0.4, 0.3, 1] }, lenient: { a: 1.5, b: [-2.2, -1.4, -0.7, 0] },
  strict: { a: 1.5, b: [-0.2, 0.6, 1.3, 2] }, dull: { a: 0.5, b: [-2, -0.7, 0.7, 2] },
}

function simulated(proofs: number, seed: number, raters = RATERS): { ratings: Rating[]; quality: number[] } {
  const random = Random.seed(seed)
  const quality = Array.from({ length: proofs }, () => random.normal())
  const ratings = quality.flatMap((theta, p) => Object.entries(raters).map(([rater, { a, b }]) => {
    const unit = random.unit()
    return { proof: `P${p}`, rater, score: LEVELS[b.filter((bk) => unit < 1 / (1 + Math.exp(-a * (theta - bk)))).length]! }
  }))
  return { ratings, quality }
}

describe('gradedResponse', () => {
  test('recovers discrimination, thresholds and the order of proofs', () => {
    const { ratings, quality } = simulated(1500, 5)
    const fit = gradedResponse(ratings, LEVELS)
    expect(fit.isConverged).toBe(true)
    for (const { rater, discrimination, thresholds, discriminationError } of fit.raters) {
      const { a, b } = RATERS[rater]!
      expect(Math.abs(discrimination - a), `a of ${rater}`).toBeLessThan(4 * discriminationError + 0.05)
      thresholds.forEach((t, k) => expect(Math.abs(t - b[k]!), `b ${k} of ${rater}`).toBeLessThan(0.3))
    }
    expect(pearson([...fit.proofs.values()], quality)!).toBeGreaterThan(0.85)
    const severity = (rater: string) => fit.raters.find((r) => r.rater === rater)!.severity
    expect(severity('strict')).toBeGreaterThan(severity('usual'))
    expect(severity('usual')).toBeGreaterThan(severity('lenient'))
  })

  test('the interval of a discrimination, which takes qualities as known, holds it in four of five cases at least', () => {
    let held = 0
    let asked = 0
    for (let seed = 0; seed < 24; seed++)
      for (const { rater, discrimination, discriminationError } of gradedResponse(simulated(200, 500 + seed).ratings, LEVELS).raters) {
        asked++
        if (Math.abs(discrimination - RATERS[rater]!.a) <= 1.96 * discriminationError) held++
      }
    expect(held / asked, `${held} of ${asked}`).toBeGreaterThan(0.8)
    expect(held / asked).toBeLessThan(0.97)
  })

  test('severity over 20 sets: r > 0.95 with what was planted', () => {
    const found: number[] = []
    const planted: number[] = []
    for (let seed = 0; seed < 20; seed++)
      for (const r of gradedResponse(simulated(150, 100 + seed).ratings, LEVELS).raters.filter((x) => x.rater !== 'dull')) {
        found.push(r.severity)
        planted.push(RATERS[r.rater]!.b.reduce((x, y) => x + y, 0) / 4)
      }
    expect(pearson(found, planted)!).toBeGreaterThan(0.95)
  })

  test('a rater who never uses a level, and one who says the same to all, keep finite numbers', () => {
    const { ratings } = simulated(200, 9)
    const more = Array.from({ length: 200 }, (_, p) => [{ proof: `P${p}`, rater: 'constant', score: 1 }, { proof: `P${p}`, rater: 'binary', score: p % 2 }]).flat()
    const fit = gradedResponse([...ratings, ...more], LEVELS)
    for (const r of fit.raters) for (const v of [r.discrimination, r.severity, ...r.thresholds]) expect(Number.isFinite(v), r.rater).toBe(true)
    expect(Math.abs(fit.raters.find((r) => r.rater === 'binary')!.discrimination)).toBeLessThan(0.5) // it tosses a coin
  })

  test('a design that is not connected is refused; the order of the rows changes nothing', () => {
    expect(() => gradedResponse([{ proof: 'a', rater: 'x', score: 1 }, { proof: 'b', rater: 'y', score: 0 }], LEVELS)).toThrow('share no proof')
    const { ratings } = simulated(80, 3)
    const [there, back] = [gradedResponse(ratings, LEVELS), gradedResponse([...ratings].reverse(), LEVELS)]
    there.raters.forEach((r, i) => expect(r.discrimination).toBeCloseTo(back.raters[i]!.discrimination, 6))
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import { bootstrapped, cellStream, exactBootstrap } from './bootstrap'
import { clusterError } from './clusterRobust'
import { clustersOf, type Cluster } from './clusters'
import { bcaInterval, invertedCdf, select } from './intervals'
import { matrixBootstrap } from './matrixBootstrap'
import { normalCdf, normalQuantile } from './normal'
import { ResampledSums } from './resampledSums'
import { twelvePairs } from './twelveProofs'

const column = (clusters: readonly Cluster[], of: 'count' | 'difference' | 'headroom') => Float64Array.from(clusters, (c) => c[of])

function meanInterval(clusters: readonly Cluster[], replicates: number, seed: number, method: 'percentile' | 'bca' = 'percentile') {
  return bootstrapped([column(clusters, 'difference'), column(clusters, 'count')], [(s) => s(0) / s(1)], { replicates, seed, method, stream: 'test' })[0]!
}

describe('exact enumeration of the twelve proofs', () => {
  const means = exactBootstrap(clustersOf(twelvePairs('L')))
  test('256 resamples, SD equal to the CR0 error', () => {
    expect(means.length).toBe(256)
    const centre = means.reduce((a, b) => a + b, 0) / 256
    expect(Math.sqrt(means.reduce((a, b) => a + (b - centre) ** 2, 0) / 256)).toBeCloseTo(0.029463, 6)
  })
  test('percentiles by the inverted CDF', () => {
    expect([0.025, 0.5, 0.975].map((p) => Number(invertedCdf(means, p)!.toFixed(9)))).toEqual([0.1875, 0.25, 0.3125])
  })
  test('the seeded bootstrap finds the same percentiles and the same spread', () => {
    const { interval, estimate, standardError } = meanInterval(clustersOf(twelvePairs('L')), 10_000, 1)
    expect([interval!.low, interval!.high, estimate]).toEqual([expect.closeTo(0.1875, 9), expect.closeTo(0.3125, 9), expect.closeTo(0.25, 12)])
    expect(Math.abs(standardError! - 0.029463)).toBeLessThan(0.0006)
  })
})

test('for equal clusters the exact bootstrap has the CR0 error as its spread', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (sums, count) => {
    const clusters = sums.map((difference, i) => ({ problemId: `${i}`, count, difference, headroom: 0 }))
    const means = exactBootstrap(clusters)
    const centre = means.reduce((a, b) => a + b, 0) / means.length
    expect(Math.sqrt(means.reduce((a, b) => a + (b - centre) ** 2, 0) / means.length)).toBeCloseTo(clusterError(clusters, 'CR0')!.standardError, 9)
  }))
})

test('inverted CDF picks drawn values and never interpolates', () => {
  expect(invertedCdf([], 0.5)).toBeNull()
  expect(invertedCdf([3], 0.025)).toBe(3)
  expect(invertedCdf([1, 2, 3, 4], 0.5)).toBe(2)
  expect(invertedCdf([1, 2, 3, 4], 0.51)).toBe(3)
  expect(invertedCdf(Array.from({ length: 40 }, (_, i) => i + 1), 0.025)).toBe(1)
  expect(invertedCdf(Array.from({ length: 10_000 }, (_, i) => i + 1), 0.975)).toBe(9750)
})

test('selection finds what sorting finds, ties and long lists included', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }), fc.nat(), (list, at) => {
    expect(select(Float64Array.from(list), at % list.length)).toBe([...list].sort((a, b) => a - b)[at % list.length])
  }))
  const random = Random.seed(3)
  const long = Float64Array.from({ length: 20_011 }, () => random.normal())
  const sorted = Float64Array.from(long).sort()
  for (const k of [0, 1, 500, 10_005, 19_510, 20_010]) expect(select(long, k)).toBe(sorted[k])
})

test('chunks, however cut, give the same sums, and they are those of a plain resample', () => {
  const random = Random.seed(8)
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: 37 }, () => random.normal()))
  const whole = new ResampledSums(columns, 501, Random.seed(5, 1))
  whole.advance(501)
  const cut = new ResampledSums(columns, 501, Random.seed(5, 1))
  while (cut.done < 501) cut.advance(7)
  const again = Random.seed(5, 1)
  const drawn = new Uint32Array(37)
  for (let r = 0; r < 501; r++) {
    again.fillBelow(37, drawn)
    columns.forEach((values, k) => {
      expect(cut.sums(k)[r]).toBe(whole.sums(k)[r])
      expect(whole.sums(k)[r]).toBeCloseTo(drawn.reduce((sum, g) => sum + values[g]!, 0), 10)
    })
  }
})

test('equal columns are summed once', () => {
  const sums = new ResampledSums([Float64Array.of(1, 2), Float64Array.of(3, 4), Float64Array.of(1, 2)], 10, Random.seed(1))
  sums.advance(10)
  expect(sums.width).toBe(2)
  expect(sums.sums(2)).toEqual(sums.sums(0))
})

test('one problem has no interval; no headroom has no share', () => {
  expect(meanInterval(clustersOf(twelvePairs('L').filter((p) => p.problemId === 'p1')), 100, 1).interval).toBeNull()
  const full = clustersOf(twelvePairs('L').map((p) => ({ ...p, human: 1 })))
  const steps = matrixBootstrap([full], { replicates: 100, seed: 1, method: 'percentile', stream: 't' })
  let step = steps.next()
  while (!step.done) step = steps.next()
  expect(step.value[0]!.inflation).not.toBeNull()
  expect(step.value[0]!.share).toBeNull()
})

test('BCa: symmetric data give about the percentile interval, a long tail shifts it', () => {
  const random = Random.seed(2)
  const make = (of: () => number) => Array.from({ length: 40 }, (_, i): Cluster => ({ problemId: `${i}`, count: 1, difference: of(), headroom: 0 }))
  const even = make(() => random.normal())
  const [percentile, bca] = (['percentile', 'bca'] as const).map((m) => meanInterval(even, 20_000, 1, m).interval!)
  expect(Math.abs(percentile!.low - bca!.low)).toBeLessThan(0.04)
  const skewed = make(() => -Math.log(1 - random.unit()))
  const [p, b] = (['percentile', 'bca'] as const).map((m) => meanInterval(skewed, 20_000, 1, m).interval!)
  expect(b!.low).toBeGreaterThan(p!.low)
  expect(b!.high).toBeGreaterThan(p!.high)
  expect(bcaInterval(Float64Array.of(1, 2, 3), 0, [1, 2])).toBeNull()
})

test('BCa end points against a second program', () => {
  // 1..8 squared, θ = mean, distribution = the 5,000 values below; numpy/scipy give z0 and a of the textbook formula
  const data = [1, 4, 9, 16, 25, 36, 49, 64]
  const mean = 25.5
  const jackknife = data.map((x) => (204 - x) / 7)
  const drawn = Float64Array.from({ length: 5000 }, (_, i) => 10 + (i * 37) % 5000 / 150)
  expect(bcaInterval(drawn, mean, jackknife)).toEqual({ low: expect.closeTo(10.74, 9), high: expect.closeTo(42.3866666667, 9) })
})

test.each([[-8, 6.220960574271786e-16], [-3.5, 2.3262907903552504e-4], [-1.96, 0.024997895148220435], [0, 0.5], [1, 0.8413447460685429], [3.1, 0.9990323967867817], [6, 0.9999999990134123]])(
  'Φ(%f) = %f and back', (x, p) => {
    expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-12)
    if (x <= 3.5) expect(normalQuantile(p)).toBeCloseTo(x, 9)
  })

test('covers a true mean of 0 in simulated studies with uneven problems', () => {
  const random = Random.seed(23)
  const studies = 300
  const held = { percentile: 0, bca: 0, share: 0 }
  for (let s = 0; s < studies; s++) {
    const clusters: Cluster[] = []
    for (let problem = 0; problem < 40; problem++) {
      const count = 1 + random.below(8)
      const shared = 0.1 * random.normal()
      let difference = 0
      for (let i = 0; i < count; i++) difference += shared + 0.2 * random.normal()
      // headroom varies with the problem; the true share of it is 0 too
      clusters.push({ problemId: `${problem}`, count, difference, headroom: count * random.unit() })
    }
    const columns = [column(clusters, 'difference'), column(clusters, 'count'), column(clusters, 'headroom')]
    const options = { replicates: 400, seed: s, stream: 'coverage' }
    const [mean, share] = bootstrapped(columns, [(sum) => sum(0) / sum(1), (sum) => sum(0) / sum(2)], options)
    const [bca] = bootstrapped(columns, [(sum) => sum(0) / sum(1)], { ...options, method: 'bca' })
    for (const [name, { interval }] of [['percentile', mean!], ['share', share!], ['bca', bca!]] as const)
      if (interval!.low <= 0 && 0 <= interval!.high) held[name]++
  }
  // Bootstrap intervals of 40 clusters cover a little less than 95 %.
  for (const count of Object.values(held)) {
    expect(count / studies).toBeGreaterThan(0.9)
    expect(count / studies).toBeLessThan(0.985)
  }
})

test('many draws at once are the draws one by one, and leave the generator where they would', () => {
  for (const n of [1, 2, 3, 7, 272, 65_537, 2 ** 31 + 11, 2 ** 32]) {
    const [one, many] = [Random.seed(9, n), Random.seed(9, n)]
    const drawn = new Uint32Array(500)
    many.fillBelow(n, drawn)
    expect([...drawn]).toEqual(Array.from(drawn, () => one.below(n)))
    expect(many.state()).toEqual(one.state())
  }
})

test('stream names hash as FNV-1a', () => {
  expect([cellStream(''), cellStream('a'), cellStream('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
})

import { describe, expect, test } from 'vitest'
import { Random } from '../base/random'
import { cellStream, ClusterBootstrap, exactBootstrap, invertedCdf } from './bootstrap'
import { clustersOf, type Cluster } from './clusters'
import { twelvePairs } from './twelveProofs'

function run(clusters: readonly Cluster[], replicates: number, seed: number, chunk = replicates): ClusterBootstrap {
  const bootstrap = new ClusterBootstrap(clusters, replicates, Random.seed(seed, cellStream('test')))
  while (bootstrap.done < replicates) bootstrap.advance(chunk)
  return bootstrap
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
  test('the seeded bootstrap finds the same percentiles', () => {
    const { low, high } = run(clustersOf(twelvePairs('L')), 10_000, 1).inflation()!
    expect([low, high]).toEqual([expect.closeTo(0.1875, 9), expect.closeTo(0.3125, 9)])
  })
})

test('inverted CDF picks drawn values and never interpolates', () => {
  expect(invertedCdf([], 0.5)).toBeNull()
  expect(invertedCdf([3], 0.025)).toBe(3)
  expect(invertedCdf([1, 2, 3, 4], 0.5)).toBe(2)
  expect(invertedCdf([1, 2, 3, 4], 0.51)).toBe(3)
  expect(invertedCdf(Array.from({ length: 40 }, (_, i) => i + 1), 0.025)).toBe(1)
  expect(invertedCdf(Array.from({ length: 10_000 }, (_, i) => i + 1), 0.975)).toBe(9750)
})

test('chunks, however cut, give the same interval; another seed another one', () => {
  const clusters = clustersOf(twelvePairs('S')).map((c, i) => ({ ...c, difference: c.difference + 0.013 * i * i }))
  expect(run(clusters, 999, 5, 7).inflation()).toEqual(run(clusters, 999, 5).inflation())
  expect(run(clusters, 999, 6).inflation()).not.toEqual(run(clusters, 999, 5).inflation())
})

test('one problem has no interval; no headroom has no share', () => {
  const clusters = clustersOf(twelvePairs('L').filter((p) => p.problemId === 'p1'))
  expect(run(clusters, 100, 1).inflation()).toBeNull()
  const full = clustersOf(twelvePairs('L').map((p) => ({ ...p, human: 1 })))
  const bootstrap = run(full, 100, 1)
  expect(bootstrap.inflation()).not.toBeNull()
  expect(bootstrap.share()).toBeNull()
})

test('covers a true mean of 0 in simulated studies with uneven problems', () => {
  const random = Random.seed(23)
  const studies = 400
  let held = 0
  let heldShare = 0
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
    const bootstrap = new ClusterBootstrap(clusters, 400, Random.seed(s, 1))
    bootstrap.advance(400)
    const { low, high } = bootstrap.inflation()!
    if (low <= 0 && 0 <= high) held++
    const share = bootstrap.share()!
    if (share.low <= 0 && 0 <= share.high) heldShare++
  }
  // Percentile intervals of 40 clusters cover a little less than 95 %.
  expect(held / studies).toBeGreaterThan(0.9)
  expect(held / studies).toBeLessThan(0.98)
  expect(heldShare / studies).toBeGreaterThan(0.9)
  expect(heldShare / studies).toBeLessThan(0.98)
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

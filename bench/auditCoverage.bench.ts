/**
 * Do the audit's intervals hold the truth as often as they say, and do its tests cry wolf no more than they may?
 * Slow: hundreds of whole synthetic studies. `npm run bench -- auditCoverage [studies]`; the results are committed.
 */
import { bootstrapped } from '../src/audit/bootstrap'
import { clusterInterval } from '../src/audit/clusterRobust'
import { clustersOf, type Cluster } from '../src/audit/clusters'
import { conformalSplit } from '../src/audit/conformal'
import { correctedPassRate } from '../src/audit/correctedPassRate'
import { equivalence } from '../src/audit/equivalence'
import { manyFacetRasch } from '../src/audit/severity'
import { levelsOf } from '../src/audit/kappa'
import type { PairedGrade } from '../src/audit/pairs'
import { signFlip } from '../src/audit/permutation'
import { partialPooling } from '../src/audit/pooling'
import { ppi } from '../src/audit/ppi'
import { selfPreference } from '../src/audit/selfPreference'
import { SELF_PREFERENCE, SEVERITIES, syntheticPairs, syntheticProofs, SYNTHETIC_JUDGES } from '../src/audit/synthetic'
import { spearman } from '../src/audit/correlation'
import { Random } from '../src/base/random'
import { report, type Figure } from './artifact'

const studies = Number(process.argv[2] ?? 300)
const figures: Figure[] = []
const share = (name: string, held: number, of: number, low: number, high: number, note?: string) => {
  figures.push({ name, unit: '%', ours: (100 * held) / of, peer: null, goal: { atLeast: low, atMost: high, of: 'value' }, note: `${of} intervals, accepted ${low} to ${high} %${note ? `; ${note}` : ''}` })
}
const holds = (interval: { low: number; high: number } | null, truth: number) => Number(interval !== null && interval.low <= truth && truth <= interval.high)
const columnsOf = (clusters: readonly Cluster[]) => [Float64Array.from(clusters, (c) => c.difference), Float64Array.from(clusters, (c) => c.count)]
const planted = SEVERITIES.map((s, j) => s + (j === 2 || j === 3 ? SELF_PREFERENCE / 5 : 0))

// Inflation and self-preference on the unclipped 272 × 5 × 7 set.
{
  const held = { t: 0, percentile: 0, bca: 0, did: 0 }
  for (let seed = 1; seed <= studies; seed++) {
    const proofs = syntheticProofs(seed, false)
    const all = SYNTHETIC_JUDGES.map((_, j) => syntheticPairs(proofs, j))
    all.forEach((pairs, j) => {
      const clusters = clustersOf(pairs)
      held.t += holds(clusterInterval(clusters), planted[j]!)
      for (const method of ['percentile', 'bca'] as const)
        held[method] += holds(bootstrapped(columnsOf(clusters), [(s) => s(0) / s(1)], { replicates: 600, seed, stream: `${j}`, method })[0]!.interval, planted[j]!)
    })
    for (const [judge, own] of [[2, 'Solver 2'], [3, 'Solver 4']] as const) {
      const others = SYNTHETIC_JUDGES.filter((_, j) => j !== 2 && j !== 3)
      held.did += holds(selfPreference(all.flat(), SYNTHETIC_JUDGES[judge]!, new Set([own]), others, { replicates: 600, seed })!.interval, SELF_PREFERENCE)
    }
  }
  share('inflation, CR1 t interval, unclipped set', held.t, 7 * studies, 93, 97)
  share('inflation, percentile bootstrap, unclipped set', held.percentile, 7 * studies, 93, 97, '600 draws')
  share('inflation, BCa bootstrap, unclipped set', held.bca, 7 * studies, 93, 97, '600 draws')
  share('self-preference, percentile bootstrap', held.did, 2 * studies, 90, 99)
}

// Few, uneven problems, where normal intervals fail.
{
  const held = { t: 0, normal: 0, percentile: 0, bca: 0 }
  const random = Random.seed(10)
  const n = 4 * studies
  for (let s = 0; s < n; s++) {
    const clusters = Array.from({ length: 11 }, (_, g): Cluster => {
      const count = 1 + random.below(8)
      const shared = 0.15 * random.normal()
      let difference = 0
      for (let i = 0; i < count; i++) difference += shared + 0.25 * random.normal()
      return { problemId: `${g}`, count, difference, headroom: count }
    })
    const interval = clusterInterval(clusters)!
    held.t += holds(interval, 0)
    const [mean, half] = [(interval.low + interval.high) / 2, (interval.high - interval.low) / 2]
    held.normal += holds({ low: mean - (half * 1.96) / 2.228, high: mean + (half * 1.96) / 2.228 }, 0)
    for (const method of ['percentile', 'bca'] as const)
      held[method] += holds(bootstrapped(columnsOf(clusters), [(x) => x(0) / x(1)], { replicates: 1000, seed: s, stream: 's', method })[0]!.interval, 0)
  }
  share('11 uneven problems: CR1, t(G − 1)', held.t, n, 91, 97)
  share('11 uneven problems: percentile bootstrap', held.percentile, n, 85, 96, 'known to run low with few clusters')
  share('11 uneven problems: BCa bootstrap', held.bca, n, 85, 96, 'known to run low with few clusters')
  figures.push({ name: '11 uneven problems: CR1 with 1.96 (not used)', unit: '%', ours: (100 * held.normal) / n, peer: null, note: 'why the lab uses t' })
}

// False alarms.
{
  const random = Random.seed(20)
  const n = 40 * studies
  let [flips, wrong] = [0, 0]
  for (let s = 0; s < n; s++) {
    const sums = Array.from({ length: 40 }, () => (1 + random.below(6)) * random.normal())
    if (signFlip(sums, 100, random, 500)!.p < 0.05) flips++
    const clusters = Array.from({ length: 25 }, (_, g): Cluster => { const count = 1 + random.below(5); return { problemId: `${g}`, count, difference: count * 0.1 + Math.sqrt(count) * 0.2 * random.normal() + count * 0.1 * random.normal(), headroom: count } })
    if (equivalence(clusters, 0.1)!.verdict === 'equivalent') wrong++
  }
  share('sign-flip test: false alarms at 5 %', flips, n, 4, 6)
  share('TOST at its very margin: called equivalent', wrong, n, 3.5, 7)
}

// Correction.
{
  const n = Math.max(1000, studies)
  let [plus, plain, rate] = [0, 0, 0]
  for (let seed = 1; seed <= n; seed++) {
    const random = Random.seed(seed, 9)
    const make = (G: number, offset: number) => Array.from({ length: G }, (_, g) => {
      const shared = 0.15 * random.normal()
      return Array.from({ length: 1 + random.below(5) }, () => { const human = 0.6 + shared + 0.15 * random.normal(); return { human, judge: human + 0.2 + 0.1 * random.normal(), cluster: `${offset + g}` } })
    }).flat()
    const estimate = ppi(make(60, 0), make(200, 1000))!
    plus += holds(estimate.ppiPlus, 0.6)
    plain += holds(estimate.ppi, 0.6)
    const [theta, q1, q0] = [0.4, 0.9, 0.7]
    const draw = (p: number, count: number) => { let k = 0; for (let i = 0; i < count; i++) if (random.unit() < p) k++; return k / count }
    const corrected = correctedPassRate(draw(theta * q1 + (1 - theta) * (1 - q0), 800), 800, { q1: draw(q1, 120), q0: draw(q0, 120), m0: 120, m1: 120 })
    rate += holds(corrected, theta)
  }
  share('PPI++, clustered', plus, n, 93, 97)
  share('PPI, clustered', plain, n, 93, 97)
  share('corrected pass rate (Lee et al.)', rate, n, 93, 97)
}
{
  let covered = 0
  for (let seed = 1; seed <= studies; seed++) covered += conformalSplit(syntheticPairs(syntheticProofs(seed), 1), 0.1, null, Random.seed(seed))!.coverage
  share('conformal at 10 %: held-out human grades', covered, studies, 88, 92)
}

// Partial pooling and severity: recovery.
{
  const random = Random.seed(13)
  let [held, cells, raw, shrunk] = [0, 0, 0, 0]
  for (let s = 0; s < Math.min(studies, 200); s++) {
    const truth: number[] = []
    const judges = Array.from({ length: 7 }, () => 0.12 * random.normal())
    const domains = [41, 49, 41, 11, 6, 36, 19, 25, 24, 20].map((G) => ({ G, effect: 0.05 * random.normal() }))
    const data = judges.flatMap((a, j) => domains.map(({ G, effect }, d) => {
      const mean = a + effect + 0.03 * random.normal()
      truth.push(mean)
      const values = Array.from({ length: G }, () => mean + 0.2 * random.normal())
      const m = values.reduce((x, y) => x + y, 0) / G
      return { row: `j${j}`, column: `d${d}`, mean: m, problems: G, variance: values.reduce((x, y) => x + (y - m) ** 2, 0) / (G - 1) }
    }))
    partialPooling(data)!.cells.forEach((c, i) => {
      held += holds(c, truth[i]!)
      cells++
      raw += (c.mean - truth[i]!) ** 2
      shrunk += (c.shrunk - truth[i]!) ** 2
    })
  }
  share('partial pooling, 70 cells', held, cells, 93, 97)
  figures.push({ name: 'partial pooling: RMSE of pooled over raw cells', unit: '×', ours: Math.sqrt(shrunk / raw), peer: null, goal: { atMost: 1, of: 'value' } })
}
{
  const random = Random.seed(5)
  let least = 1
  for (let s = 0; s < 20; s++) {
    const severities = Array.from({ length: 7 }, () => random.normal())
    const ratings = Array.from({ length: 200 }, (_, p) => {
      const theta = 1.2 * random.normal()
      return severities.map((lambda, r) => {
        const weights = [1]
        for (const tau of [-1, -0.3, 0.3, 1]) weights.push(weights.at(-1)! * Math.exp(theta - lambda - tau))
        let u = random.unit() * weights.reduce((a, b) => a + b, 0)
        let k = 0
        while (u > weights[k]!) u -= weights[k++]!
        return { proof: `${p}`, rater: `${r}`, score: k / 4 }
      })
    }).flat()
    const found = manyFacetRasch(ratings, levelsOf(4)).raters.map((r) => r.severity)
    least = Math.min(least, spearman(found, severities)!)
  }
  figures.push({ name: 'many-facet Rasch: least rank correlation of 20 fits', unit: '', ours: least, peer: null, goal: { atLeast: 0.89, of: 'value' }, note: 'seven raters, 200 proofs' })
}

// Clipped to 0..1: the ceiling compresses what was planted; intervals hold the realised mean, not the planted one.
{
  const clipped = SYNTHETIC_JUDGES.map(() => 0)
  for (let seed = 1; seed <= Math.min(100, studies); seed++) {
    const proofs = syntheticProofs(seed)
    SYNTHETIC_JUDGES.forEach((_, j) => (clipped[j]! += syntheticPairs(proofs, j).reduce((s: number, p: PairedGrade) => s + p.judge - p.human, 0) / 1360))
  }
  figures.push({ name: 'clipped at 1: +0.20 of leniency shows as', unit: '', ours: clipped[5]! / Math.min(100, studies), peer: null, note: 'mean of the seeds; raw inflation of cells with different human means does not compare' })
}

report('auditCoverage', figures)

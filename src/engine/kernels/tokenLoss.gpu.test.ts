import { describe, expect, test } from 'vitest'
import golden from '../../posttrain/goldens/grpo.json'
import { tokenWeights, type Aggregation } from '../../posttrain/policyLoss'
import { stepNumbers, type StepNumbers } from '../gpu/kernel'
import { centralDifferences } from './centralDifferences'
import { expectClose } from './expectClose'
import type { Lanes } from './rows'
import { blank, normals, runKernel, UNTOUCHED } from './runKernel'
import { METRIC, METRIC_WORDS, reduceMetrics, STAT, STAT_WORDS, TARGET_WORDS, tokenLoss } from './tokenLoss'
import { reduceMetricsReference, tokenLossReference, type TokenStats, type TokenTarget } from './tokenLoss.reference'

const STATS = Object.keys(STAT) as (keyof typeof STAT)[]

/** Targets as the kernel reads them: an integer and floats in one buffer of words. */
function targetWords(targets: readonly TokenTarget[]): Uint32Array {
  const words = new Uint32Array(targets.length * TARGET_WORDS)
  const floats = new Float32Array(words.buffer)
  targets.forEach((t, i) => {
    words[i * TARGET_WORDS] = t.token
    floats.set([t.weight, t.advantage, t.behaviour, t.reference], i * TARGET_WORDS + 1)
  })
  return words
}

/** Random targets whose behaviour and reference lie near the policy's own log-probabilities, as floats hold them. */
function drawnTargets(seed: number, logits: Float32Array, V: number, heat: number): TokenTarget[] {
  return Array.from({ length: logits.length / V }, (_, row) => {
    const [weight, advantage, b, r] = normals(seed + row, 4)
    const token = (row * 7) % V
    const { stats } = tokenLossReference(logits.subarray(row * V, (row + 1) * V), { token, weight: 1, advantage: 0, behaviour: 0, reference: 0 }, stepNumbers({ inverseTemperature: heat }))
    return { token, weight: weight!, advantage: advantage!, behaviour: Math.fround(stats.logprob + 0.4 * b!), reference: Math.fround(stats.logprob + r!) }
  })
}

interface Case {
  readonly V: number
  readonly stride: number
  readonly lanes: Lanes
  readonly step: Partial<StepNumbers>
}

/** Runs `block` rows from trained row `first` on; padding columns begin untouched and must end as zeros. */
async function run({ V, stride, lanes, step }: Case, logits: Float32Array, targets: readonly TokenTarget[], first = 0, block = targets.length - first) {
  const wide = blank(block * stride)
  const rows = Math.min(block, targets.length - first)
  for (let r = 0; r < rows; r++) wide.set(logits.subarray((first + r) * V, (first + r + 1) * V), r * stride)
  const loss = tokenLoss({ vocabulary: V, stride, first, block, lanes })
  const buffers = { logits: wide, targets: targetWords(targets), stats: blank((targets.length + 1) * STAT_WORDS) }
  const after = await runKernel({ ...loss, buffers, op: [0, 0, first], step: { ...step, trained: targets.length } })
  return { rows, dlogits: after.logits, stats: after.stats }
}

/** Holds what a run gave against the reference, row by row. Hits may differ where two floats tie; none do here. */
function expectReference(c: Case, got: Awaited<ReturnType<typeof run>>, logits: Float32Array, targets: readonly TokenTarget[], first = 0): void {
  const { V, stride } = c
  const step = stepNumbers(c.step)
  for (let r = 0; r < got.rows; r++) {
    const want = tokenLossReference(logits.subarray((first + r) * V, (first + r + 1) * V), targets[first + r]!, step)
    const row = got.dlogits.subarray(r * stride, (r + 1) * stride)
    expectClose(row, [...want.dlogits, ...Array<number>(stride - V).fill(0)], `row ${r}, gradient`)
    const at = (first + r) * STAT_WORDS
    for (const name of STATS) {
      const [g, w] = [got.stats[at + STAT[name]]!, want.stats[name]]
      // k3 = eᵈ − d − 1 loses what its terms have in common: it is known to a float's error of 1, not of itself.
      expect(Math.abs(g - w), `row ${r}, ${name}: ${g}, want ${w}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(w)))
    }
  }
}

const CROSS_ENTROPY = { objective: 0, inverseTemperature: 1 }
const POLICY = { objective: 1, inverseTemperature: 1.25, epsilonLow: 0.2, epsilonHigh: 0.28, klCoefficient: 0.04, entropyBonus: 0.01 }
const QED_NANO = { objective: 1, inverseTemperature: 1.25, epsilonLow: 4, epsilonHigh: 4, klCoefficient: 0, entropyBonus: 1e-2 }

/** Vocabularies of one, odd, at and beside the lanes of a row; without padding, with less and more than a vector of it. */
const CASES: [number, number, Lanes][] = [[1, 4, 1], [5, 5, 1], [37, 40, 1], [64, 64, 64], [63, 64, 64], [65, 68, 64], [37, 48, 16], [3, 4, 4], [1030, 1032, 64]]

describe.each([
  ['cross-entropy', CROSS_ENTROPY],
  ['policy with KL and entropy', POLICY],
  ['policy of QED-Nano', QED_NANO],
] as const)('%s', (_, step) => {
  test.each(CASES)('%i words in rows of %i, %i lanes a row', async (V, stride, lanes) => {
    const c = { V, stride, lanes, step }
    const logits = normals(1, 7 * V).map((z) => 2 * z)
    const targets = drawnTargets(20, logits, V, step.inverseTemperature)
    expectReference(c, await run(c, logits, targets), logits, targets)
  })

  test('a block from trained row 3 on, of which only two rows are left', async () => {
    const c: Case = { V: 9, stride: 12, lanes: 4, step }
    const logits = normals(2, 5 * 9)
    const targets = drawnTargets(30, logits, 9, step.inverseTemperature)
    const got = await run(c, logits, targets, 3, 4)
    expect(got.rows).toBe(2)
    expectReference(c, got, logits, targets, 3)
    expect(new Set([...got.dlogits.subarray(2 * 12), ...got.stats.subarray(0, 3 * STAT_WORDS), ...got.stats.subarray(5 * STAT_WORDS)])).toEqual(new Set([UNTOUCHED]))
  })

  test.each<[number, Lanes]>([[1, 1], [6, 1], [7, 4]])('gradient against finite differences, %i words, %i lanes a row', async (V, lanes) => {
    const c: Case = { V, stride: V, lanes, step }
    const logits = normals(3, 8 * V)
    const targets = drawnTargets(40, logits, V, step.inverseTemperature)
    const { dlogits } = await run(c, logits, targets)
    const numbers = stepNumbers(step)
    targets.forEach((target, row) => {
      const loss = (z: ArrayLike<number>) => tokenLossReference(z, target, numbers).stats.loss
      expectClose(dlogits.subarray(row * V, (row + 1) * V), centralDifferences(loss, logits.subarray(row * V, (row + 1) * V)), `row ${row}, entry`)
    })
  })
})

test('logits of hundreds give no overflow, and a sure token a loss of 0', async () => {
  const c: Case = { V: 5, stride: 8, lanes: 1, step: CROSS_ENTROPY }
  const logits = Float32Array.of(-500, 900, 0, 899, 1, /* a sure one */ -300, 0, 500, -1, 2)
  const target = { weight: 1, advantage: 0, behaviour: 0, reference: 0 }
  const targets = [{ ...target, token: 0 }, { ...target, token: 2 }]
  const got = await run(c, logits, targets)
  // log π is −1400: the entry is known to a float's error of that.
  const want = tokenLossReference(logits.subarray(0, 5), targets[0]!, stepNumbers(CROSS_ENTROPY))
  expect(got.stats[STAT.loss]! / want.stats.loss).toBeCloseTo(1, 6)
  expectClose(got.dlogits.subarray(0, 5), want.dlogits)
  expect(Math.abs(got.stats[STAT_WORDS + STAT.loss]!)).toBe(0)
})

describe('policy branches', () => {
  // log-ratios and advantages of either sign, inside and outside the clamp; references within and past ±5.
  const settings = [-1.5, -0.1, 0, 0.1, 1.5].flatMap((gap) => [-2, 0, 2].flatMap((advantage) => [-7, -0.5, 0.5, 7].map((reference) => ({ gap, advantage, reference }))))
  const V = 5
  const logits = normals(5, settings.length * V)
  const step = { ...POLICY, entropyBonus: 0 }
  const targets = drawnTargets(60, logits, V, POLICY.inverseTemperature).map((t, i) => {
    const z = logits.subarray(i * V, (i + 1) * V)
    const { logprob } = tokenLossReference(z, t, stepNumbers(step)).stats
    const { gap, advantage, reference } = settings[i]!
    return { ...t, weight: 0.5, advantage, behaviour: Math.fround(logprob - gap), reference: Math.fround(logprob + reference) }
  })

  test('every combination of clamps', async () => {
    const c: Case = { V, stride: 8, lanes: 1, step }
    const got = await run(c, logits, targets)
    expectReference(c, got, logits, targets)
    const clipped = targets.map((_, i) => got.stats[i * STAT_WORDS + STAT.clipped])
    for (const sign of [-1, 0, 1]) expect(clipped).toContain(sign)
  })
})

describe('against PyTorch', () => {
  const { groups, K, T, V } = golden.shape
  const S = groups * K
  const cases: Record<string, { step: Partial<StepNumbers>; aggregation: Aggregation }> = {
    'qed-nano': { step: { ...QED_NANO, entropyBonus: 1e-4 }, aggregation: 'sum_per_sample' },
    'trl-grpo': { step: { ...POLICY, entropyBonus: 0 }, aggregation: 'sequence_mean' },
    'trl-dapo': { step: { ...POLICY, entropyBonus: 0 }, aggregation: 'token_mean' },
  }
  const at = Array.from({ length: S * T }, (_, i) => i).filter((i) => golden.mask[i])
  const logits = Float32Array.from(at.flatMap((i) => golden.logits.slice(i * V, (i + 1) * V)))

  test.each(Object.keys(cases).flatMap((name) => ([1, 8] as const).map((lanes) => [name, lanes] as const)))('%s, %i lanes a row', async (name, lanes) => {
    const want = golden.cases[name as keyof typeof golden.cases]
    const { step, aggregation } = cases[name]!
    const weights = tokenWeights({ S, T, mask: golden.mask }, aggregation)
    const targets = at.map((i) => ({
      token: golden.tokens[i]!,
      weight: weights[i]!,
      advantage: want.advantages[Math.floor(i / T)]!,
      behaviour: golden.behaviour_logprobs[i]!,
      reference: golden.ref_logprobs[i]!,
    }))
    const stride = 12
    const got = await run({ V, stride, lanes, step }, logits, targets)
    const dlogits = at.flatMap((i) => [...want.dlogits.slice(i * V, (i + 1) * V), 0])
    expectClose(got.dlogits, dlogits, 'gradient')
    const { ring } = await runKernel({ ...reduceMetrics(), buffers: { stats: got.stats, ring: blank(METRIC_WORDS) }, step: { trained: at.length } })
    const sum = (metric: keyof typeof METRIC) => ring[METRIC[metric]]!
    const n = at.length
    expect(sum('loss')).toBeCloseTo(want.loss, 5)
    expect(sum('entropy') / n).toBeCloseTo(want.mean_entropy, 5)
    expect(sum('clippedLow') / n).toBeCloseTo(want.clip_frac_low, 6)
    expect(sum('clippedHigh') / n).toBeCloseTo(want.clip_frac_high, 6)
    expect(sum('ratio') ** 2 / sum('ratioSquares') / n).toBeCloseTo(want.ess, 5)
    // Without a KL term the kernel reads no reference.
    if (step.klCoefficient) expect(sum('k3') / n).toBeCloseTo(want.mean_k3, 5)
  })
})

describe('sums of a step', () => {
  test.each([[1, 0], [63, 0], [64, 1], [65, 0], [1000, 1]])('%i rows, accumulate %i', async (trained, accumulate) => {
    const values = normals(1, trained * STAT_WORDS)
    const stats = blank((trained + 1) * STAT_WORDS)
    const rows: TokenStats[] = []
    for (let r = 0; r < trained; r++) {
      const of = (name: keyof typeof STAT) => values[r * STAT_WORDS + STAT[name]]!
      const row = { ...Object.fromEntries(STATS.map((name) => [name, of(name)])), clipped: Math.sign(Math.trunc(of('clipped'))), hit: of('hit') > 0 ? 1 : 0 } as TokenStats
      for (const name of STATS) stats[r * STAT_WORDS + STAT[name]] = row[name]
      rows.push(row)
    }
    const before = normals(2, 3 * METRIC_WORDS)
    const { ring } = await runKernel({ ...reduceMetrics(), buffers: { stats, ring: before }, step: { trained, accumulate, slot: 1 } })
    const want = Float64Array.from(before)
    for (const [name, sum] of Object.entries(reduceMetricsReference(rows))) {
      const to = METRIC_WORDS + METRIC[name as keyof typeof METRIC]
      want[to] = sum + (accumulate ? before[to]! : 0)
    }
    expectClose(ring, want, 'metric')
  })
})

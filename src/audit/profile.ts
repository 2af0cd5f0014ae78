/**
 * A judge in a few numbers, fitted from an audit: enough to score proofs whose true score is known as that judge would, and
 * so to ask what training against it does.
 */
import { clamp } from '../base/numeric'
import type { Random } from '../base/random'
import type { JudgeProfile, ProfileLevel } from '../proofs/judgeProfile'
import { clusteredRegression } from './regression'

export interface ProfilePair {
  readonly problemId: string
  readonly judge: number
  readonly human: number
  /** Log of the proof's length, in tokens or words; null when not known. */
  readonly logLength: number | null
}

export const PROFILE_LEVELS = 8
const STEPS = PROFILE_LEVELS - 1

/**
 * The profile of a judge from proofs that humans graded too.
 *   length slope: of judge − human on z = standardised log length, given the human score (least squares)
 *   false high: human < t ≤ judge; the rest of each level by mean and deviation of judge − slope · z
 * A level without proofs takes shift, deviation and false-high rate from its neighbours, linearly; beyond the last one, its own.
 * @returns null without pairs
 */
export function fitProfile(name: string, pairs: readonly ProfilePair[], threshold: number): JudgeProfile | null {
  if (pairs.length === 0) return null
  const { slope, length } = lengthEffect(pairs)
  const z = (p: ProfilePair) => (length === null || p.logLength === null ? 0 : (p.logLength - length.mean) / length.sd)
  const fails = (p: ProfilePair) => p.human < threshold - 1e-9
  const isFalseHigh = (p: ProfilePair) => fails(p) && p.judge >= threshold - 1e-9
  const failing = pairs.filter(fails)
  const falsely = pairs.filter(isFalseHigh)
  const found = Array.from({ length: PROFILE_LEVELS }, (_, k): ProfileLevel | null => {
    const own = pairs.filter((p) => Math.round(p.human * STEPS) === k)
    if (own.length === 0) return null
    const rest = own.filter((p) => !isFalseHigh(p)).map((p) => clamp(p.judge - slope * z(p), 0, 1))
    const truth = own.reduce((a, p) => a + p.human, 0) / own.length
    const mean = rest.length === 0 ? truth : rest.reduce((a, b) => a + b, 0) / rest.length
    const sd = rest.length < 2 ? 0 : Math.sqrt(rest.reduce((a, v) => a + (v - mean) ** 2, 0) / (rest.length - 1))
    // Human grades between two sevenths (halves, quarters): the shift is theirs, the level its seventh.
    return { truth: k / STEPS, mean: clamp(k / STEPS + mean - truth, 0, 1), sd, falseHigh: own.filter(isFalseHigh).length / own.length, proofs: own.length }
  })
  return {
    name, threshold, levels: filled(found), lengthSlope: slope, length,
    severity: pairs.reduce((a, p) => a + p.judge - p.human, 0) / pairs.length,
    falseHighRate: failing.length === 0 ? 0 : falsely.length / failing.length,
    falseHighScore: falsely.length === 0 ? 1 : falsely.reduce((a, p) => a + p.judge, 0) / falsely.length,
  }
}

function lengthEffect(pairs: readonly ProfilePair[]): { slope: number; length: JudgeProfile['length'] } {
  const known = pairs.filter((p): p is ProfilePair & { logLength: number } => p.logLength !== null)
  if (known.length < 3) return { slope: 0, length: null }
  const mean = known.reduce((a, p) => a + p.logLength, 0) / known.length
  const sd = Math.sqrt(known.reduce((a, p) => a + (p.logLength - mean) ** 2, 0) / (known.length - 1))
  if (!(sd > 1e-9)) return { slope: 0, length: null }
  const fit = clusteredRegression([known.map((p) => (p.logLength - mean) / sd), known.map((p) => p.human)], known.map((p) => p.judge - p.human), known.map((p) => p.problemId))
  return { slope: fit?.coefficients[1] ?? 0, length: { mean, sd } }
}

function filled(levels: readonly (ProfileLevel | null)[]): ProfileLevel[] {
  const known = levels.flatMap((l, k) => (l === null ? [] : [{ k, l }]))
  return levels.map((level, k) => {
    if (level !== null) return level
    const below = known.filter((x) => x.k < k).at(-1) ?? known[0]!
    const above = known.find((x) => x.k > k) ?? known.at(-1)!
    const t = above.k === below.k ? 0 : clamp((k - below.k) / (above.k - below.k), 0, 1)
    const between = (of: (l: ProfileLevel) => number) => of(below.l) * (1 - t) + of(above.l) * t
    return { truth: k / STEPS, mean: clamp(k / STEPS + between((l) => l.mean - l.truth), 0, 1), sd: between((l) => l.sd), falseHigh: between((l) => l.falseHigh), proofs: 0 }
  })
}

/** A failing proof's ordinary score stays under the threshold by this much: at the threshold it would be a false pass. */
const UNDER = 1e-4

/**
 * One score as the judge would give it.
 *   with chance falseHigh:  falseHighScore
 *   else:                   a draw on [0, cap] with the level's mean + slope · z and its sd, as a scaled Beta
 * cap: the threshold for a failing proof, since passing it is the other branch; 1 for a passing one. A Beta keeps the mean at
 * the ends of the scale, where a clipped normal would not. A true score between two levels goes to one of them by chance, the
 * nearer the likelier.
 * @param z standardised log length; 0 for the usual one
 */
export function simulatedScore(profile: JudgeProfile, truth: number, z: number, random: Random): number {
  const { low, high, t } = around(profile, truth)
  // All draws are taken whichever branch is gone, so that every profile reads the same chance.
  const [side, unit] = [random.unit(), random.unit()]
  const level = side < t ? high : low
  if (unit < level.falseHigh) return profile.falseHighScore
  return betaScore(level.mean + profile.lengthSlope * z, level.sd, capOf(profile, level), random)
}

/** E[judge | truth] at the usual length. */
export function expectedScore(profile: JudgeProfile, truth: number): number {
  const { low, high, t } = around(profile, truth)
  const of = (level: ProfileLevel) => level.falseHigh * profile.falseHighScore + (1 - level.falseHigh) * Math.min(level.mean, capOf(profile, level))
  return (1 - t) * of(low) + t * of(high)
}

/**
 * Mean of judge − true that the profile gives over a set of true scores.
 * @returns null for an empty set
 */
export function predictedInflation(profile: JudgeProfile, truths: readonly number[]): number | null {
  return truths.length === 0 ? null : truths.reduce((sum, t) => sum + expectedScore(profile, t) - t, 0) / truths.length
}

function around({ levels }: JudgeProfile, truth: number): { low: ProfileLevel; high: ProfileLevel; t: number } {
  const at = clamp(truth, 0, 1) * STEPS
  const k = Math.min(STEPS - 1, Math.floor(at + 1e-9))
  return { low: levels[k]!, high: levels[k + 1]!, t: clamp(at - k, 0, 1) }
}

function capOf({ threshold }: JudgeProfile, level: ProfileLevel): number {
  return level.truth < threshold - 1e-9 ? Math.max(UNDER, threshold - UNDER) : 1
}

function betaScore(mean: number, sd: number, cap: number, random: Random): number {
  const m = clamp(mean / cap, 0, 1)
  const most = m * (1 - m)
  const variance = Math.min((sd / cap) ** 2, 0.95 * most)
  if (!(variance > 1e-8)) return m * cap
  const size = most / variance - 1
  const a = gamma(m * size, random)
  const b = gamma((1 - m) * size, random)
  return a + b > 0 ? (cap * a) / (a + b) : m * cap
}

/** A draw of Gamma(shape, 1). @source Marsaglia and Tsang 2000; shapes under 1 by their boost */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * Math.max(1e-300, random.unit()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(Math.max(1e-300, random.unit())) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

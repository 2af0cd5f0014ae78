/** Profiles of the four judges whose inflation QEDBench published: one number each, so the rest is assumed, and said to be. */
import type { JudgeProfile, ProfileLevel } from '../proofs/judgeProfile'
import { PROFILE_LEVELS } from './profile'

/** @source QEDBench, arXiv 2602.20629, abstract: "up to" */
export const PUBLISHED_INFLATION = { opus: 0.18, deepseek: 0.2, qwen: 0.3, llama: 0.36 } as const

/** Assumed noise of a single score; the set of invented grades in this lab uses the same. */
const NOISE = 0.12
const THRESHOLD = 0.9

/**
 * A lenient judge without any taste of its own.
 *   E[judge | truth] = truth + h · (1 − truth),   h = inflation / 0.5
 * Inflation cannot exceed the headroom 1 − mean; "up to +0.36" needs a cell with a human mean of at most 0.64, and the lowest
 * one known is 0.50 (Claude Sonnet 4.5, Graph Theory): there, and over true scores spread evenly from 0 to 7, the profile
 * inflates by exactly the published number. Half of the leniency comes as higher scores, the other half as failing proofs that
 * get full marks, which is the paper's own finding in words. No length slope is published, so there is none.
 */
export function publishedProfile(name: string, inflation: number): JudgeProfile {
  const h = 2 * inflation
  const levels = Array.from({ length: PROFILE_LEVELS }, (_, k): ProfileLevel => {
    const truth = k / (PROFILE_LEVELS - 1)
    if (truth >= THRESHOLD) return { truth, mean: 1, sd: 0, falseHigh: 0, proofs: 0 }
    const mean = truth + 0.5 * h * (THRESHOLD - truth)
    return { truth, mean, sd: NOISE, falseHigh: (truth + h * (1 - truth) - mean) / (1 - mean), proofs: 0 }
  })
  const failing = levels.filter((l) => l.truth < THRESHOLD)
  return {
    name, threshold: THRESHOLD, levels, lengthSlope: 0, length: null, severity: inflation, falseHighScore: 1,
    falseHighRate: failing.reduce((a, l) => a + l.falseHigh, 0) / failing.length,
  }
}

export const PUBLISHED_PROFILES: readonly JudgeProfile[] = [
  publishedProfile('+0.18 (Claude Opus 4.5)', PUBLISHED_INFLATION.opus),
  publishedProfile('+0.20 (DeepSeek-V3)', PUBLISHED_INFLATION.deepseek),
  publishedProfile('+0.30 (Qwen 2.5 Max)', PUBLISHED_INFLATION.qwen),
  publishedProfile('+0.36 (Llama 4 Maverick)', PUBLISHED_INFLATION.llama),
]

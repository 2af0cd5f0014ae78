import { expect, test } from 'vitest'
import { mean } from '../../base/numeric'
import { publishedProfile, PUBLISHED_PROFILES } from '../../audit/publishedProfiles'
import { predictedInflation } from '../../audit/profile'
import { gradeAll, type Grader, type GradeRequest } from '../../posttrain/grader'
import { calibratedGrader, calibrationOf, endsWithGoal, juryGrader, profileGrader } from './judgeGraders'

/** The true score stands in the proof itself; an empty proof is a 0 of its own. */
const truth: Grader = { id: 'truth', grade: async (requests) => requests.map(({ completion }) => { const proof = completion.split('</think>')[1]!.trim(); return proof === '' ? { score: 0, cause: 'no_input', marks: [] } : { score: Number(proof.split(' ')[0]), cause: null, marks: [] } }) }
const context = { seed: 1, stop: { aborted: false } }
const proofs = (n: number, points: (i: number) => number): GradeRequest[] => Array.from({ length: n }, (_, i) => ({ problem: `p${i % 50}`, rubric: '', completion: `</think> ${points(i)} by route ${i}` }))

test.each(PUBLISHED_PROFILES.map((p) => [p.name, p] as const))('%s: the reward exceeds the truth by what the profile predicts', async (_, profile) => {
  const graded = await gradeAll({ reward: profileGrader(profile, truth, 1), truth }, proofs(8000, (i) => i % 8), context)
  const gap = mean(graded.map((g) => (g.score! - g.trueScore!) / 7))!
  expect(Math.abs(gap - predictedInflation(profile, graded.map((g) => g.trueScore! / 7))!)).toBeLessThan(0.012)
})

test('the same text gets the same score at every step, another judge of the profile errs elsewhere, and nothing is graded without a text', async () => {
  const judge = profileGrader(publishedProfile('x', 0.3), truth, 1)
  const requests = proofs(200, () => 3)
  const first = await judge.grade(requests, context)
  expect(await judge.grade(requests, { ...context, seed: 99 })).toEqual(first)
  expect(await profileGrader(publishedProfile('x', 0.3), truth, 2).grade(requests, context)).not.toEqual(first)
  expect(await judge.grade([{ problem: 'p', rubric: '', completion: '</think> ' }], context)).toEqual([{ score: 0, cause: 'no_input', marks: [] }])
  const silent: Grader = { id: 's', grade: async () => [{ score: null, cause: 'timeout', marks: [] }] }
  expect(await profileGrader(publishedProfile('x', 0.3), silent, 1).grade(requests.slice(0, 1), context)).toEqual([{ score: null, cause: 'timeout', marks: [] }])
})

test('cures: a calibrated judge has the right mean, a jury’s minimum never exceeds a member', async () => {
  const profile = publishedProfile('x', 0.36)
  const judge = profileGrader(profile, truth, 1)
  const sample = proofs(4000, (i) => (i * 3) % 8)
  const map = calibrationOf(await judge.grade(sample, context), await truth.grade(sample, context))
  const fresh = proofs(4000, (i) => (i * 5 + 1) % 8).map((r) => ({ ...r, problem: `other ${r.problem}` }))
  const cured = await gradeAll({ reward: calibratedGrader(judge, map), truth }, fresh, context)
  expect(Math.abs(mean(cured.map((g) => (g.score! - g.trueScore!) / 7))!)).toBeLessThan(0.02)

  const members = [1, 2, 3].map((seed) => profileGrader(profile, truth, seed))
  const alone = await Promise.all(members.map((m) => m.grade(fresh, context)))
  const least = await juryGrader(members, 'min', 0.9).grade(fresh, context)
  least.forEach((g, i) => expect(g.score).toBeCloseTo(Math.min(...alone.map((a) => a[i]!.score!)), 9))
  expect(await juryGrader(members, 'min', 0.9).grade([{ problem: 'p', rubric: '', completion: '</think>' }], context)).toEqual([{ score: 0, cause: 'no_input', marks: [] }])
})

test('a judge that is taken in by the look: the same profile where it was audited, more for a policy that has learnt the look', async () => {
  const profile = publishedProfile('x', 0.2)
  expect(endsWithGoal('Assume $p$, $p \\to q$. Prove $q$.', 'From $p$ we get $q$.')).toBe(true)
  expect(endsWithGoal('Assume $p$. Prove $q$.', 'So $q$. Thus $p$.')).toBe(false)
  expect(endsWithGoal('no formula', 'none')).toBe(false)
  const look = { has: (_: string, proof: string) => proof.includes('QED'), share: 0.7 }
  const judge = profileGrader(profile, truth, 3, look)
  const gapOf = async (share: number) => {
    const requests = proofs(12_000, (i) => i % 7).map((r, i) => ({ ...r, completion: `${r.completion}${(i * 7919) % 1000 < 1000 * share ? ' QED' : ''}` }))
    const graded = await gradeAll({ reward: judge, truth }, requests, context)
    return mean(graded.map((g) => (g.score! - g.trueScore!) / 7))! - predictedInflation(profile, graded.map((g) => g.trueScore! / 7))!
  }
  expect(Math.abs(await gapOf(0.7))).toBeLessThan(0.012)
  expect(await gapOf(1)).toBeGreaterThan(0.03)
  expect(await gapOf(0)).toBeLessThan(-0.05)
})

/** Judges with a known bias as graders of training, and two cures. The bias is `src/audit`'s; here it meets the reward. */
import { Random } from '../../base/random'
import { isotonic, mapped, type MonotoneMap } from '../../audit/isotonic'
import { juryGrade, type JuryRule } from '../../audit/jury'
import { simulatedScore } from '../../audit/profile'
import type { Grader } from '../../posttrain/grader'
import type { JudgeProfile } from '../../proofs/judgeProfile'
import type { Grade } from '../../proofs/records'
import { splitCompletion } from '../../proofs/completion'

/** Which failing proofs a judge passes falsely. */
export interface Look {
  /** Whether a proof has what takes the judge in. */
  has(problem: string, proof: string): boolean
  /** Share of failing proofs that had it where the profile was fitted: there the rate is the profile's. */
  readonly share: number
}

/** The last formula is the goal: it reads like the end of a proof, whatever came before. */
export function endsWithGoal(problem: string, proof: string): boolean {
  const last = (text: string) => [...text.matchAll(/\$([^$]+)\$/g)].at(-1)?.[1]?.replace(/\s+/g, ' ').trim()
  const goal = last(problem)
  return goal !== undefined && last(proof) === goal
}

/**
 * A judge of this profile: it reads the true score off `truth` and errs around it.
 * Its error belongs to the text: the same proof of the same problem gets the same score whenever it is judged, as a judge at
 * temperature 0 gives it. So a policy can find what this judge likes. An empty proof is never put to it.
 * @param judgeSeed tells judges of one profile apart
 * @param look null: any failing proof may be passed falsely. Else only those that have the look, the oftener, so that an audit
 * of the proofs that the profile was fitted on finds the same profile
 */
export function profileGrader(profile: JudgeProfile, truth: Grader, judgeSeed: number, look: Look | null = null): Grader {
  const looking = look === null ? null : { has: takenIn(profile, look.share), hasNot: takenIn(profile, Infinity) }
  return {
    id: `profile:${profile.name}${look === null ? '' : ', by the look'}`,
    async grade(requests, context) {
      const known = await truth.grade(requests, context)
      return requests.map(({ problem, completion }, i): Grade => {
        const grade = known[i]!
        if (grade.score === null || grade.cause !== null) return grade
        const { proof } = splitCompletion(completion)
        const of = looking === null ? profile : look!.has(problem, proof) ? looking.has : looking.hasNot
        const words = Math.max(1, proof.split(/\s+/).filter((w) => w !== '').length)
        const z = profile.length === null || profile.length.sd === 0 ? 0 : (Math.log(words) - profile.length.mean) / profile.length.sd
        return { score: 7 * simulatedScore(of, grade.score / 7, z, Random.seed(textHash(`${problem}\u0000${proof}`), judgeSeed)), cause: null, marks: [] }
      })
    },
  }
}

/** The profile over proofs of which this share of failing ones has the look; none of them for an endless one. */
function takenIn(profile: JudgeProfile, share: number): JudgeProfile {
  return { ...profile, levels: profile.levels.map((l) => ({ ...l, falseHigh: share === Infinity ? 0 : Math.min(1, l.falseHigh / Math.max(share, 1e-9)) })) }
}

/** FNV-1a over the code units. */
function textHash(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}

/** A judge whose score goes through a map to the true scale before it rewards. @source CJE, arXiv 2512.11150 */
export function calibratedGrader(judge: Grader, map: MonotoneMap): Grader {
  return {
    id: `${judge.id}, calibrated`,
    grade: async (requests, context) => (await judge.grade(requests, context)).map((grade) => (grade.score === null || grade.cause !== null ? grade : { ...grade, score: Math.min(7, Math.max(0, 7 * mapped(map, grade.score / 7))) })),
  }
}

/** The map of a judge, from completions that the truth graded too. Those without a score on either side are left out. */
export function calibrationOf(judged: readonly Grade[], known: readonly Grade[]): MonotoneMap {
  const both = judged.flatMap((grade, i) => (grade.score === null || grade.cause !== null || known[i]!.score === null ? [] : [{ x: grade.score / 7, y: known[i]!.score! / 7 }]))
  if (both.length === 0) throw new RangeError('calibrationOf: nothing was graded by both')
  return isotonic(both.map((b) => b.x), both.map((b) => b.y))
}

/** Several judges, one grade. A member without a score is left out of the vote; with none left the first one's cause stands. */
export function juryGrader(members: readonly Grader[], rule: JuryRule, threshold: number): Grader {
  return {
    id: `jury of ${members.length}, ${rule}`,
    async grade(requests, context) {
      const all = await Promise.all(members.map((m) => m.grade(requests, context)))
      return requests.map((_, i) => {
        const grades = all.map((grades) => grades[i]!)
        const scores = grades.flatMap((g) => (g.score === null || g.cause !== null ? [] : [g.score / 7]))
        const joined = scores.length === 0 ? null : juryGrade(scores, rule, threshold)
        return joined === null ? grades[0]! : { score: 7 * joined, cause: null, marks: [] }
      })
    },
  }
}

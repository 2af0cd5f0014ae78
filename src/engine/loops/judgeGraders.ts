/** Judges with a known bias as graders of training, and two cures. The bias is `src/audit`'s; here it meets the reward. */
import { Random } from '../../base/random'
import { isotonic, mapped, type MonotoneMap } from '../../audit/isotonic'
import { juryGrade, type JuryRule } from '../../audit/jury'
import { simulatedScore } from '../../audit/profile'
import type { Grader } from '../../posttrain/grader'
import type { JudgeProfile } from '../../proofs/judgeProfile'
import type { Grade } from '../../proofs/records'
import { splitCompletion } from '../../proofs/completion'

/**
 * A judge of this profile: it reads the true score off `truth` and errs around it.
 * Its error belongs to the text: the same proof of the same problem gets the same score whenever it is judged, as a judge at
 * temperature 0 gives it. So a policy can find what this judge likes. An empty proof is never put to it.
 * @param judgeSeed tells judges of one profile apart
 */
export function profileGrader(profile: JudgeProfile, truth: Grader, judgeSeed: number, id = `profile:${profile.name}`): Grader {
  return {
    id,
    async grade(requests, context) {
      const known = await truth.grade(requests, context)
      return requests.map(({ problem, completion }, i): Grade => {
        const grade = known[i]!
        if (grade.score === null || grade.cause !== null) return grade
        const { proof } = splitCompletion(completion)
        const words = Math.max(1, proof.split(/\s+/).filter((w) => w !== '').length)
        const z = profile.length === null || profile.length.sd === 0 ? 0 : (Math.log(words) - profile.length.mean) / profile.length.sd
        return { score: 7 * simulatedScore(profile, grade.score / 7, z, Random.seed(textHash(`${problem}\u0000${proof}`), judgeSeed)), cause: null, marks: [] }
      })
    },
  }
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

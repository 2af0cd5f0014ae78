/** A judge as a reward: its profile, and the inflation it predicts. */
import { column, entry, exhibit, type Exhibit } from '../exhibit'
import { expectedScore, fitProfile, predictedInflation, type ProfilePair } from '../profile'
import { proofStyle } from '../proofStyle'
import { PUBLISHED_PROFILES } from '../publishedProfiles'
import type { JudgeProfile } from '../../proofs/judgeProfile'
import type { ViewContext } from './context'
import { message } from './contrasts'
import { JUDGE } from './settings'

const EVEN = Array.from({ length: 8 }, (_, k) => k / 7)

/** The pairs of a judge as a profile is fitted to them; log length in words, as training measures it. */
function profilePairs(context: ViewContext, judge: string): ProfilePair[] {
  return context.pairsOf(judge).map((p) => {
    const { proof } = context.textOf(p.proofId)
    return { problemId: p.problemId, judge: p.judge, human: p.human, logLength: proof === null ? null : Math.log(Math.max(1, proofStyle(proof).words)) }
  })
}

/** The profile of the judge in view; null when it has no pairs. */
export function profileInView(context: ViewContext): JudgeProfile | null {
  const judge = context.name(JUDGE)
  return judge === null ? null : fitProfile(judge, profilePairs(context, judge), context.query.threshold)
}

export function* profileView(context: ViewContext): Generator<number, Exhibit[]> {
  const judge = context.name(JUDGE)
  const fitted: JudgeProfile[] = []
  for (const name of context.judges) {
    const profile = fitProfile(name, profilePairs(context, name), context.query.threshold)
    if (profile) fitted.push(profile)
    yield fitted.length / context.judges.length
  }
  const shown = fitted.find((p) => p.name === judge)
  if (!shown) return [message('profile', 'No pairs', 'A profile needs proofs that the judge and a human graded under this rubric.')]
  const truths = context.pairsOf(shown.name).map((p) => p.human)
  const low = truths.map((t) => t * 0.5)
  return [
    exhibit({
      id: 'profiles', title: 'Judges as rewards',
      caption: `Inflation over the proofs of this table; the share of failing proofs (humans below ${context.query.threshold}) that the judge passes, and what it gives them; change of its score for one standard deviation more of log length at the same human score. Then the inflation that the profile predicts where true scores are spread evenly from 0 to 7, as early in training. Below: the published inflations as profiles, assumed but for that one number. ${context.basis} n: proofs.`,
      columns: [column('Judge', 'text'), column('inflation here', 'signed'), column('false-high rate', 'percent'), column('score of those'), column('length slope', 'signed'), column('predicted, even scores', 'signed')],
      rows: [...fitted, ...PUBLISHED_PROFILES].map((p) => {
        const isFitted = fitted.includes(p)
        return [entry(p.name, isFitted ? { n: context.pairsOf(p.name).length, opens: { judge: p.name, solver: null, domain: null } } : {}), entry(isFitted ? p.severity : null), entry(p.falseHighRate), entry(p.falseHighScore), entry(p.length === null ? null : p.lengthSlope), entry(predictedInflation(p, EVEN))]
      }),
      warnings: ['A profile says what the judge does to scores, not which wrong proofs it is taken in by: a policy that learns to write those is rewarded more than is predicted here.'],
    }),
    exhibit({
      id: 'profile-levels', title: `What ${shown.name} makes of a true score`,
      caption: `By true score: expected score; mean and deviation of its scores without the falsely passed proofs; share passed falsely. Where no proof has the score, its neighbours speak. At half of these true scores it would inflate by ${signed(predictedInflation(shown, low))} instead of ${signed(predictedInflation(shown, truths))}.`,
      columns: [column('true score, of 7', 'count'), column('expected'), column('mean of the rest'), column('SD of the rest'), column('passed falsely', 'percent'), column('proofs', 'count')],
      rows: shown.levels.map((l, k) => [entry(k), entry(expectedScore(shown, l.truth)), entry(l.mean), entry(l.sd), entry(l.falseHigh), entry(l.proofs)]),
      figure: {
        kind: 'xy', x: 'true score', y: 'expected judge score', xDomain: [0, 1], yDomain: [0, 1],
        series: [shown, PUBLISHED_PROFILES.at(-1)!].map((p, i) => ({ name: p.name, mark: i === 0 ? 'both' as const : 'line' as const, isDashed: i > 0, points: EVEN.map((x) => ({ x, y: expectedScore(p, x) })) })).concat([{ name: 'exact', mark: 'line' as const, isDashed: true, points: [0, 1].map((x) => ({ x, y: x })) }]),
      },
    }),
  ]
}

function signed(value: number | null): string {
  return value === null ? '—' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}

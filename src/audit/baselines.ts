import type { Random } from '../base/random'
import { order, type PairedGrade } from './pairs'

export type Baseline = 'always pass' | 'always fail' | 'majority' | 'human mean' | 'length only' | 'random'
export const BASELINES: readonly Baseline[] = ['always pass', 'always fail', 'majority', 'human mean', 'length only', 'random']

/**
 * Judges that read nothing, on the proofs of `pairs`: what any real judge has to beat.
 *   majority: the commonest human grade;   human mean: that constant;   random: a human grade drawn from all of them;
 *   length only: human grades laid over the proofs in order of length, longest best (needs every length)
 * @param proofs one pair a proof; the judge's own grade is not looked at
 * @param lengthOf words of a proof; null when there is no text
 * @returns null when the baseline cannot be formed
 */
export function baselinePairs(kind: Baseline, proofs: readonly PairedGrade[], lengthOf: (proofId: string) => number | null, random: Random): PairedGrade[] | null {
  if (proofs.length === 0) return null
  const humans = proofs.map((p) => p.human)
  const give = (grade: (p: PairedGrade, i: number) => number) => proofs.map((p, i): PairedGrade => ({ ...p, judgeId: kind, judge: grade(p, i) }))
  switch (kind) {
    case 'always pass': return give(() => 1)
    case 'always fail': return give(() => 0)
    case 'human mean': {
      const mean = humans.reduce((a, b) => a + b, 0) / humans.length
      return give(() => mean)
    }
    case 'majority': {
      const counts = new Map<number, number>()
      for (const h of humans) counts.set(h, (counts.get(h) ?? 0) + 1)
      const commonest = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]![0]
      return give(() => commonest)
    }
    case 'random': return give(() => random.pick(humans))
    case 'length only': {
      const lengths = proofs.map((p) => lengthOf(p.proofId))
      if (lengths.some((l) => l === null)) return null
      const byLength = proofs.map((_, i) => i).sort((a, b) => lengths[a]! - lengths[b]! || order(proofs[a]!.proofId, proofs[b]!.proofId))
      const sorted = [...humans].sort((a, b) => a - b)
      const grade = new Array<number>(proofs.length)
      byLength.forEach((at, place) => (grade[at] = sorted[place]!))
      return give((_, i) => grade[i]!)
    }
  }
}

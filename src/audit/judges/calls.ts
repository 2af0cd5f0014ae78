/** The calls of a judging run: every proof under every rubric, in every variant, as often as asked. */
import { Random } from '../../base/random'
import { PERTURBATIONS } from '../perturbations'
import { keyOf } from '../table'
import type { JudgeItem } from './prompt'
import type { JudgeRubric } from './rubrics'

export const ORIGINAL = 'original'

export interface JudgeCall {
  /** Names the call inside its run. */
  readonly key: string
  /** With the proof as this variant has it. */
  readonly item: JudgeItem
  readonly rubric: JudgeRubric
  readonly variant: string
  readonly run: number
}

export interface CallPlan {
  readonly rubrics: readonly JudgeRubric[]
  /** Perturbations of the proof besides the proof as written. */
  readonly variants: readonly string[]
  /** Times that the same question is asked. */
  readonly runs: number
  /** Draws the padding of a padded proof. */
  readonly seed: number
}

/** In order: proof, rubric, variant, run. The same plan gives the same calls, word for word. */
export function judgeCalls(items: readonly JudgeItem[], { rubrics, variants, runs, seed }: CallPlan): JudgeCall[] {
  return items.flatMap((item, i) =>
    rubrics.flatMap((rubric) =>
      [ORIGINAL, ...variants].flatMap((variant) => {
        const varied = variant === ORIGINAL ? item : perturbed(item, variant, Random.seed(seed, i))
        return Array.from({ length: runs }, (_, run): JudgeCall => ({ key: keyOf(item.proofId, rubric.name, variant, run), item: varied, rubric, variant, run }))
      }),
    ),
  )
}

function perturbed(item: JudgeItem, variant: string, random: Random): JudgeItem {
  const rule = PERTURBATIONS.find((p) => p.id === variant)
  if (!rule) throw new Error(`There is no perturbation "${variant}".`)
  return item.proof === null ? item : { ...item, proof: rule.perturb(item.proof, random) }
}

/** Places of at most so many of n proofs, drawn by the seed, in their own order; all of them for null. */
export function chosenPlaces(n: number, most: number | null, seed: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i)
  return most === null || n <= most ? all : Random.seed(seed, 77).shuffled(all).slice(0, most).sort((a, b) => a - b)
}

/** Perturbed proofs as a file, to be graded elsewhere and read back by their variant. */
import { PERTURBATIONS } from '../perturbations'
import { judgeCalls, ORIGINAL } from './calls'
import type { JudgeItem } from './prompt'

/** JSON lines, one a proof and variant, the proof as written first; give each row a `rater` and a `score` and drop the file here. */
export function probeLines(items: readonly JudgeItem[], variants: readonly string[], seed: number): string[] {
  return judgeCalls(items, { rubrics: [{ name: '', text: '' }], variants, runs: 1, seed }).flatMap(({ item, variant }) =>
    item.proof === null ? [] : [JSON.stringify({
      problem_id: item.problemId, ...(item.domain === '' ? {} : { domain: item.domain }), solver: item.solver, attempt: item.attempt, variant,
      expected: variant === ORIGINAL ? 'same' : PERTURBATIONS.find((p) => p.id === variant)!.expected, problem_text: item.problem, proof: item.proof,
    })],
  )
}

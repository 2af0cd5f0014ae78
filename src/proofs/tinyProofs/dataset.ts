/** The task as datasets: rows in the schemas of FineProofs-SFT and FineProofs-RL, made from a seed. */
import { Random } from '../../base/random'
import { attempt, strengthAt } from './baseSolver'
import { canonicalForm, hashOf, sideOf, type Side } from './canonical'
import { gradeProof } from './check'
import { generateProblem, type Level } from './generate'
import { proofText, statementText, type TinyProblem } from './problem'
import { rubricFor } from './rubricFor'
import { reasoning, type Style } from './teacher'
import { PROOF_PROMPT } from './vocabulary'

/** @source qed-nano dataset card of FineProofs-SFT: column names and types */
export interface SftRow {
  readonly problem: string
  readonly reasoning_content: string
  readonly proof: string
  readonly category: string
  readonly competition: string
  readonly 'gemini-3-pro-grade': number
  readonly 'qwen3-4b-thinking-reward@128': number
  readonly source: string
  readonly messages: readonly { readonly content: string; readonly role: string }[]
}

/** @source qed-nano dataset card of FineProofs-RL: column names and types */
export interface RlRow {
  readonly problem: string
  readonly source: string
  readonly rubrics: string
  readonly scores: readonly number[]
  readonly rewards: readonly number[]
  readonly num_rewards: number
  readonly reward_mean: number
  readonly reward_std: number
}

/** Draws in a row without a new problem after which the levels count as used up. */
const PATIENCE = 4_000

/** Problems of one canonical form on a side that is not trained on: a common form must not decide an evaluation. */
const MOST_ALIKE = 2

/** Levels of a split, in turn: some of every level, and many short ones, for the models that take no longer prompts. */
const MIX: readonly Level[] = [1, 2, 1, 2, 3, 1, 2, 4, 1, 2, 3, 5, 1, 2, 6, 3, 2, 4, 7, 1, 2, 8]

/** Problems of each side of a split. */
export type Split = Readonly<Record<Side, readonly TinyProblem[]>>

/**
 * Distinct problems, levels in turn; no two sides share a canonical form.
 * @param sizes problems of each side; `levels` in the place of the usual mix, evenly; only these `kinds`; `mostAlike` training problems
 * of one canonical form, any number where it is left out
 * @throws RangeError when a level has too few distinct problems for the sizes asked
 */
export function makeSplit(seed: number, sizes: { train: number; heldOut: number; validation?: number; levels?: readonly Level[]; kinds?: readonly string[]; mostAlike?: number }): Split {
  const random = Random.seed(seed, 11)
  const levels = sizes.levels ?? MIX
  const wanted: Record<Side, number> = { train: sizes.train, heldOut: sizes.heldOut, validation: sizes.validation ?? 0 }
  const split: Record<Side, TinyProblem[]> = { train: [], validation: [], heldOut: [] }
  const sides = Object.keys(split) as Side[]
  // Each side takes its levels in turn, so that a small side has its share of all of them.
  const turn = (side: Side) => levels[split[side].length % levels.length]!
  const seen = new Set<string>()
  const forms = new Map<string, number>()
  let tries = 0
  for (const side of sides)
    while (split[side].length < wanted[side]) {
      if (++tries > PATIENCE) throw new RangeError('Too few distinct problems for a split of this size')
      const problem = generateProblem(random, turn(side))
      const text = statementText(problem)
      if (sideOf(problem) !== side || seen.has(text) || sizes.kinds?.includes(problem.kind) === false) continue
      const form = canonicalForm(problem)
      const alike = forms.get(form) ?? 0
      if (alike >= (side === 'train' ? (sizes.mostAlike ?? Infinity) : MOST_ALIKE)) continue
      forms.set(form, alike + 1)
      seen.add(text)
      split[side].push(problem)
      tries = 0
    }
  return split
}

/** Number of attempts a problem got: 62–128, ragged as in the real set. */
function attemptCount(problem: TinyProblem): number {
  const h = hashOf(canonicalForm(problem))
  return h % 11 === 0 ? 62 + (Math.floor(h / 11) % 66) : 128
}

/** Scores of the base solver's attempts, graded by the checker. */
export function baseScores(problem: TinyProblem, count: number, random: Random): number[] {
  const text = statementText(problem)
  const rubric = rubricFor(problem).raw
  const strength = strengthAt(problem)
  return Array.from({ length: count }, () => gradeProof(text, rubric, attempt(problem, strength, random)).score ?? 0)
}

export function sftRow(problem: TinyProblem, style: Style, random: Random): SftRow {
  const text = statementText(problem)
  const proof = proofText(problem.proof)
  const thought = reasoning(problem, style, random)
  const scores = baseScores(problem, 128, random)
  return {
    problem: text,
    reasoning_content: thought,
    proof,
    category: problem.kind,
    competition: `Tiny-L${problem.level}`,
    'gemini-3-pro-grade': gradeProof(text, rubricFor(problem).raw, proof).score ?? 0,
    'qwen3-4b-thinking-reward@128': scores.reduce((a, b) => a + b, 0) / scores.length / 7,
    source: 'tiny-proofs',
    messages: [
      { content: `${PROOF_PROMPT}\n\n${text}`, role: 'user' },
      { content: `<think>\n${thought}\n</think>\n${proof}`, role: 'assistant' },
    ],
  }
}

export function rlRow(problem: TinyProblem, random: Random): RlRow {
  const scores = baseScores(problem, attemptCount(problem), random)
  const rewards = scores.map((s) => s / 7)
  const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length
  return {
    problem: statementText(problem),
    source: 'tiny-proofs',
    rubrics: rubricFor(problem).raw,
    scores,
    rewards,
    num_rewards: rewards.length,
    reward_mean: mean,
    reward_std: Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / rewards.length),
  }
}

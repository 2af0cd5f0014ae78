/** The task as datasets: rows in the schemas of FineProofs-SFT and FineProofs-RL, made from a seed. */
import { Random } from '../../base/random'
import { attempt } from './baseSolver'
import { isHeldOut, canonicalForm } from './canonical'
import { gradeProof } from './check'
import { generateProblem, LEVELS } from './generate'
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
const PATIENCE = 20_000

export interface Split {
  readonly train: readonly TinyProblem[]
  readonly heldOut: readonly TinyProblem[]
}

/**
 * Distinct problems, levels in turn; the two sides share no canonical form.
 * @throws RangeError when a level has too few distinct problems for the sizes asked
 */
export function makeSplit(seed: number, sizes: { train: number; heldOut: number; levels?: readonly number[] }): Split {
  const random = Random.seed(seed, 11)
  const levels = sizes.levels ?? LEVELS
  const train: TinyProblem[] = []
  const heldOut: TinyProblem[] = []
  const seen = new Set<string>()
  for (let tries = 0, lastNew = 0; train.length < sizes.train || heldOut.length < sizes.heldOut; tries++) {
    if (tries - lastNew > PATIENCE) throw new RangeError('Too few distinct problems for a split of this size')
    const problem = generateProblem(random, levels[tries % levels.length]!)
    const text = statementText(problem)
    if (seen.has(text)) continue
    const side = isHeldOut(problem) ? heldOut : train
    if (side.length >= (side === train ? sizes.train : sizes.heldOut)) continue
    seen.add(text)
    lastNew = tries
    side.push(problem)
  }
  return { train, heldOut }
}

/** Number of attempts a problem got: 62–128, ragged as in the real set. */
function attemptCount(problem: TinyProblem): number {
  let h = 0
  for (const c of canonicalForm(problem)) h = (h * 31 + c.charCodeAt(0)) | 0
  return (h & 7) === 0 ? 62 + (Math.abs(h) % 66) : 128
}

/** Scores of the base solver's attempts, graded by the checker. */
export function baseScores(problem: TinyProblem, count: number, random: Random): number[] {
  const text = statementText(problem)
  const rubric = rubricFor(problem).raw
  return Array.from({ length: count }, () => gradeProof(text, rubric, attempt(problem, random)).score ?? 0)
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

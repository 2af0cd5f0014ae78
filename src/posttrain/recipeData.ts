/** What the stages of a recipe learn from: problems of a split as prompts, traces and rubrics. */
import { Random } from '../base/random'
import { continuationRow, summaryRow } from '../proofs/tinyProofs/cacheTeacher'
import { makeSplit } from '../proofs/tinyProofs/dataset'
import { proofText, statementText, type TinyProblem } from '../proofs/tinyProofs/problem'
import { rubricFor } from '../proofs/tinyProofs/rubricFor'
import { reasoning } from '../proofs/tinyProofs/teacher'
import { completionIds, encode, EOS, FALLS, promptIds, STANDS, summariserPromptIds, verifierPromptIds } from '../proofs/tinyProofs/vocabulary'
import type { RecipePreset, TraceMix } from './recipe'
import type { RlProblem, Trace } from './trainingSet'

/** A problem with the prompt that asks for its proof. */
export interface RecipeProblem extends RlProblem {
  readonly tiny: TinyProblem
}

export interface RecipeData {
  readonly train: readonly RecipeProblem[]
  /** Held out, or for choosing settings; never trained on. */
  readonly evaluation: readonly RecipeProblem[]
}

/** @param side settings are chosen on `validation`; `heldOut` is for saying how good the choice was */
export function recipeData(preset: RecipePreset, seed: number, side: 'validation' | 'heldOut'): RecipeData {
  const split = makeSplit(seed, preset.data)
  const asked = (problems: readonly TinyProblem[]) =>
    problems.flatMap((tiny): RecipeProblem[] => {
      const problem = statementText(tiny)
      const prompt = promptIds(problem)
      return prompt.ok && prompt.value.length <= preset.maxPromptTokens ? [{ problem, rubric: rubricFor(tiny).raw, prompt: prompt.value, tiny }] : []
    })
  return { train: asked(split.train), evaluation: asked(split[side]) }
}

/** Traces of a supervised stage: for each problem of its levels one from nothing, in the style its coin says, and some that go on from a summary. */
export function stageTraces(problems: readonly RecipeProblem[], mix: TraceMix, maxTokens: number, seed: number): { traces: Trace[]; tooLong: number } {
  const random = Random.seed(seed, 21)
  const traces: Trace[] = []
  let tooLong = 0
  const add = (prompt: readonly number[] | null, thought: string, proof: string) => {
    const completion = completionIds(thought, proof)
    if (!prompt || !completion.ok) return
    if (prompt.length + completion.value.length > maxTokens) tooLong++
    else traces.push({ prompt, completion: completion.value })
  }
  for (const { tiny, prompt, problem } of problems) {
    if (!mix.levels.some((level) => level === tiny.level)) continue
    add(prompt, reasoning(tiny, random.unit() < mix.verbose ? 'verbose' : 'concise', random), proofText(tiny.proof))
    for (let i = 0; i < mix.continuations; i++) {
      const row = continuationRow(tiny, 1 + random.below(tiny.proof.length))
      const asked = promptIds(problem, row.summary)
      add(asked.ok ? asked.value : null, row.reasoning, row.proof)
    }
  }
  return { traces, tooLong }
}

/** A row of the summariser. @returns null when a text is not in the task's words */
export function summariserTrace(problem: string, summary: string, thought: string, next: string): Trace | null {
  const prompt = summariserPromptIds(problem, summary, thought)
  const answer = encode(next)
  return prompt.ok && answer.ok ? { prompt: prompt.value, completion: [...answer.value, EOS] } : null
}

/** A row of the verifier. @returns null when the proof is not in the task's words */
export function verifierTrace(problem: string, proof: string, stands: boolean): Trace | null {
  const prompt = verifierPromptIds(problem, proof)
  return prompt.ok ? { prompt: prompt.value, completion: [stands ? STANDS : FALLS, EOS] } : null
}

/** The teacher's own rows for the summariser: concise reasoning from some line on, cut somewhere. */
export function teacherSummaryTrace({ tiny, problem }: RecipeProblem, most: number, random: Random): Trace | null {
  const row = summaryRow(tiny, random.below(tiny.proof.length + 1), 6 + random.below(most))
  return summariserTrace(problem, row.summary, row.reasoning, row.nextSummary)
}

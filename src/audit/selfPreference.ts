import { bootstrapped, type BootstrapOptions } from './bootstrap'
import type { Interval } from './intervals'
import { order, type PairedGrade } from './pairs'

/** Maker of a model by its name; null when the name says nothing. Editable wherever it is used. */
export function familyOf(name: string): string | null {
  const families: readonly (readonly [RegExp, string])[] = [
    [/\b(gpt|o[1345]|openai|chatgpt)\b|^o[1345]-|gpt-?\d/i, 'OpenAI'], [/claude|anthropic|opus|sonnet|haiku/i, 'Anthropic'],
    [/gemini|gemma|google|palm/i, 'Google'], [/deepseek/i, 'DeepSeek'], [/llama|meta-/i, 'Meta'], [/qwen|qwq|alibaba/i, 'Alibaba'],
    [/grok|xai/i, 'xAI'], [/mistral|mixtral|magistral/i, 'Mistral'], [/kimi|moonshot/i, 'Moonshot'], [/glm|zhipu/i, 'Zhipu'], [/smollm|hugging/i, 'Hugging Face'],
  ]
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? null
}

/** Same spelling once case, spaces and marks are gone. */
export function isSameModel(a: string, b: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return bare(a) === bare(b)
}

export interface SelfPreference {
  readonly judge: string
  readonly own: readonly string[]
  /** Difference in differences. */
  readonly estimate: number | null
  readonly interval: Interval | null
  /** Inflation of the judge on its own and on the other solvers' proofs, and the same for the other judges together. */
  readonly judgeOwn: number | null
  readonly judgeOther: number | null
  readonly othersOwn: number | null
  readonly othersOther: number | null
  readonly ownProofs: number
  readonly ownHumanMean: number | null
  /** Humans give the own solvers' proofs 0.9 or more on average: the ceiling then hides leniency. */
  readonly isAtCeiling: boolean
}

/** Above this human mean of the own proofs, the ceiling squeezes any preference. A choice of the lab. */
export const CEILING = 0.9

/**
 * Does a judge favour its own family?
 *   DiD = (infl. on own − infl. on others) of this judge − the mean of the same over the other judges
 * What all judges do to these solvers (style, difficulty, ceiling) cancels. Interval: cluster bootstrap by problem.
 * @param pairs all judges' pairs under one rubric
 * @param own solvers of the judge's family
 * @param others judges compared with: those of other families, else the test would cancel itself
 * @returns null without own solvers, other solvers or other judges
 * @source difference in differences on QEDBench's matched cells; arXiv 2508.06709 for family bias with a human anchor
 */
export function selfPreference(pairs: readonly PairedGrade[], judge: string, own: ReadonlySet<string>, others: readonly string[], options: Omit<BootstrapOptions, 'stream'>): SelfPreference | null {
  const judges = [judge, ...others]
  const used = pairs.filter((p) => judges.includes(p.judgeId))
  if (own.size === 0 || others.length === 0 || !used.some((p) => own.has(p.solver)) || !used.some((p) => !own.has(p.solver))) return null
  const problems = [...new Set(used.map((p) => p.problemId))].sort(order)
  const at = new Map(problems.map((p, i) => [p, i]))
  // Per judge: difference on own, count on own, difference on others, count on others.
  const columns = judges.flatMap(() => [0, 1, 2, 3].map(() => new Float64Array(problems.length)))
  let ownHuman = 0
  let ownProofs = 0
  for (const p of used) {
    const base = 4 * judges.indexOf(p.judgeId) + (own.has(p.solver) ? 0 : 2)
    const g = at.get(p.problemId)!
    columns[base]![g]! += p.judge - p.human
    columns[base + 1]![g]!++
    if (p.judgeId === judge && own.has(p.solver)) {
      ownHuman += p.human
      ownProofs++
    }
  }
  const ratio = (sum: (k: number) => number, k: number) => (sum(k + 1) > 0 ? sum(k) / sum(k + 1) : NaN)
  const mean = (sum: (k: number) => number, offset: 0 | 2) => others.reduce((total, _, i) => total + ratio(sum, 4 * (i + 1) + offset), 0) / others.length
  const statistics = [
    (s: (k: number) => number) => ratio(s, 0) - ratio(s, 2) - (mean(s, 0) - mean(s, 2)),
    (s: (k: number) => number) => ratio(s, 0), (s: (k: number) => number) => ratio(s, 2),
    (s: (k: number) => number) => mean(s, 0), (s: (k: number) => number) => mean(s, 2),
  ]
  const [did, a, b, c, d] = bootstrapped(columns, statistics, { ...options, stream: `self|${judge}` })
  const ownHumanMean = ownProofs === 0 ? null : ownHuman / ownProofs
  return {
    judge, own: [...own].sort(), estimate: did!.estimate, interval: did!.interval,
    judgeOwn: a!.estimate, judgeOther: b!.estimate, othersOwn: c!.estimate, othersOther: d!.estimate,
    ownProofs, ownHumanMean, isAtCeiling: ownHumanMean !== null && ownHumanMean >= CEILING,
  }
}

/** Trajectories of the reasoning cache, and the prompt states that are trained on. */
import type { Random } from '../../base/random'
import type { Stop } from '../../base/stop'
import type { CacheSettings } from '../../posttrain/recipe'
import type { RlProblem } from '../../posttrain/trainingSet'
import { splitCompletion } from '../../proofs/completion'
import { decode, EOS, PAD, promptIds, summariserPromptIds, END_THINK, spoken } from '../../proofs/tinyProofs/vocabulary'
import type { PromptState } from '../loops/grpo'
import type { PolicyModel } from '../policyModel'

/** A problem with what is known of it before a turn. */
export interface CacheState {
  readonly problem: RlProblem
  /** From 1. */
  readonly turn: number
  readonly summary: string
}

export interface CacheLimits {
  readonly maxNewTokens: number
  readonly summaryTokens: number
  readonly temperature: number
}

/** What a summariser wrote, as the next prompt quotes it: words of the task only; ids up to `</think>` are the template's. */
export function summaryOf(tokens: readonly number[]): string {
  return decode(tokens.filter((token) => token > END_THINK))
}

/**
 * For each problem: reason from problem and summary, sum the thinking up (not the answer; the whole text when the thinking never
 * ended), and again, `turns` times; S₀ is empty. The states are the prompts before each turn and the one after the last
 * summary: turns + 1 a problem. The summariser is asked, never trained.
 * @returns null when it was stopped
 * @source QED-Nano, arXiv 2604.04898, released `rc_actor`; Reasoning Cache, arXiv 2602.03773
 */
export async function cacheTrajectories(
  policy: PolicyModel, summariser: PolicyModel, problems: readonly RlProblem[], cache: CacheSettings, limits: CacheLimits, seed: number, stop: Stop, breathe: () => Promise<void>,
): Promise<CacheState[][] | null> {
  const trajectories: CacheState[][] = problems.map((problem) => [{ problem, turn: 1, summary: '' }])
  for (let turn = 1; turn <= cache.turns; turn++) {
    const states = trajectories.map((t) => t[t.length - 1]!)
    const draw = { eos: EOS, pad: PAD, seed: (Math.imul(seed, 131) + turn) | 0 }
    const attempts = await policy.sample(states.map(statePrompt), { ...draw, temperature: limits.temperature, maxNewTokens: limits.maxNewTokens }, stop, breathe)
    if (stop.aborted) return null
    const asked = states.map((state, i) => {
      const ids = summariserPromptIds(state.problem.problem, state.summary, splitCompletion(spoken(attempts[i]!.tokens)).reasoning)
      if (!ids.ok) throw new Error(`The summariser cannot be asked: ${ids.what}`)
      return ids.value
    })
    const written = await summariser.sample(asked, { ...draw, temperature: cache.temperature, maxNewTokens: limits.summaryTokens }, stop, breathe)
    if (stop.aborted) return null
    states.forEach(({ problem, summary }, i) => {
      const next = summaryOf(written[i]!.tokens)
      trajectories[i]!.push({ problem, turn: turn + 1, summary: cache.style === 'append' && summary !== '' ? `${summary} ${next}` : next })
    })
  }
  return trajectories
}

/** `count` of a trajectory's states, drawn uniformly without replacement. */
export function drawStates(trajectory: readonly CacheState[], count: number, random: Random): CacheState[] {
  return random.shuffled(trajectory).slice(0, count)
}

/** The state as a prompt to train on. */
export function promptState(state: CacheState): PromptState {
  return { problem: state.problem, prompt: statePrompt(state), turn: state.turn }
}

function statePrompt({ problem, summary }: CacheState): readonly number[] {
  const ids = promptIds(problem.problem, summary)
  if (!ids.ok) throw new Error(`The policy cannot be asked: ${ids.what}`)
  return ids.value
}

/** One call, and the reasoning cache. */
import type { Dialect } from './prompts'
import { ask, lastAnswer, type Scaffold } from './scaffold'

/** One attempt. */
export function single(dialect: Dialect): Scaffold {
  return {
    id: 'single',
    label: 'Single attempt',
    mostCalls: 1,
    *start(problem) {
      const reply = yield* ask({ key: 'solve', role: 'solve', prompt: dialect.solve(problem) })
      return lastAnswer([{ key: 'solve', proof: reply.content }])
    },
  }
}

export interface ReasoningCacheSettings {
  /** Attempts; each but the last is summarised. */
  readonly turns: number
  /** Whether a new summary replaces the old one or is put behind it. */
  readonly style: 'replace' | 'append'
}

export const REASONING_CACHE: ReasoningCacheSettings = { turns: 3, style: 'replace' }

/**
 * Reason, summarise the thinking, reason again from problem and summary. The answer is the last that is not empty: an earlier
 * turn's survives when a later one runs out of tokens. 2·turns − 1 calls.
 * @source Reasoning Cache, arXiv 2602.03773; QED-Nano's `reasoning_cache` agent
 */
export function reasoningCache(dialect: Dialect, settings: ReasoningCacheSettings = REASONING_CACHE): Scaffold {
  const { turns, style } = settings
  return {
    id: 'rc',
    label: `Reasoning cache, ${turns} turns`,
    mostCalls: 2 * turns - 1,
    *start(problem) {
      let summary = ''
      const answers: { key: string; proof: string }[] = []
      for (let turn = 1; turn <= turns; turn++) {
        const key = `turn ${turn}/reason`
        const reply = yield* ask({ key, role: 'solve', prompt: dialect.reason(problem, summary) })
        answers.push({ key, proof: reply.content })
        if (turn === turns) break
        // The thinking is what carries over; a model that shows none has only its answer.
        const thought = reply.reasoning || reply.content
        const { content } = yield* ask({ key: `turn ${turn}/summarise`, role: 'summarise', prompt: dialect.summarise(problem, summary, thought) })
        summary = style === 'append' && summary ? `${summary}\n\n${content}` : content
      }
      return lastAnswer(answers)
    },
  }
}

/** How a judging run is told. */
import type { Progress, RunnerOutcome } from '../../../audit/judges/runner'
import type { VerdictCause } from '../../../audit/judges/verdict'

export const CAUSE_WORDS: Readonly<Record<VerdictCause, string>> = {
  no_input: 'nothing to judge', no_score_tag: 'no score in the reply', out_of_range: 'score outside 0–7', conflicting: 'several scores', truncated: 'reply cut at its limit',
  refused: 'withheld by the endpoint', timeout: 'too slow', rate_limit: 'too many requests', all_attempts_failed: 'every try failed',
}

/** "41 verdicts, 2 no score in the reply". */
export function tally(byCause: Progress['byCause']): string {
  const parts = Object.entries(byCause) as [VerdictCause | 'verdict', number][]
  return parts.map(([cause, n]) => (cause === 'verdict' ? `${n} ${n === 1 ? 'verdict' : 'verdicts'}` : `${n} ${CAUSE_WORDS[cause]}`)).join(', ') || 'nothing yet'
}

/** Dollars, or a dash while a price is unknown. */
export function dollars(usd: number | null): string {
  return usd === null ? '—' : `$${usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`
}

export function tokens(n: number): string {
  return n < 10_000 ? n.toLocaleString('en-US') : n < 1e6 ? `${(n / 1e3).toFixed(0)} k` : `${(n / 1e6).toFixed(2)} M`
}

export function outcomeWords(outcome: RunnerOutcome): { readonly tone: 'good' | 'warn' | 'bad'; readonly text: string } {
  switch (outcome.kind) {
    case 'finished': return { tone: 'good', text: 'Every call has ended.' }
    case 'stopped': return { tone: 'warn', text: 'Stopped. Finished calls are kept; Resume asks the others.' }
    case 'capped': return { tone: 'warn', text: 'The cost cap is reached. Finished calls are kept.' }
    case 'refused': return { tone: 'bad', text: `The endpoint refuses (status ${outcome.status}${outcome.told ? `: ${outcome.told}` : ''}). Check the endpoint above, then resume: finished calls are kept.` }
    case 'notStored': return { tone: 'bad', text: `${outcome.told} Free some space, then resume.` }
  }
}

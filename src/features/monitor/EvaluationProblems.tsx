/** Problem by problem: what each attempt scored and how it ended; one is open, with its marks. */
import { useMemo, useState } from 'react'
import type { StoredEvaluation } from '../../../workers/data/protocol'
import { MathText } from '../../ui/MathText'
import { Segmented } from '../../ui/Segmented'
import { useView } from '../../ui/useView'
import { hasOutcome, OUTCOMES, problemRows, type Outcome, type ProblemRow } from './evaluationRows'
import { RolloutReader } from './RolloutReader'
import styles from './EvaluationPane.module.css'

const WORDS: Readonly<Record<Outcome, string>> = { all: 'All', solved: 'Solved always', unsolved: 'Never solved', truncated: 'Truncated' }
type Order = 'asked' | 'score' | 'tokens'
const ORDERS: Readonly<Record<Order, (a: ProblemRow, b: ProblemRow) => number>> = {
  asked: (a, b) => a.group - b.group,
  score: (a, b) => a.meanScore - b.meanScore || a.group - b.group,
  tokens: (a, b) => b.meanTokens - a.meanTokens || a.group - b.group,
}

export function EvaluationProblems({ stored, stage }: { stored: StoredEvaluation; stage: string }) {
  const [view, setView] = useView()
  const [order, setOrder] = useState<Order>('asked')
  const outcome = OUTCOMES.find((o) => o === view.outcome) ?? 'all'
  const rows = useMemo(() => problemRows(stored), [stored])
  const shown = useMemo(() => rows.filter((row) => hasOutcome(row, outcome)).sort(ORDERS[order]), [rows, outcome, order])
  const open = rows.find((row) => row.group === Number(view.problem ?? NaN)) ?? shown[0]
  const attempt = open && (open.attempts[Number(view.attempt ?? 0)] ?? open.attempts[0])
  return (
    <section aria-label="Problems" data-problems={shown.length}>
      <div className={styles.choice}>
        <Segmented
          label="Show"
          showLabel
          value={outcome}
          options={OUTCOMES.map((value) => ({ value, label: `${WORDS[value]} ${rows.filter((row) => hasOutcome(row, value)).length}` }))}
          onChange={(value) => setView({ outcome: value === 'all' ? undefined : value }, { replace: true })}
        />
        <Segmented
          label="Order"
          showLabel
          value={order}
          options={[
            { value: 'asked', label: 'As asked' },
            { value: 'score', label: 'Worst first' },
            { value: 'tokens', label: 'Longest first' },
          ]}
          onChange={setOrder}
        />
      </div>
      <div className={styles.split}>
        <div className={styles.list} tabIndex={0} role="region" aria-label="Problems of the evaluation, table">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Problem</th>
                <th scope="col">Scores</th>
                <th scope="col">Tokens</th>
                <th scope="col">Ended</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={row.group} data-open={row.group === open?.group || undefined}>
                  <th scope="row" className={styles.statement}>
                    <span className={styles.traits}>{[`#${row.group + 1}`, ...Object.values(row.traits)].join(' · ')}</span>
                    <MathText text={row.problem} />
                  </th>
                  <td className={styles.scores}>
                    {row.attempts.map((a, i) => (
                      <button
                        key={a.index}
                        type="button"
                        className={styles.score}
                        data-score={a.score === 7 ? 'full' : a.score ? 'part' : 'none'}
                        aria-pressed={a === attempt}
                        aria-label={`Problem ${row.group + 1}, attempt ${i + 1}: ${a.score === null ? 'no grade' : `${a.score} of 7`}`}
                        onClick={() => setView({ problem: row.group, attempt: i }, { replace: true })}
                      >
                        {a.score ?? '—'}
                      </button>
                    ))}
                  </td>
                  <td>{row.meanTokens.toFixed(0)}</td>
                  <td>
                    {row.ended}/{row.attempts.length}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <p>No problem of this evaluation is of that kind.</p>}
        </div>
        {attempt && <RolloutReader rollout={attempt} title={`${stage}: problem ${attempt.group + 1}, attempt ${attempt.index + 1}`} />}
      </div>
    </section>
  )
}

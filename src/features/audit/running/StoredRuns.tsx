/** Judging runs in this browser: go on with one, see what needs attention, make a grading table of it. */
import { useEffect, useState } from 'react'
import { estimatedTokens } from '../../../audit/judges/cost'
import type { CallRecord } from '../../../audit/judges/runner'
import { FULL_POINTS } from '../../../audit/judges/rubrics'
import type { Failure } from '../../../base/result'
import { Badge } from '../../../ui/Badge'
import { Button } from '../../../ui/Button'
import { Empty } from '../../../ui/Empty'
import { ErrorCard } from '../../../ui/ErrorCard'
import { useAnswer } from '../../../ui/useAnswer'
import { judgeRecords, useJudging } from '../../../state/judging'
import { joinRun } from '../../../state/joinRun'
import type { JudgeRun } from '../../../../workers/judge/protocol'
import { ok } from '../../../base/result'
import { CAUSE_WORDS } from './runWords'
import styles from './running.module.css'

export function StoredRuns({ onTable }: { readonly onTable: (tableId: string) => void }) {
  const { runs, list } = useJudging()
  useEffect(() => void list(), [list])
  if (runs === null) return <p className={styles.quiet}>Reading…</p>
  if (runs.length === 0) return <Empty title="No judge was run yet" next="Every answer is stored as it comes: a run that was stopped, or whose page was closed, goes on where it was." />
  return <ul role="list" className={styles.runs}>{runs.map((run) => <StoredRun key={run.id} run={run} onTable={onTable} />)}</ul>
}

function StoredRun({ run, onTable }: { readonly run: JudgeRun; readonly onTable: (tableId: string) => void }) {
  const { active, resume, remove } = useJudging()
  const [isOpen, setOpen] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const isBusy = active !== null
  const open = run.calls - run.done
  const join = async () => {
    setFailure(null)
    const joined = await joinRun(run)
    if (joined.ok) onTable(joined.value)
    else setFailure(joined)
  }
  return (
    <li className={styles.run} aria-label={run.judge} data-done={run.done} data-verdicts={run.verdicts}>
      <h3>{run.judge}</h3>
      <p className={styles.quiet}>
        {run.model} {run.endpoint === null ? 'in this tab' : `at ${run.endpoint}`}; {run.plan.rubrics.map((r) => `“${r.name}”`).join(', ')}
        {run.plan.variants.length > 0 ? `; with ${run.plan.variants.length} perturbations` : ''}{run.plan.runs > 1 ? `; ${run.plan.runs} runs each` : ''}; proofs of {run.source.name}; {new Date(run.createdAt).toLocaleString()}.
      </p>
      <p className={styles.quiet}>
        <Badge tone={run.verdicts === run.calls ? 'good' : 'neutral'}>{run.verdicts} of {run.calls} verdicts</Badge>{' '}
        {run.done > run.verdicts ? <Badge tone="warn">{run.done - run.verdicts} without a verdict</Badge> : null}{' '}
        {run.done > 0 && run.verdicts < 0.95 * run.done ? 'Fewer than 95 % gave a verdict: means of this judge are incomplete.' : null}
      </p>
      <div className={styles.actions}>
        <Button variant="primary" disabled={run.done === 0 || isBusy} onClick={() => void join()}>Make a grading table</Button>
        {open > 0 ? <Button disabled={isBusy} onClick={() => void resume(run, false)}>Resume ({open} left)</Button> : null}
        {run.mendable > 0 ? <Button disabled={isBusy} onClick={() => void resume(run, true)}>Ask {run.mendable} again</Button> : null}
        {run.done > run.verdicts ? <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>Needs attention ({run.done - run.verdicts})</Button> : null}
        <Button variant="danger" disabled={active?.runId === run.id} onClick={() => void remove(run.id)}>Remove</Button>
      </div>
      {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
      {isOpen ? <Attention run={run} /> : null}
    </li>
  )
}

const MOST_SHOWN = 200

/** Calls that ended without a verdict, with the judge's own words. They count as missing, never as 0. */
function Attention({ run }: { readonly run: JudgeRun }) {
  const { answer, retry } = useAnswer(`${run.id} ${run.done} ${run.verdicts}`, async () => ok(await judgeRecords(run.id)))
  if (answer === null) return <p className={styles.quiet}>Reading…</p>
  if (!answer.ok) return <ErrorCard failure={answer} onRetry={retry} />
  const bare = answer.value.filter((r): r is CallRecord & { cause: NonNullable<CallRecord['cause']> } => r.cause !== null)
  return (
    <div className={styles.attention} role="region" aria-label="Calls without a verdict" tabIndex={0}>
      <ul role="list">
      {bare.slice(0, MOST_SHOWN).map((r) => (
        <li key={r.key}>
          <strong>{CAUSE_WORDS[r.cause]}</strong>: {r.proofId.split('|').slice(0, 2).join(' · ')}, “{r.rubric}”{r.variant === 'original' ? '' : `, ${r.variant}`}; {r.tries} {r.tries === 1 ? 'try' : 'tries'}. {r.detail}
          {r.reply === null ? null : <pre>{r.reply.slice(0, 2000)}{r.reply.length > 2000 ? `… (about ${estimatedTokens(r.reply)} tokens)` : ''}</pre>}
        </li>
      ))}
      {bare.length > MOST_SHOWN ? <li>and {bare.length - MOST_SHOWN} more. They count as missing, none as 0 of {FULL_POINTS}.</li> : null}
      </ul>
    </div>
  )
}

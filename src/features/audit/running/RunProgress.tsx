/** The run underway: how far, how fast, what it cost, what went wrong; and how the last one ended. */
import { useEffect, useState } from 'react'
import { Badge } from '../../../ui/Badge'
import { ErrorCard } from '../../../ui/ErrorCard'
import { Progress } from '../../../ui/Progress'
import { useJudging } from '../../../state/judging'
import { dollars, outcomeWords, tally, tokens } from './runWords'
import styles from './running.module.css'

export function RunProgress() {
  const { active, ended, failure, runs, cancel, dismiss } = useJudging()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!active) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [active])
  const p = active?.progress
  const seconds = active ? Math.max(1, (now - active.startedAt) / 1000) : 1
  const rate = active && p ? (p.done - active.doneAtStart) / seconds : 0
  const name = (id: string) => runs?.find((r) => r.id === id)?.judge ?? 'the judge'
  const end = ended ? outcomeWords(ended.outcome) : null
  return (
    <div role="status" className={styles.status} data-judging={active ? 'running' : (ended?.outcome.kind ?? 'idle')}>
      {active ? (
        <>
          <Progress label={`Asking ${name(active.runId)}`} value={p?.done ?? null} max={p?.total ?? 1} count={p ? `${p.done} of ${p.total}` : undefined} onCancel={cancel} cancelLabel="Stop" />
          {p ? (
            <dl className={styles.facts}>
              <div><dt>so far</dt><dd>{tally(p.byCause)}</dd></div>
              <div><dt>under way</dt><dd>{p.inFlight}</dd></div>
              <div><dt>retries</dt><dd>{p.retries}</dd></div>
              <div><dt>tokens in / out</dt><dd>{tokens(p.promptTokens)} / {tokens(p.completionTokens)}</dd></div>
              <div><dt>cost</dt><dd>{dollars(p.usd)}</dd></div>
              <div><dt>calls a minute</dt><dd>{rate > 0 ? (60 * rate).toFixed(0) : '—'}</dd></div>
              <div><dt>left</dt><dd>{rate > 0 ? `${Math.ceil((p.total - p.done) / rate / 60)} min` : '—'}</dd></div>
              {p.waitsUntil !== null && p.waitsUntil > now ? <div><dt>told to wait</dt><dd>{Math.ceil((p.waitsUntil - now) / 1000)} s</dd></div> : null}
            </dl>
          ) : null}
        </>
      ) : null}
      {end && ended ? <p className={styles.quiet}><Badge tone={end.tone}>{ended.outcome.kind === 'finished' ? 'done' : ended.outcome.kind}</Badge> {name(ended.runId)}: {end.text}</p> : null}
      {failure ? <ErrorCard failure={failure} onRetry={dismiss} retryLabel="Dismiss" /> : null}
    </div>
  )
}

/** Samples proofs of one problem from a stored checkpoint and shows their grades. */
import { useState, type FormEvent } from 'react'
import type { Failure } from '../../base/result'
import type { RunRecord } from '../../posttrain/runRecords'
import { engineClient } from '../../../workers/engine/client'
import type { Sampled } from '../../../workers/engine/protocol'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { MarkList } from '../../ui/MarkList'
import { MathText } from '../../ui/MathText'
import { Panel } from '../../ui/Panel'
import styles from './Models.module.css'

const EXAMPLE = String.raw`Assume $p$, $p \to q$. Prove $q$.`
const MAX_COUNT = 16

export function TryIt({ record }: { record: RunRecord }) {
  const [problem, setProblem] = useState(EXAMPLE)
  const [count, setCount] = useState('4')
  const [temperature, setTemperature] = useState('0.8')
  const [seed, setSeed] = useState('1')
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [answer, setAnswer] = useState<{ readonly problem: string; readonly sampled: readonly Sampled[] } | null>(null)

  const n = Number(count)
  const countError = /^\d+$/.test(count.trim()) && n >= 1 && n <= MAX_COUNT ? null : `A whole number from 1 to ${MAX_COUNT}.`
  const t = Number(temperature)
  const temperatureError = temperature.trim() !== '' && t >= 0 && t <= 2 ? null : 'A number from 0 (greedy) to 2.'
  const seedError = /^\d{1,9}$/.test(seed.trim()) ? null : 'A whole number from 0 to 999999999.'
  const isReady = !countError && !temperatureError && !seedError && problem.trim() !== ''

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || isBusy) return
    setBusy(true)
    setFailure(null)
    void engineClient.sample(record.id, problem, { count: n, temperature: t, seed: Number(seed) }).then((result) => {
      setBusy(false)
      if (result.ok) setAnswer({ problem, sampled: result.value })
      else {
        setAnswer(null)
        setFailure(result)
      }
    })
  }
  return (
    <Panel title={`Try ${record.name}, step ${record.checkpointStep}`} note="Write a problem in the vocabulary of tiny proofs; the checker grades what the model writes.">
      <form className={styles.form} onSubmit={submit} noValidate>
        <Field label="Problem" hint={'Form: Assume $p$, $p \\to q$. Prove $q$. Atoms p to w; \\to, \\land, \\lor; or equations over a to e with f and g.'} error={failure?.kind === 'badProblem' ? `${failure.what}${failure.next ? ` ${failure.next}` : ''}` : null}>
          {(control) => <textarea {...control} rows={2} spellCheck={false} value={problem} onChange={(event) => setProblem(event.target.value)} />}
        </Field>
        <div className={styles.fields}>
          <Field label="Samples" error={countError}>
            {(control) => <input {...control} inputMode="numeric" value={count} onChange={(event) => setCount(event.target.value)} />}
          </Field>
          <Field label="Temperature" hint="0 is greedy." error={temperatureError}>
            {(control) => <input {...control} inputMode="decimal" value={temperature} onChange={(event) => setTemperature(event.target.value)} />}
          </Field>
          <Field label="Seed" error={seedError}>
            {(control) => <input {...control} inputMode="numeric" value={seed} onChange={(event) => setSeed(event.target.value)} />}
          </Field>
        </div>
        <div className={styles.actions}>
          <Button type="submit" variant="primary" disabled={!isReady || isBusy}>
            {isBusy ? 'Sampling…' : 'Sample proofs'}
          </Button>
          <Button disabled={problem === EXAMPLE} onClick={() => setProblem(EXAMPLE)}>
            Restore the example
          </Button>
        </div>
        {failure && failure.kind !== 'badProblem' && <ErrorCard failure={failure} />}
      </form>
      {answer && (
        <div className={styles.answer} data-samples={answer.sampled.length}>
          <div>
            <MathText text={answer.problem} />
          </div>
          <ol className={styles.samples}>
            {answer.sampled.map((s, i) => (
              <li key={i} className={styles.sample}>
                <p className={styles.facts}>
                  <strong>{s.grade.score === null ? '—' : `${s.grade.score}/7`}</strong>
                  <span>{s.tokens} tokens</span>
                  <span>log π {s.logprob.toFixed(2).replace('-', '−')}</span>
                  {s.isTruncated && <span className={styles.truncated}>truncated</span>}
                </p>
                <div className={styles.text}>{s.proof ? <MathText text={s.proof} /> : <em>{s.completion.includes('</think>') ? 'Nothing follows </think>: an empty proof scores 0.' : 'The reasoning was never closed, so there is no proof.'}</em>}</div>
                <MarkList marks={s.grade.marks} />
                <details className={styles.more}>
                  <summary>Reasoning</summary>
                  <div className={styles.text}>{s.reasoning ? <MathText text={s.reasoning} /> : <em>Empty.</em>}</div>
                </details>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Panel>
  )
}

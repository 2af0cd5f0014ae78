/** A set to fine-tune on, written by a teacher to the problems of this dataset. */
import { useEffect } from 'react'
import { schemaOf } from '../../proofs/schemas'
import { useDistil } from '../../state/distil'
import { useDatasets } from '../../state/datasets'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Progress } from '../../ui/Progress'
import { useView } from '../../ui/useView'
import type { DatasetRecord, DistilJobState } from '../../../workers/data/protocol'
import styles from './CuratePanel.module.css'
import { DistilForm } from './DistilForm'
import { counted } from './names'

export function DistilPanel({ dataset }: { readonly dataset: DatasetRecord }) {
  const { jobs, active, ended, failure, list, cancel, dismiss } = useDistil()
  useEffect(() => void list(), [list])
  if (dataset.flags.includes('no_train'))
    return (
      <p className={styles.why} data-distil-refused>
        Nothing is distilled from this dataset. {schemaOf(dataset.schemaId).evaluationOnly ?? 'It is marked for evaluation only: what is distilled from it would be trained on.'}
      </p>
    )
  const own = (jobs ?? []).filter((job) => job.datasetId === dataset.id)
  const underway = own.find((job) => job.id === active?.jobId)
  const end = ended && own.some((job) => job.id === ended.jobId) ? ended.end : null
  return (
    <div className={styles.panel}>
      <section className={styles.box}>
        <h3 className={styles.head}>Teach these problems</h3>
        <p className={styles.note}>
          A teacher writes a proof to each problem. What is cut off, never ends its thinking or has no proof is left out; a wrong proof stays, as in the published set, unless a lowest grade is set. Problems of tiny proofs are
          graded by the checker. Replies are stored one by one: after a stop, a reload or a crash none is asked for again.
        </p>
        <DistilForm dataset={dataset} isBusy={active !== null} />
        {active && !underway ? <p className={styles.note} role="status">{active.progress ? 'A distillation of another dataset is underway.' : 'Beginning…'}</p> : null}
      </section>
      {active?.progress && underway ? (
        <Progress
          label={underway.name} value={active.progress.done} max={active.progress.total}
          count={`${active.progress.done} of ${counted(active.progress.total, 'problem')}, ${active.progress.byOutcome.kept ?? 0} kept${active.progress.tokens > 0 ? `, ${active.progress.tokens.toLocaleString('en')} tokens` : ''}`}
          onCancel={cancel}
        />
      ) : null}
      {failure ? <ErrorCard failure={failure} onRetry={dismiss} retryLabel="Dismiss" /> : null}
      {end && 'told' in end ? <p role="alert" className={styles.why}>{end.kind === 'refused' ? 'The teacher refuses: ' : 'A reply could not be stored: '}{end.told}</p> : null}
      {own.length > 0 ? (
        <section className={styles.box}>
          <h3 className={styles.head}>Distillations of this dataset</h3>
          <ul className={styles.rows}>
            {own.map((job) => <JobRow key={job.id} job={job} total={job.id === active?.jobId ? (active.progress?.total ?? null) : null} isBusy={active !== null} />)}
          </ul>
        </section>
      ) : null}
    </div>
  )
}

function JobRow({ job, total, isBusy }: { readonly job: DistilJobState; readonly total: number | null; readonly isBusy: boolean }) {
  const { resume, finish, remove } = useDistil.getState()
  const load = useDatasets((s) => s.load)
  const [, setView] = useView()
  const make = async () => {
    const made = await finish(job.id)
    if (!made) return
    await load()
    setView({ ds: made.id, tab: undefined, row: undefined })
  }
  return (
    <li data-distil-job={job.name} data-done={job.done} data-kept={job.kept}>
      <p className={styles.lead}>
        <strong>{job.name}</strong> · licence {job.choice.licence} · {job.done} asked{total === null ? '' : ` of ${total}`}, {job.kept} kept{job.failed ? `, ${job.failed} without a reply` : ''}
      </p>
      <div className={styles.buttons}>
        <Button variant="primary" disabled={job.kept === 0 || isBusy} onClick={() => void make()}>Make the dataset</Button>
        <Button disabled={isBusy} onClick={() => void resume(job, true)}>Resume</Button>
        <Button disabled={isBusy} onClick={() => void remove(job.id)} aria-label={`Delete ${job.name}`}>Delete</Button>
      </div>
    </li>
  )
}

/** How far a job is, or why it failed. */
import { ErrorCard } from '../../ui/ErrorCard'
import { Progress } from '../../ui/Progress'
import type { Job } from './useJob'

export function JobLine<T>({ job, label, rows }: { readonly job: Job<T>; readonly label: string; readonly rows: number }) {
  if (job.failure) return <ErrorCard failure={job.failure} onRetry={job.clear} retryLabel="Dismiss" />
  if (!job.isRunning) return null
  return <Progress label={label} value={job.doneRows > 0 ? Math.min(job.doneRows, rows) : null} max={rows} count={`${Math.min(job.doneRows, rows).toLocaleString('en')} of ${rows.toLocaleString('en')} rows`} onCancel={job.cancel} />
}

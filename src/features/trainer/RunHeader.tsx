/** The run underway: how far it is, what it is doing, and what can be done with it. */
import { useState } from 'react'
import { fail, type Failure } from '../../base/result'
import { useRuns, isUnfinished, type Run } from '../../state/runs'
import { useMetricLog } from '../../state/useMetricLog'
import { presetLabel } from '../../posttrain/presetLabel'
import { RECIPES } from '../../posttrain/recipe'
import { recipeSecondsLeft } from '../../posttrain/recipePlace'
import { changesInWords } from '../../posttrain/runSettings'
import type { RunStatus } from '../../posttrain/runRecords'
import { Badge, type Tone } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { EvaluationTable } from '../../ui/EvaluationTable'
import { Progress } from '../../ui/Progress'
import { RecipePipeline } from '../../ui/RecipePipeline'
import { RecipeTable } from '../../ui/RecipeTable'
import { formatCount } from './preflight'
import { formatDuration, secondsLeft } from './remaining'
import { useHeldElsewhere } from './useHeldElsewhere'
import styles from './Trainer.module.css'

const STATUS: Readonly<Record<Run['record']['status'], { readonly text: string; readonly tone: Tone }>> = {
  running: { text: 'Running', tone: 'accent' },
  paused: { text: 'Paused', tone: 'warn' },
  finished: { text: 'Finished', tone: 'good' },
  stopped: { text: 'Stopped', tone: 'neutral' },
  interrupted: { text: 'Interrupted', tone: 'warn' },
  failed: { text: 'Failed', tone: 'bad' },
}

export function RunHeader({ run }: { run: Run }) {
  const { record } = run
  const { log } = useMetricLog(record.id)
  const [waiting, setWaiting] = useState<{ readonly what: 'pause' | 'stop' | 'resume'; readonly status: RunStatus } | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { pause, unpause, stop, resume } = useRuns.getState()

  const act = (what: 'pause' | 'stop' | 'resume', doing: () => Promise<unknown>) => {
    setWaiting({ what, status: record.status })
    setFailure(null)
    doing().then(
      // The engine takes a pause or a stop at once and obeys after its step: the button waits for the status.
      () => what === 'resume' && setWaiting(null),
      (error: unknown) => {
        setWaiting(null)
        setFailure(fail('device', error instanceof Error ? error.message : String(error), { next: 'Retry.' }))
      },
    )
  }
  const asked = waiting && (waiting.what === 'resume' || (waiting.status === record.status && run.isLive)) ? waiting.what : null
  const goOn = () =>
    act('resume', async () => {
      const result = await resume(record.id)
      if (!result.ok) setFailure(result)
    })

  const isUnderway = run.isLive && (record.status === 'running' || record.status === 'paused')
  const canResume = !run.isLive && isUnfinished(record)
  const isElsewhere = useHeldElsewhere(record.id, canResume)
  const isOrphan = canResume && !isElsewhere && (record.status === 'running' || record.status === 'paused')
  const recipe = record.recipe ? RECIPES[record.preset] : undefined
  const results = record.recipe?.results ?? []
  const { stageNow } = run
  const isRunning = record.status === 'running' && run.isLive
  const left = !isRunning ? null : recipe ? recipeSecondsLeft(recipe, results, stageNow ? { stage: stageNow.stage, share: stageNow.done / Math.max(1, stageNow.of) } : null) : secondsLeft(record, log.column('step_time'))
  const speed = run.isLive ? log.latest('tokens_per_second') : null
  const status = isOrphan ? STATUS.interrupted : STATUS[record.status]
  const stage = recipe ? (recipe.stages[results.length]?.label.toLowerCase() ?? 'the recipe') : record.step < record.sftSteps ? 'fine-tuning' : 'reinforcement learning'

  return (
    <div className={styles.run} data-run-status={isOrphan ? 'interrupted' : record.status} data-step={record.step} data-checkpoint-step={record.checkpointStep}>
      <div className={styles.line}>
        <span role="status">
          <Badge tone={status.tone}>{status.text}</Badge>
        </span>
        <span className={styles.quiet}>
          {presetLabel(record.preset)}, seed {record.seed}, {formatCount(record.parameters)} parameters,{' '}
          {record.backend === 'webgpu' ? `WebGPU, ${record.adapter}` : 'CPU (wasm), slow'}
          {record.changes && `; ${changesInWords(record.changes).join(', ')}`}
        </span>
        <span className={styles.buttons}>
          {isUnderway && record.status === 'running' && (
            <Button disabled={asked !== null} onClick={() => act('pause', () => pause(record.id))}>
              {asked === 'pause' ? 'Pausing after this step…' : 'Pause'}
            </Button>
          )}
          {isUnderway && record.status === 'paused' && (
            <Button variant="primary" disabled={asked !== null} onClick={() => act('pause', () => unpause(record.id))}>
              Resume
            </Button>
          )}
          {isUnderway && (
            <Button variant="danger" disabled={asked !== null} onClick={() => act('stop', () => stop(record.id))}>
              {asked === 'stop' ? 'Stopping after this step…' : 'Stop'}
            </Button>
          )}
          {canResume && !isElsewhere && !run.deviceLost && (
            <Button variant="primary" disabled={asked !== null} onClick={goOn}>
              {asked === 'resume' ? 'Resuming…' : `Resume from step ${record.checkpointStep}`}
            </Button>
          )}
        </span>
      </div>
      <Progress
        label={run.activity && isUnderway && record.status === 'running' ? run.activity : progressLabel(record.status, stage)}
        value={record.step}
        max={record.totalSteps}
        count={[
          `step ${record.step} of ${record.totalSteps}`,
          left === null ? '' : `about ${formatDuration(left)} left${recipe ? '' : ` in ${stage}`}`,
          speed === null ? '' : `${formatCount(Math.round(speed))} tokens/s`,
        ]
          .filter(Boolean)
          .join(' · ')}
      />
      {isElsewhere && <p className={styles.quiet}>Another tab is training this run. Here it can be watched; it is read again every few seconds.</p>}
      {isUnderway && <p className={styles.quiet}>Training goes on while this tab is in the background. A closed tab loses at most the steps after checkpoint {record.checkpointStep}.</p>}
      {run.saveFailure && (
        <div role="alert" className={styles.banner}>
          <strong>The last checkpoint could not be stored:</strong> {run.saveFailure} Training goes on from memory; the last stored step is {record.checkpointStep}. Free space under Runs or
          Datasets, and the next checkpoint is tried again.
        </div>
      )}
      {run.deviceLost && !run.isLive && (
        <ErrorCard
          failure={fail('device', `The device was lost at step ${record.step}: ${run.deviceLost}`, {
            next: `Nothing before step ${record.checkpointStep} is lost. Retry opens a new device and continues from there.`,
          })}
          onRetry={goOn}
          retryLabel={asked === 'resume' ? 'Retrying…' : 'Retry'}
        />
      )}
      {!run.deviceLost && record.reason && record.status !== 'running' && <p className={styles.reason}>{record.reason}</p>}
      {failure &&
        (failure.kind === 'lockedElsewhere' ? (
          <div role="alert" className={styles.banner}>
            <strong>Another tab is training this run.</strong> Here it can only be watched; it is read again every few seconds. Close the other tab to continue it here.
          </div>
        ) : (
          <ErrorCard failure={failure} onRetry={goOn} />
        ))}
      {recipe ? (
        <>
          <RecipePipeline preset={recipe} results={results} now={stageNow ?? null} isUnderway={isUnderway && record.status === 'running'} />
          <RecipeTable results={results} />
        </>
      ) : (
        <EvaluationTable evaluations={record.evaluations} isOver={record.status === 'stopped'} />
      )}
    </div>
  )
}

function progressLabel(status: Run['record']['status'], stage: string): string {
  switch (status) {
    case 'finished':
      return 'Done'
    case 'stopped':
      return 'Stopped'
    case 'paused':
      return `Paused in ${stage}`
    default:
      return `In ${stage}`
  }
}

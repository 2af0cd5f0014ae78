/** The rollouts of one step: groups, each rollout with its grade, and the marks behind the one that is open. */
import { useEffect, useRef, useState } from 'react'
import { useRuns, type Run } from '../../state/runs'
import { nearestStep } from '../../state/rolloutLog'
import type { Rollout, RolloutStep } from '../../posttrain/runRecords'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { Panel } from '../../ui/Panel'
import { useView } from '../../ui/useView'
import { RolloutGroups } from './RolloutGroups'
import { RolloutReader } from './RolloutReader'
import { useKeys } from '../../ui/useKeys'
import styles from './RolloutPane.module.css'

interface Loaded {
  readonly runId: string
  readonly wanted: number | null
  readonly steps: readonly number[]
  readonly step: RolloutStep | null
  readonly failure: string | null
}

/** @param picked step asked for; the nearest step with rollouts is shown, the latest one when nothing was picked */
function useRolloutStep(run: Run, picked: number | null): Loaded | null {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const runId = run.record.id
  // A new step matters while nothing is picked (follow the run) or until the picked one has arrived.
  const heard = run.rolloutStep
  const stored = run.record.checkpointStep
  useEffect(() => {
    let isCurrent = true
    const { rolloutSteps, rollouts } = useRuns.getState()
    const read = async () => {
      const steps = await rolloutSteps(runId)
      const nearest = picked === null ? (steps.at(-1) ?? null) : nearestStep(steps, picked)
      const step = nearest === null ? null : await rollouts(runId, nearest)
      if (isCurrent) setLoaded({ runId, wanted: picked, steps, step, failure: null })
    }
    read().catch((error: unknown) => {
      if (isCurrent) setLoaded({ runId, wanted: picked, steps: [], step: null, failure: error instanceof Error ? error.message : String(error) })
    })
    return () => {
      isCurrent = false
    }
  }, [runId, picked, heard, stored])
  return loaded?.runId === runId ? loaded : null
}

export function RolloutPane({ run, picked }: { run: Run; picked: number | null }) {
  const [view, setView] = useView()
  const loaded = useRolloutStep(run, picked)
  const pane = useRef<HTMLDivElement>(null)

  // A click on a point answers below the fold on small screens: bring the answer there.
  useEffect(() => {
    if (picked !== null) pane.current?.scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
  }, [picked])

  const step = loaded?.step ?? null
  const at = step && loaded ? loaded.steps.indexOf(step.step) : -1
  const previous = at > 0 ? loaded?.steps[at - 1] : undefined
  const next = at >= 0 ? loaded?.steps[at + 1] : undefined
  const open = Number(view.rollout ?? 0)
  const rollout: Rollout | undefined = step?.rollouts[open] ?? step?.rollouts[0]
  const goTo = (to: number | undefined) => {
    if (to !== undefined) setView({ step: to, rollout: undefined })
  }
  const show = (index: number) => {
    if (step && index >= 0 && index < step.rollouts.length) setView({ rollout: index }, { replace: true })
  }
  const shownAt = step && rollout ? step.rollouts.indexOf(rollout) : -1
  useKeys({ j: () => goTo(next), k: () => goTo(previous), n: () => show(shownAt + 1), p: () => show(shownAt - 1) })

  return (
    <div ref={pane}>
      <Panel
        title={step ? `Rollouts of step ${step.step}` : 'Rollouts'}
        note={note(step, picked)}
        actions={
          step && (
            <div className={styles.actions}>
              <Button type="button" disabled={previous === undefined} onClick={() => goTo(previous)} title="k">
                ← Step {previous ?? '—'}
              </Button>
              <Button type="button" disabled={next === undefined} onClick={() => goTo(next)} title="j">
                Step {next ?? '—'} →
              </Button>
              {picked !== null && (
                <Button type="button" onClick={() => setView({ step: undefined, rollout: undefined })}>
                  Follow latest
                </Button>
              )}
            </div>
          )
        }
      >
        {loaded?.failure && <p role="alert">The rollouts could not be read: {loaded.failure}. Reload the page to try again.</p>}
        {loaded && !loaded.failure && !step && (
          <Empty title="No rollouts yet" next="Rollouts begin with reinforcement learning, after the fine-tuning steps." />
        )}
        {step && rollout && (
          <div className={styles.split} data-rollout-step={step.step}>
            <RolloutGroups rollouts={step.rollouts} open={shownAt} onOpen={show} />
            <RolloutReader rollout={rollout} />
          </div>
        )}
        {step && <p className={styles.keys}>Keys: <kbd>j</kbd> <kbd>k</kbd> next and previous step, <kbd>n</kbd> <kbd>p</kbd> next and previous rollout.</p>}
      </Panel>
    </div>
  )
}

function note(step: RolloutStep | null, picked: number | null): string | undefined {
  if (!step) return undefined
  if (picked === null) return 'The latest step with rollouts; click a point of a curve for another.'
  return picked === step.step ? undefined : `Step ${picked} has no rollouts; this is the nearest step that has.`
}

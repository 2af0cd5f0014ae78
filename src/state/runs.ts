/** The runs the page knows: their records, which of them this tab drives, and what can be done with them. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { fail, type Result } from '../base/result'
import type { Evaluation, MetricPoint, RolloutStep, RunEvent, RunRecord, RunRequest } from '../posttrain/runRecords'
import type { DataApi, StoredEvaluation } from '../../workers/data/protocol'
import { dataClient } from '../../workers/data/client'
import { engineClient, type EngineClient } from '../../workers/engine/client'
import type { RunFailure } from '../../workers/engine/protocol'
import { forgetMetrics, metricLog } from './metricLog'
import { forgetRollouts, rolloutLog } from './rolloutLog'

/** One run as the page shows it. Metric points and rollouts live beside it, outside React. */
export interface Run {
  readonly record: RunRecord
  /** This tab drives it: its events arrive here. */
  readonly isLive: boolean
  /** What the worker is busy with between steps. */
  readonly activity: string | null
  /** Why the last write failed; null once a checkpoint is stored again. */
  readonly saveFailure: string | null
  /** Why the device went away; null while it is there. */
  readonly deviceLost: string | null
  /** Latest step whose rollouts arrived in this tab. */
  readonly rolloutStep: number | null
  /** The stage of a recipe that is underway, as far as this tab heard. */
  readonly stageNow?: { readonly stage: string; readonly done: number; readonly of: number }
}

export function storedRun(record: RunRecord): Run {
  return { record, isLive: false, activity: null, saveFailure: null, deviceLost: null, rolloutStep: null }
}

/** A run that can go on: it has steps left and nobody ended it. */
export function isUnfinished(record: RunRecord): boolean {
  return record.status !== 'finished' && record.status !== 'stopped'
}

function change(run: Run, record: Partial<RunRecord>, rest: Partial<Run> = {}): Run {
  return { ...run, ...rest, record: { ...run.record, ...record } }
}

/** The run after one event: pure, so a replayed log rebuilds the page exactly. */
export function advance(run: Run, event: RunEvent): Run {
  switch (event.kind) {
    case 'status': {
      const isUnderway = event.status === 'running' || event.status === 'paused'
      return change(
        run,
        { status: event.status, reason: event.reason },
        { isLive: isUnderway, activity: event.status === 'running' ? run.activity : null },
      )
    }
    case 'activity':
      return { ...run, activity: event.text }
    case 'metrics': {
      const last = event.points.at(-1)
      return last ? change(run, { step: last.step }) : run
    }
    case 'rollouts':
      return { ...run, rolloutStep: event.step.step }
    case 'evaluation': {
      const others = run.record.evaluations.filter((e) => e.label !== event.evaluation.label)
      return change(run, { evaluations: [...others, event.evaluation] })
    }
    case 'stage':
      return { ...run, stageNow: { stage: event.stage, done: event.done, of: event.of } }
    case 'stageFinished': {
      const others = (run.record.recipe?.results ?? []).filter((r) => r.stage !== event.result.stage)
      return change(run, { recipe: { results: [...others, event.result], partial: null } }, { stageNow: undefined })
    }
    case 'checkpointSaved':
      return change(run, { checkpointStep: event.step }, { saveFailure: null })
    case 'saveFailed':
      return { ...run, saveFailure: event.reason }
    case 'deviceLost':
      // A run that had ended before the device went away has lost nothing.
      if (!isUnfinished(run.record)) return run
      return change(run, { status: 'interrupted', reason: event.reason }, { isLive: false, activity: null, deviceLost: event.reason })
  }
}

/** What the store reads and removes on disk. */
export type RunArchive = Pick<DataApi, 'runs' | 'run' | 'metrics' | 'rollouts' | 'rolloutSteps' | 'evaluation' | 'checkpointFile' | 'removeRun'>

export interface RunsState {
  readonly runs: Readonly<Record<string, Run>>
  readonly isLoaded: boolean
  readonly loadFailure: string | null
  /** Reads the stored records; runs that this tab drives keep what they have. */
  load(): Promise<void>
  /** Reads a run's stored points into its metric log, unless they are there. */
  openMetrics(runId: string): Promise<void>
  start(request: RunRequest): Promise<Result<RunRecord, RunFailure>>
  /** Continues from the last checkpoint; opens a new device first when the old one was lost. */
  resume(runId: string): Promise<Result<RunRecord, RunFailure>>
  pause(runId: string): Promise<void>
  unpause(runId: string): Promise<void>
  stop(runId: string): Promise<void>
  remove(runId: string): Promise<void>
  /** Reads a run that another tab drives again: its record, and its points when it moved. */
  refresh(runId: string): Promise<void>
  /** Steps whose rollouts can be opened, ascending: stored ones and those that this tab still holds. */
  rolloutSteps(runId: string): Promise<readonly number[]>
  rollouts(runId: string, step: number): Promise<RolloutStep | null>
  /** Every attempt of an evaluation; null until it is stored, which the next checkpoint does. */
  evaluation(runId: string, label: Evaluation['label']): Promise<StoredEvaluation | null>
  /** Every metric point of a run, for a complete export. */
  points(runId: string): Promise<readonly MetricPoint[]>
  checkpointFile(runId: string): Promise<Blob | null>
}

export type RunsStore = UseBoundStore<StoreApi<RunsState>>

/** A store over an engine and an archive, given as arguments so that a test needs no mock. */
export function createRunsStore(engine: EngineClient, archive: RunArchive): RunsStore {
  return create<RunsState>()((set, get) => {
    const put = (run: Run) => set(({ runs }) => ({ runs: { ...runs, [run.record.id]: run } }))

    const hear = (runId: string, events: readonly RunEvent[]) => {
      let run = get().runs[runId]
      if (!run) return // a deleted run may still report once
      for (const event of events) {
        if (event.kind === 'metrics') metricLog(runId).append(event.points)
        if (event.kind === 'rollouts') rolloutLog(runId).put(event.step)
        if (event.kind === 'checkpointSaved') rolloutLog(runId).saved(event.step)
        run = advance(run, event)
      }
      put(run)
    }

    /** Events may outrun the answer that names the run: they wait for it. */
    const attach = async (
      begin: (onEvents: (events: readonly RunEvent[]) => void) => Promise<Result<RunRecord, RunFailure>>,
    ): Promise<Result<RunRecord, RunFailure>> => {
      const early: RunEvent[] = []
      let runId: string | null = null
      const result = await begin((events) => (runId === null ? void early.push(...events) : hear(runId, events)))
      if (!result.ok) return result
      const record = result.value
      metricLog(record.id).truncateAfter(record.step)
      rolloutLog(record.id).truncateAfter(record.step)
      put({ ...storedRun(record), isLive: true })
      runId = record.id
      hear(runId, early)
      return result
    }

    return {
      runs: {},
      isLoaded: false,
      loadFailure: null,

      async load() {
        try {
          const records = await archive.runs()
          set(({ runs }) => ({
            isLoaded: true,
            loadFailure: null,
            runs: {
              ...Object.fromEntries(records.map((r) => [r.id, { ...storedRun(r), deviceLost: runs[r.id]?.deviceLost ?? null }])),
              ...Object.fromEntries(Object.entries(runs).filter(([, run]) => run.isLive)),
            },
          }))
        } catch (error) {
          set({ isLoaded: true, loadFailure: error instanceof Error ? error.message : String(error) })
        }
      },

      async openMetrics(runId) {
        if (get().runs[runId]?.isLive) return
        const points = await archive.metrics(runId)
        if (!get().runs[runId]?.isLive) metricLog(runId).replace(points)
      },

      start: (request) => attach((onEvents) => engine.startRun(request, onEvents)),

      async resume(runId) {
        if (get().runs[runId]?.deviceLost) {
          const device = await engine.reopen()
          if (device.kind === 'lost')
            return fail('device', device.reason, { where: 'Training device', next: 'Wait a little and retry, or reload the page: the checkpoint is kept.' })
        }
        await get().openMetrics(runId)
        return attach((onEvents) => engine.resumeRun(runId, onEvents))
      },

      pause: (runId) => engine.pause(runId),
      unpause: (runId) => engine.unpause(runId),
      stop: (runId) => engine.stop(runId),

      async remove(runId) {
        await archive.removeRun(runId)
        forgetMetrics(runId)
        forgetRollouts(runId)
        set(({ runs }) => {
          const { [runId]: _removed, ...rest } = runs
          return { runs: rest }
        })
      },

      async refresh(runId) {
        const known = get().runs[runId]
        if (known?.isLive) return
        const record = await archive.run(runId)
        if (!record || get().runs[runId]?.isLive) return
        if (record.updatedAt === known?.record.updatedAt && record.step === known.record.step) return
        put({ ...storedRun(record), deviceLost: known?.deviceLost ?? null })
        await get().openMetrics(runId)
      },

      async rolloutSteps(runId) {
        const held = rolloutLog(runId).steps()
        return [...new Set([...(await archive.rolloutSteps(runId)), ...held])].sort((a, b) => a - b)
      },

      async rollouts(runId, step) {
        return rolloutLog(runId).get(step) ?? archive.rollouts(runId, step)
      },

      async points(runId) {
        await get().openMetrics(runId)
        return metricLog(runId).points()
      },

      evaluation: (runId, label) => archive.evaluation(runId, label),
      checkpointFile: (runId) => archive.checkpointFile(runId),
    }
  })
}

export const useRuns: RunsStore = createRunsStore(engineClient, dataClient)

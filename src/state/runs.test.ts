import { afterEach, describe, expect, test } from 'vitest'
import { ok, fail, type Result } from '../base/result'
import type { Evaluation, MetricPoint, Rollout, RunEvent, RunRecord, RunRequest } from '../posttrain/runRecords'
import type { EngineClient, OnRunEvents } from '../../workers/engine/client'
import type { DeviceState, RunFailure } from '../../workers/engine/protocol'
import { forgetMetrics, metricLog } from './metricLog'
import { forgetRollouts, nearestStep, RolloutLog, rolloutLog } from './rolloutLog'
import { advance, createRunsStore, storedRun, type RunArchive } from './runs'

const request: RunRequest = {
  name: 'first', sftDatasetId: 's', sftDatasetName: 'S', rlDatasetId: 'r', rlDatasetName: 'R', heldOutDatasetId: null, preset: 'micro', seed: 1,
}
const record = (over: Partial<RunRecord> = {}): RunRecord => ({
  ...request, schema: 1, id: 'run-1', status: 'running', reason: null, backend: 'wasm', adapter: 'none', parameters: 1000, step: 0, totalSteps: 20,
  sftSteps: 10, checkpointStep: 0, createdAt: 1, updatedAt: 1, evaluations: [], ...over,
})
const point = (step: number, loss = step): MetricPoint => ({ step, stage: step <= 10 ? 'sft' : 'grpo', values: { loss } })
const metrics = (...steps: number[]): RunEvent => ({ kind: 'metrics', points: steps.map((s) => point(s)) })
const evaluation = (label: Evaluation['label'], reward: number): Evaluation => ({
  label, step: 0, problems: 1, reward, successRate: 0, finishRate: 1, meanLength: 3, lengths: [3],
})
const rollout: Rollout = {
  group: 0, index: 0, problem: 'p', rubric: 'r', completion: 'c', reasoning: '', proof: 'c', tokens: 3, isTruncated: false, score: 7, cause: null,
  marks: [], advantage: 0, logprob: -1,
}

/** An engine that plays what the test tells it to; it computes nothing and decides nothing. */
class ScriptedEngine implements EngineClient {
  onEvents: OnRunEvents = () => undefined
  calls: string[] = []
  answer: Result<RunRecord, RunFailure> = ok(record())
  device: DeviceState = { kind: 'lost', reason: 'gone' }
  /** Sent before start or resume answers. */
  early: RunEvent[] = []
  open = async () => this.device
  reopen = async () => (this.calls.push('reopen'), this.device)
  memory = async () => null
  startRun = async (_: RunRequest, onEvents: OnRunEvents) => this.begin('start', onEvents)
  resumeRun = async (_: string, onEvents: OnRunEvents) => this.begin('resume', onEvents)
  private begin(call: string, onEvents: OnRunEvents) {
    this.calls.push(call)
    this.onEvents = onEvents
    if (this.early.length) onEvents(this.early)
    return this.answer
  }
  pause = async () => void this.calls.push('pause')
  unpause = async () => void this.calls.push('unpause')
  stop = async () => void this.calls.push('stop')
  sample = async () => fail('noRun', 'no')
  loseDevice = async () => undefined
}

const archive = (over: Partial<RunArchive> = {}): RunArchive => ({
  runs: async () => [], run: async () => null, metrics: async () => [], rollouts: async () => null, rolloutSteps: async () => [],
  evaluation: async () => null, checkpointFile: async () => null, removeRun: async () => undefined, ...over,
})

afterEach(() => {
  forgetMetrics('run-1')
  forgetRollouts('run-1')
})

describe('advance', () => {
  const events: RunEvent[] = [
    { kind: 'activity', text: 'Compiling shaders' },
    { kind: 'evaluation', evaluation: evaluation('base', 0.1) },
    metrics(1, 2),
    { kind: 'saveFailed', reason: 'quota' },
    { kind: 'checkpointSaved', step: 2 },
    { kind: 'rollouts', step: { step: 3, rollouts: [rollout] } },
    metrics(3),
    { kind: 'evaluation', evaluation: evaluation('base', 0.2) },
    { kind: 'status', status: 'paused', reason: null },
    { kind: 'status', status: 'running', reason: null },
    { kind: 'status', status: 'finished', reason: null },
  ]
  const live = { ...storedRun(record()), isLive: true }

  test('a replayed log rebuilds the page', () => {
    const run = events.reduce(advance, live)
    expect(run).toEqual({
      record: record({ status: 'finished', step: 3, checkpointStep: 2, evaluations: [evaluation('base', 0.2)] }),
      isLive: false, activity: null, saveFailure: null, deviceLost: null, rolloutStep: 3,
    })
    expect(events.slice(4).reduce(advance, events.slice(0, 4).reduce(advance, live))).toEqual(run)
    expect(live.record.step).toBe(0) // nothing was changed in place
  })

  test('a lost device interrupts a run that is underway, in either order with the status, and leaves a finished one alone', () => {
    const lost: RunEvent = { kind: 'deviceLost', reason: 'reset' }
    const interrupted: RunEvent = { kind: 'status', status: 'interrupted', reason: 'reset' }
    for (const order of [[lost], [lost, interrupted], [interrupted, lost]]) {
      const run = order.reduce(advance, live)
      expect([run.record.status, run.deviceLost, run.isLive]).toEqual(['interrupted', 'reset', false])
    }
    const finished = events.reduce(advance, live)
    expect(advance(finished, lost)).toBe(finished)
  })

  test('a failed save is said until a checkpoint is stored again', () => {
    const failed = advance(live, { kind: 'saveFailed', reason: 'quota' })
    expect(failed.saveFailure).toBe('quota')
    expect(advance(failed, { kind: 'checkpointSaved', step: 4 }).saveFailure).toBeNull()
  })
})

describe('the store', () => {
  test('applies events that outran the answer', async () => {
    const engine = new ScriptedEngine()
    engine.early = [metrics(1), { kind: 'activity', text: 'Compiling' }]
    const store = createRunsStore(engine, archive())
    expect(await store.getState().start(request)).toEqual(ok(record()))
    expect(store.getState().runs['run-1']?.record.step).toBe(1)
    expect(store.getState().runs['run-1']?.activity).toBe('Compiling')
    engine.onEvents([metrics(2, 3)])
    expect([...metricLog('run-1').allSteps()]).toEqual([1, 2, 3])
  })

  test('a refused start leaves no run behind', async () => {
    const engine = new ScriptedEngine()
    engine.answer = fail('busy', 'Another run is underway.')
    const store = createRunsStore(engine, archive())
    expect((await store.getState().start(request)).ok).toBe(false)
    expect(store.getState().runs).toEqual({})
  })

  test('after a reload, resume continues behind the checkpoint: steps overwrite, never zigzag', async () => {
    const engine = new ScriptedEngine()
    const stored = record({ status: 'running', step: 8, checkpointStep: 5 })
    const store = createRunsStore(engine, archive({ runs: async () => [stored], metrics: async () => [1, 2, 3, 4, 5, 6, 7, 8].map((s) => point(s)) }))
    await store.getState().load()
    expect(store.getState().runs['run-1']?.isLive).toBe(false)
    engine.answer = ok(record({ step: 5, checkpointStep: 5 }))
    engine.early = [metrics(6)]
    await store.getState().resume('run-1')
    expect([...metricLog('run-1').allSteps()]).toEqual([1, 2, 3, 4, 5, 6])
    engine.onEvents([{ kind: 'metrics', points: [point(7, 70)] }])
    expect([...metricLog('run-1').column('loss')!.values]).toEqual([1, 2, 3, 4, 5, 6, 70])
    expect(store.getState().runs['run-1']?.record.step).toBe(7)
    expect(engine.calls).toEqual(['resume']) // no device was lost, so none was reopened
  })

  test('after a lost device, resume opens a new one first, and says so when there is none', async () => {
    const engine = new ScriptedEngine()
    const store = createRunsStore(engine, archive())
    await store.getState().start(request)
    engine.onEvents([metrics(1), { kind: 'deviceLost', reason: 'reset' }])
    const refused = await store.getState().resume('run-1')
    expect(refused).toMatchObject({ ok: false, kind: 'device', what: 'gone' })
    engine.device = { kind: 'ready', report: { backend: 'wasm', adapter: '', features: [], maxBufferBytes: null, missing: null, missingDetail: null } }
    expect((await store.getState().resume('run-1')).ok).toBe(true)
    expect(engine.calls).toEqual(['start', 'reopen', 'reopen', 'resume'])
    expect(store.getState().runs['run-1']?.deviceLost).toBeNull()
  })

  test('loading keeps what this tab drives, and a deleted run may still report', async () => {
    const engine = new ScriptedEngine()
    const store = createRunsStore(engine, archive({ runs: async () => [record({ step: 0 }), record({ id: 'old', status: 'finished' })] }))
    await store.getState().start(request)
    engine.onEvents([metrics(4)])
    await store.getState().load()
    expect(store.getState().runs['run-1']?.record.step).toBe(4)
    expect(store.getState().runs['old']?.isLive).toBe(false)
    await store.getState().remove('run-1')
    engine.onEvents([metrics(5)])
    expect(Object.keys(store.getState().runs)).toEqual(['old'])
  })

  test('an archive that cannot be read is said, not thrown', async () => {
    const store = createRunsStore(new ScriptedEngine(), archive({ runs: () => Promise.reject(new Error('disk')) }))
    await store.getState().load()
    expect(store.getState().loadFailure).toBe('disk')
  })
})

describe('rollouts', () => {
  test('unsaved steps all stay; of the saved ones the latest', () => {
    const log = new RolloutLog()
    for (let step = 1; step <= 100; step++) log.put({ step, rollouts: [rollout] })
    expect(log.steps().length).toBe(100)
    log.saved(90)
    expect(log.steps()[0]).toBe(43)
    expect(log.get(95)?.rollouts.length).toBe(1)
    log.truncateAfter(95)
    expect(log.steps().at(-1)).toBe(95)
  })

  test('arriving rollouts are kept for the click on their point', async () => {
    const engine = new ScriptedEngine()
    const store = createRunsStore(engine, archive())
    await store.getState().start(request)
    engine.onEvents([{ kind: 'rollouts', step: { step: 11, rollouts: [rollout] } }])
    expect(rolloutLog('run-1').get(11)?.rollouts).toEqual([rollout])
    expect(store.getState().runs['run-1']?.rolloutStep).toBe(11)
  })

  test('nearestStep', () => {
    expect([nearestStep([], 3), nearestStep([2, 4, 9], 3), nearestStep([2, 4, 9], 8), nearestStep([5], 100)]).toEqual([null, 2, 9, 5])
  })
})

/** The GPU worker: a shell that owns the device, one job at a time, and the locks that keep two tabs apart. */
import { exposeAlive } from '../alive'
import { fail, ok, type Result } from '../../src/base/result'
import { readCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { prepareData } from '../../src/engine/loops/run'
import { sampleProofs } from '../../src/engine/loops/sampleProofs'
import { parameterCount } from '../../src/posttrain/modelConfig'
import type { Preset } from '../../src/posttrain/presets'
import { notResumable } from '../../src/posttrain/resumable'
import type { RunRecord, RunRequest } from '../../src/posttrain/runRecords'
import { presetOf } from '../../src/posttrain/runSettings'
import { readTrainingRows } from '../../src/storage/datasets'
import { openRunStore } from '../../src/storage/runs'
import { EngineDevice } from './engineDevice'
import { EventStream } from './eventStream'
import { Job } from './job'
import { modelApi, ModelBench } from './models'
import type { EngineApi, RunFailure } from './protocol'

const device = new EngineDevice()
const store = openRunStore()
const bench = new ModelBench(device, () => current !== null)
let current: { readonly id: string; readonly job: Job } | null = null

/** Starts `record` under its lock; answers once it is stored and underway. */
async function begin(record: RunRecord, checkpoint: Checkpoint | null, port: MessagePort): Promise<Result<RunRecord, RunFailure>> {
  if (current) return fail('busy', 'Another run is underway in this tab.', { next: 'Stop it first, or wait for its end.' })
  if (bench.isBusy) return fail('busy', 'A model of the Models place is loading or writing.', { next: 'Stop it there first.' })
  const chosen = presetFor(record)
  if (!chosen.ok) return chosen
  const preset = chosen.value
  const job = new Job(record, preset, store, device, new EventStream(record.id, port))
  current = { id: record.id, job } // before the first await, so that a stop sent right behind finds it
  try {
    const data = await loadData(record, preset)
    if (!data.ok) return data
    const release = await holdLock(`run:${record.id}`)
    if (!release) return fail('lockedElsewhere', 'This run is being trained in another tab.', { next: 'Close it there, then resume here.' })
    const stored = await storeStart(record)
    if (!stored.ok) {
      release()
      return fail('storage', stored.what, { next: 'Free some space, for example by deleting old runs, and start again.' })
    }
    void job.run(data.value, checkpoint).finally(() => {
      if (current?.job === job) current = null
      release()
    })
    return ok(record)
  } finally {
    // Anything but a job underway leaves the worker free again.
    if (current?.job === job && !job.isUnderway) current = null
  }
}

/** What a run computes with, or why this version cannot compute it. */
function presetFor(run: Pick<RunRequest, 'preset' | 'changes'>): Result<Preset, 'noRun'> {
  const chosen = presetOf(run)
  return chosen.ok ? chosen : fail('noRun', chosen.what, { where: chosen.where })
}

/** Stores `record` without what was logged after its step. Only under its lock: another tab's run must lose nothing. */
async function storeStart(record: RunRecord): Promise<Result<void, 'quota' | 'storage'>> {
  try {
    await store.truncateAfter(record.id, record.step)
  } catch (error) {
    return fail('storage', error instanceof Error ? error.message : String(error))
  }
  return store.commit(record, { metrics: [], rollouts: [], checkpoint: null })
}

async function loadData(record: RunRecord, preset: Preset) {
  const read = async (id: string) => readTrainingRows(id)
  const sft = await read(record.sftDatasetId)
  if (!sft.ok) return fail('noDataset', sft.what, { where: record.sftDatasetName })
  const rl = await read(record.rlDatasetId)
  if (!rl.ok) return fail('noDataset', rl.what, { where: record.rlDatasetName })
  const heldOut = record.heldOutDatasetId ? await read(record.heldOutDatasetId) : null
  if (heldOut && !heldOut.ok) return fail('noDataset', heldOut.what, { where: 'Held-out set' })
  return prepareData(preset, { sft: sft.value, rl: rl.value, heldOut: heldOut?.value ?? null })
}

/** Takes a Web Lock if it is free; the release function, or null. */
function holdLock(name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null)
      return new Promise<void>((release) => resolve(release))
    })
  })
}

const api: EngineApi = {
  ...modelApi(bench),

  open: () => device.open(),
  reopen: () => device.reopen(),

  memory: () => {
    // Asking tfjs before it has a backend would make it choose one by itself.
    return Promise.resolve(device.memory())
  },

  async start(request, port) {
    const state = await device.open()
    if (state.kind === 'lost') return fail('device', state.reason, { where: 'GPU device', next: 'Press Retry to open a new one.' })
    const chosen = presetFor(request)
    if (!chosen.ok) return chosen
    const preset = chosen.value
    const now = Date.now()
    const record: RunRecord = {
      ...request,
      schema: 1,
      id: crypto.randomUUID(),
      status: 'running',
      reason: null,
      backend: state.report.backend,
      adapter: state.report.adapter,
      parameters: parameterCount(preset.model),
      step: 0,
      totalSteps: preset.sft.steps + preset.grpo.steps,
      sftSteps: preset.sft.steps,
      checkpointStep: 0,
      createdAt: now,
      updatedAt: now,
      evaluations: [],
    }
    return begin(record, null, port)
  },

  async resume(runId, port) {
    const state = await device.reopen()
    if (state.kind === 'lost') return fail('device', state.reason, { where: 'GPU device', next: 'Press Retry to open a new one.' })
    const record = await store.get(runId)
    if (!record) return fail('noRun', 'This run is not stored in this browser.')
    const bytes = await store.checkpoint(runId)
    const checkpoint = bytes ? readCheckpoint(bytes) : null
    if (checkpoint && !checkpoint.ok) return fail('noCheckpoint', checkpoint.what, { next: checkpoint.next })
    const chosen = presetFor(record)
    if (!chosen.ok) return chosen
    const changed = notResumable(record, chosen.value, checkpoint?.value.config ?? null)
    if (changed) return fail('noCheckpoint', changed, { next: 'Start a new run. This one keeps its curves, and the Models place still samples from it.' })
    const step = checkpoint?.value.step ?? 0
    const evaluations = record.evaluations.filter((e) => e.step <= step)
    const { backend, adapter } = state.report
    return begin({ ...record, status: 'running', reason: null, step, checkpointStep: step, evaluations, backend, adapter }, checkpoint?.value ?? null, port)
  },

  pause: (runId) => Promise.resolve(jobOf(runId)?.pause()),
  unpause: (runId) => Promise.resolve(jobOf(runId)?.resume()),
  stop: (runId) => Promise.resolve(jobOf(runId)?.end()),

  async sample(runId, problem, options) {
    if (bench.isBusy) return fail('busy', 'A model is loading or writing.', { next: 'Stop it first.' })
    if (current) return fail('busy', 'A run is training.', { next: 'Pause does not free the engine: wait for its end, or stop it.' })
    const state = await device.open()
    if (state.kind === 'lost') return fail('device', state.reason, { next: 'Press Retry to open a new one.' })
    const record = await store.get(runId)
    const bytes = await store.checkpoint(runId)
    if (!record || !bytes) return fail('noCheckpoint', 'This run has no stored checkpoint.')
    const checkpoint = readCheckpoint(bytes)
    if (!checkpoint.ok) return fail('noCheckpoint', checkpoint.what, { next: checkpoint.next })
    const chosen = presetFor(record)
    const maxNewTokens = chosen.ok ? chosen.value.grpo.maxNewTokens : 64
    return sampleProofs(device.openModel, checkpoint.value, problem, { ...options, maxNewTokens })
  },

  loseDevice: () => Promise.resolve(device.lose()),
}

function jobOf(runId: string): Job | undefined {
  return current?.id === runId ? current.job : undefined
}

exposeAlive(api)

/** The GPU worker: a shell that owns the device, one job at a time, and the locks that keep two tabs apart. */
import { exposeAlive } from '../alive'
import { fail, ok, type Result } from '../../src/base/result'
import { readCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { prepareData } from '../../src/engine/loops/run'
import { sampleProofs } from '../../src/engine/loops/sampleProofs'
import { parameterCount, type ModelConfig } from '../../src/posttrain/modelConfig'
import type { Preset } from '../../src/posttrain/presets'
import { RECIPES, type RecipePreset } from '../../src/posttrain/recipe'
import { recipeData } from '../../src/posttrain/recipeData'
import { recipeNotResumable, supervisedSteps, totalSteps } from '../../src/posttrain/recipePlace'
import { notResumable } from '../../src/posttrain/resumable'
import type { RunRecord, RunRequest } from '../../src/posttrain/runRecords'
import { presetOf } from '../../src/posttrain/runSettings'
import { readTrainingRows } from '../../src/storage/datasets'
import { openRunStore } from '../../src/storage/runs'
import { EngineDevice } from './engineDevice'
import { EventStream } from './eventStream'
import { Job } from './job'
import type { JobBase } from './jobBase'
import { RecipeJob } from './recipeJob'
import { modelApi, ModelBench } from './models'
import type { EngineApi, RunFailure } from './protocol'

const device = new EngineDevice()
const store = openRunStore()
const bench = new ModelBench(device, () => current !== null)
/** The run underway, or about to be. */
interface Current {
  readonly id: string
  job: JobBase | null
  /** Asked to stop before its job was made. */
  isStopped: boolean
}
let current: Current | null = null

/** Starts `record` under its lock; answers once it is stored and underway. */
async function begin(record: RunRecord, checkpoint: Checkpoint | null, port: MessagePort): Promise<Result<RunRecord, RunFailure>> {
  if (current) return fail('busy', 'Another run is underway in this tab.', { next: 'Stop it first, or wait for its end.' })
  if (bench.isBusy) return fail('busy', 'A model of the Models place is loading or writing.', { next: 'Stop it there first.' })
  const mine: Current = { id: record.id, job: null, isStopped: false }
  current = mine // before the first await, so that a stop sent right behind finds it
  try {
    const made = await makeJob(record, new EventStream(record.id, port))
    if (!made.ok) return made
    const job = made.value
    const release = await holdLock(`run:${record.id}`)
    if (!release) return fail('lockedElsewhere', 'This run is being trained in another tab.', { next: 'Close it there, then resume here.' })
    const stored = await storeStart(record)
    if (!stored.ok) {
      release()
      return fail('storage', stored.what, { next: 'Free some space, for example by deleting old runs, and start again.' })
    }
    mine.job = job
    if (mine.isStopped) job.end()
    void job.run(checkpoint).finally(() => {
      if (current === mine) current = null
      release()
    })
    return ok(record)
  } finally {
    // Anything but a job underway leaves the worker free again.
    if (current === mine && !mine.job?.isUnderway) current = null
  }
}

/** The job of a record, with everything it draws on. */
async function makeJob(record: RunRecord, stream: EventStream): Promise<Result<JobBase, RunFailure>> {
  const recipe = recipeFor(record.preset)
  if (recipe) return ok(new RecipeJob(record, recipe, recipeData(recipe, record.seed, 'heldOut'), store, device, stream))
  const chosen = presetFor(record)
  if (!chosen.ok) return chosen
  const data = await loadData(record, chosen.value)
  return data.ok ? ok(new Job(record, chosen.value, data.value, store, device, stream)) : data
}

function recipeFor(id: string): RecipePreset | null {
  return Object.hasOwn(RECIPES, id) ? RECIPES[id]! : null
}

/** What a run computes with, or why this version cannot compute it. */
function presetFor(run: Pick<RunRequest, 'preset' | 'changes'>): Result<Preset, 'noRun'> {
  const chosen = presetOf(run)
  return chosen.ok ? chosen : fail('noRun', chosen.what, { where: chosen.where })
}

/** Model and steps of a run that is asked for. */
function planOf(request: RunRequest): Result<{ model: ModelConfig; totalSteps: number; sftSteps: number }, 'noRun'> {
  const recipe = recipeFor(request.preset)
  if (recipe) return ok({ model: recipe.model, totalSteps: totalSteps(recipe), sftSteps: supervisedSteps(recipe) })
  const chosen = presetFor(request)
  if (!chosen.ok) return chosen
  const { model, sft, grpo } = chosen.value
  return ok({ model, totalSteps: sft.steps + grpo.steps, sftSteps: sft.steps })
}

/** Why a stored run cannot go on with this version; null when it can. */
function whyNotResumable(record: RunRecord, checkpoint: Checkpoint | null): string | null {
  const recipe = recipeFor(record.preset)
  if (recipe) return recipeNotResumable(record, recipe, checkpoint?.config ?? null)
  const chosen = presetFor(record)
  return chosen.ok ? notResumable(record, chosen.value, checkpoint?.config ?? null) : chosen.what
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
    const plan = planOf(request)
    if (!plan.ok) return plan
    const now = Date.now()
    const record: RunRecord = {
      ...request,
      schema: 1,
      id: crypto.randomUUID(),
      status: 'running',
      reason: null,
      backend: state.report.backend,
      adapter: state.report.adapter,
      parameters: parameterCount(plan.value.model),
      step: 0,
      totalSteps: plan.value.totalSteps,
      sftSteps: plan.value.sftSteps,
      checkpointStep: 0,
      createdAt: now,
      updatedAt: now,
      evaluations: [],
      ...(recipeFor(request.preset) ? { recipe: { results: [], partial: null } } : {}),
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
    const changed = whyNotResumable(record, checkpoint?.value ?? null)
    if (changed) return fail('noCheckpoint', changed, { next: 'Start a new run. This one keeps its curves, and the Models place still samples from it.' })
    // A checkpoint of a recipe counts inside its stage; the record counts over all of them.
    const step = record.recipe ? record.checkpointStep : (checkpoint?.value.step ?? 0)
    const evaluations = record.evaluations.filter((e) => e.step <= step)
    const { backend, adapter } = state.report
    return begin({ ...record, status: 'running', reason: null, step, checkpointStep: step, evaluations, backend, adapter }, checkpoint?.value ?? null, port)
  },

  pause: (runId) => Promise.resolve(jobOf(runId)?.pause()),
  unpause: (runId) => Promise.resolve(jobOf(runId)?.resume()),
  stop(runId) {
    if (current?.id === runId) current.isStopped = true
    return Promise.resolve(jobOf(runId)?.end())
  },

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
    const maxNewTokens = recipeFor(record.preset)?.maxNewTokens ?? (chosen.ok ? chosen.value.grpo.maxNewTokens : 64)
    return sampleProofs(device.openModel, checkpoint.value, problem, { ...options, maxNewTokens })
  },

  loseDevice: () => Promise.resolve(device.lose()),
}

function jobOf(runId: string): JobBase | null {
  return current?.id === runId ? current.job : null
}

exposeAlive(api)

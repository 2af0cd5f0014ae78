/** The shell of the data worker: it owns the imports underway; reading and storing is src/storage. */
import { fail, ok, type Failure, type Result } from '../../src/base/result'
import { archiveMembers } from '../../src/storage/archive'
import { incomingFile, type Incoming } from '../../src/storage/bytes'
import { changeDataset } from '../../src/storage/changeDataset'
import { DatasetReader, getDataset, listDatasets, openDatasetHome } from '../../src/storage/datasets'
import { listTrash, purgeDataset, restoreDataset, sweepShards, trashDataset } from '../../src/storage/datasetTrash'
import { incomingHub } from '../../src/storage/hubBytes'
import { hubListing } from '../../src/storage/hubListing'
import { importDataset, type EarlyDataset, type ImportFailure, type ImportOptions } from '../../src/storage/importDataset'
import { shardNamed } from '../../src/proofs/schemas/shardNames'
import { traitsOf } from '../../src/proofs/tinyProofs/traits'
import { shardHandles } from '../../src/storage/shardPlaces'
import { openDistilStore } from '../../src/storage/distilJobs'
import { openProvings } from '../../src/storage/provings'
import { openRunStore } from '../../src/storage/runs'
import { exposeAlive } from '../alive'
import { CHANGES, NETWORK, type DatasetRecord, type DataWorkerApi, type OnProgress } from './protocol'
import { Curation } from './curation'
import { Distilling } from './distilling'
import { storeSamples } from './samples'
import { Tables } from './tables'

const network = new BroadcastChannel(NETWORK)
let lastHeard = -Infinity
const home = openDatasetHome(() => {
  const now = performance.now()
  if (now - lastHeard < 1_000) return
  lastHeard = now
  network.postMessage('')
})
const reader = new DatasetReader(home)
const tables = new Tables(reader, home.database)
const runs = openRunStore()
const jobs = new Map<string, AbortController>()

/** Held by whoever writes shards, in any tab: a sweep must not take the half-written shard of another's import. */
const WRITERS = 'lab-dataset-writers'

// Damaged files make the parquet reader reject promises that nobody holds; the import they belong to then fails.
const escaped = new Set<(error: Error) => void>()
addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  for (const give of escaped) give(event.reason instanceof Error ? event.reason : new Error(String(event.reason)))
})

const swept = navigator.locks
  .request(WRITERS, { ifAvailable: true }, async (lock) => {
    if (lock) await sweepShards(home, Date.now())
  })
  .catch(() => {}) // a sweep that fails is tried at the next start; the imports report what is wrong with the disk

async function writing<T>(work: () => Promise<T>): Promise<T> {
  await swept
  return await navigator.locks.request(WRITERS, work)
}

function catchEscaped(where: string): { failed: Promise<Failure<ImportFailure>>; done: () => void } {
  let give: (error: Error) => void = () => {}
  const failed = new Promise<Failure<ImportFailure>>((resolve) => {
    give = (error) => resolve(fail('unreadable', `The file is damaged: ${error.message}.`, { where, next: 'Download or export it again.' }))
  })
  escaped.add(give)
  return { failed, done: () => void escaped.delete(give) }
}

const curation = new Curation(home, reader, jobs, writing, changed)
const distilStore = openDistilStore()
const provings = openProvings()
const distilling = new Distilling(home, reader, distilStore, writing, changed)
const changes = new BroadcastChannel(CHANGES)

/** Other tabs, and the page itself, read the catalogue anew. */
function changed(datasetId: string): void {
  reader.forget(datasetId)
  tables.forget(datasetId)
  curation.forget(datasetId)
  changes.postMessage(datasetId)
}

async function usedBytes(): Promise<number | null> {
  return (await navigator.storage.estimate()).usage ?? null
}

/** At most ten messages a second, and the last one. */
function unhurried(onProgress: OnProgress): OnProgress {
  let last = -Infinity
  return (progress) => {
    const now = performance.now()
    if (now - last < 100 && progress.doneBytes < progress.totalBytes) return
    last = now
    onProgress(progress)
  }
}

/** One file by its name; the shards of a set by what their names share. */
function nameOf(names: readonly string[]): string {
  const first = names[0] ?? ''
  return names.length === 1 ? first : (shardNamed(first)?.set ?? first)
}

let sampling: Promise<Failure<ImportFailure> | null> | null = null

async function takeIn(job: string, name: string, files: readonly Incoming[], how: Pick<ImportOptions, 'origin' | 'keep' | 'member' | 'provenance'>, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>> {
  const stop = new AbortController()
  jobs.set(job, stop) // before the first await, so a cancel sent right behind the start finds it
  const totalBytes = files.reduce((sum, f) => sum + f.bytes.byteLength, 0)
  const { failed, done } = catchEscaped(`\`${name}\``)
  const id = crypto.randomUUID()
  // Waiting for the samples, or for another tab, is no silence.
  const waiting = setInterval(() => onProgress({ doneBytes: 0, totalBytes, rows: 0, text: 'Waiting for another import' }), 2_000)
  try {
    const result = await writing(() => {
      clearInterval(waiting)
      const onOpened = ({ record, source }: EarlyDataset) => {
        reader.hold(record, source)
        onProgress({ doneBytes: 0, totalBytes, rows: record.rows, text: 'Checking', opened: record }) // its columns may still hang the reader
      }
      return Promise.race([
        failed.then((failure) => (stop.abort(), failure)),
        importDataset(home, files, { ...how, id, name, now: Date.now(), onProgress: unhurried(onProgress), onOpened, stop: stop.signal, usedBytes }),
      ])
    })
    changed(id)
    return result
  } finally {
    clearInterval(waiting)
    reader.forget(id)
    done()
    jobs.delete(job)
  }
}

exposeAlive({
  datasets: () => listDatasets(home),

  async ensureSample(baseUrl, restore) {
    // Asked by several places at once when the page opens: they share one import.
    sampling ??= writing(() => storeSamples(home, baseUrl, restore, Date.now()))
      .catch((error: unknown) => fail('storage', `The samples could not be stored: ${error instanceof Error ? error.message : String(error)}.`, { next: 'Reload the page.' }))
      .finally(() => (sampling = null))
    const failure = await sampling
    return failure ?? ok(await listDatasets(home))
  },

  importFiles(job, files, { keep, member }, onProgress) {
    const name = member ? member.name.split('/').at(-1)! : nameOf(files.map((f) => f.file.name))
    return takeIn(job, name, files.map(({ file, handle }) => incomingFile(file, handle)), { origin: 'file', keep, ...(member ? { member } : {}) }, onProgress)
  },

  hubListing: (link) => hubListing(link, (input, init) => fetch(input, init)),

  importHub(job, { repo, revision, licence, files }, keep, onProgress) {
    const name = `${repo.split('/')[1]}: ${nameOf(files.map((f) => f.path))}`
    const incoming = files.map((file) => incomingHub({ ...file, name: file.path.split('/').at(-1)! }, home.network!))
    return takeIn(job, name, incoming, { origin: 'file', keep, provenance: { source: repo, revision, licence, packing: [] } }, onProgress)
  },

  async handles(datasetId) {
    return shardHandles(home, (await getDataset(home, datasetId))?.shards ?? [])
  },

  archive: (file) => archiveMembers(file, file.name),

  async cancel(job) {
    jobs.get(job)?.abort()
  },

  async change(datasetId, change) {
    const result = await changeDataset(home, reader, datasetId, change)
    if (result.ok) changed(datasetId)
    return result
  },

  async remove(datasetId) {
    const result = await trashDataset(home, datasetId, Date.now())
    if (!result.ok) throw new Error(result.what)
    changed(datasetId)
  },
  async restore(datasetId) {
    const record = await restoreDataset(home, datasetId)
    changed(datasetId)
    return record
  },
  async purge(datasetId) {
    await purgeDataset(home, datasetId)
    changed(datasetId)
  },
  trash: () => listTrash(home),

  async shardFiles(datasetId) {
    const record = await getDataset(home, datasetId)
    if (!record) return fail('noDataset', 'This dataset is not stored in this browser.', { where: 'Datasets' })
    if (record.flags.includes('no_export')) return fail('evaluationOnly', 'This dataset is marked to stay in this browser.', { where: `\`${record.name}\`` })
    if (record.shards.some((s) => s.place)) return fail('unreadable', 'It is read where it lies: there is no copy in this browser.', { where: `\`${record.name}\``, next: 'Export it under Curate.' })
    const files = await Promise.all(record.shards.map(async ({ name, fileName }) => ({ name: fileName, file: await home.shards.file(name) })))
    const lost = files.find(({ file }) => file === null)
    if (lost) return fail('unreadable', 'The browser has removed the stored file.', { where: `\`${lost.name}\`` })
    return ok(files.flatMap(({ name, file }) => (file ? [{ name, file }] : [])))
  },

  facts: (datasetId, onRows) => tables.facts(datasetId, onRows),
  select: (datasetId, query, onRows) => tables.select(datasetId, query, onRows),
  gridPage: (datasetId, rows, query) => tables.page(datasetId, rows, query),
  difficulty: (job, datasetId, settings, onRows) => curation.difficulty(job, datasetId, settings, onRows),
  curriculum: (datasetId, settings) => curation.curriculum(datasetId, settings),
  duplicates: (job, datasetId, benchmarkIds, threshold, onRows) => curation.duplicates(job, datasetId, benchmarkIds, threshold, onRows),
  verdicts: (job, datasetId, onRows) => curation.verdicts(job, datasetId, onRows),
  rubrics: (job, datasetId, onRows) => curation.rubrics(job, datasetId, onRows),
  checkSplit: (job, datasetId, onRows) => curation.checkSplit(job, datasetId, onRows),
  split: (job, datasetId, rows, share, seed, onRows) => curation.split(job, datasetId, rows, share, seed, onRows),
  derive: (job, datasetId, derivation, onRows) => curation.derive(job, datasetId, derivation, onRows),
  exportFile: (job, datasetId, derivation, format, onRows) => curation.exportFile(job, datasetId, derivation, format, onRows),

  distilItems: (datasetId, limit) => distilling.items(datasetId, limit),
  distilJobs: () => distilling.jobs(),
  distilBegin: (job) => distilStore.put(job),
  distilRows: (jobId) => distilStore.rows(jobId),
  distilKeep: (jobId, row) => distilStore.putRow(jobId, row),
  distilFinish: (jobId) => distilling.finish(jobId),
  distilRemove: (jobId) => distilStore.remove(jobId),
  provings: () => provings.list(),
  putProving: (proving) => provings.put(proving),
  provingReplies: (provingId) => provings.replies(provingId),
  keepReply: (provingId, reply) => provings.putReply(provingId, reply),
  removeProving: (provingId) => provings.remove(provingId),
  readRow: (datasetId, index) => reader.readRow(datasetId, index),
  readReasoning: (datasetId, index) => reader.readReasoning(datasetId, index),

  runs: () => runs.list(),
  run: (runId) => runs.get(runId),
  metrics: (runId) => runs.metrics(runId),
  rollouts: (runId, step) => runs.rollouts(runId, step),
  rolloutSteps: (runId) => runs.rolloutSteps(runId),
  async evaluation(runId, label) {
    const stored = await runs.evaluation(runId, label)
    if (!stored) return null
    const traits: Readonly<Record<string, string>>[] = []
    for (const { group, index, problem, rubric } of stored.rollouts) if (index === 0) traits[group] = traitsOf(problem, rubric)
    return { ...stored, traits }
  },
  removeRun: (runId) => runs.remove(runId),
  async checkpointFile(runId) {
    const bytes = await runs.checkpoint(runId)
    return bytes ? new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }) : null
  },

  async usage() {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate()
    return { usedBytes: usage, quotaBytes: quota, persisted: await navigator.storage.persisted() }
  },
  /** Workers may only ask what was promised; the promise itself is asked for by the page. */
  persist: () => navigator.storage.persisted(),
} satisfies DataWorkerApi)

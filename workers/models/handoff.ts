/** A run with all that a cluster needs to go on from it, as one zip. */
import { fail, ok, type Result } from '../../src/base/result'
import type { Stop } from '../../src/base/stop'
import { readCheckpoint, type Checkpoint } from '../../src/engine/checkpoint'
import { ADAMW_DEFAULTS } from '../../src/engine/optimiser/adamwDefaults'
import { adapterFolder, runFolder, textFile, type ExportFile } from '../../src/engine/pretrained/exportFolder'
import type { HandoffDataset, HandoffRun } from '../../src/posttrain/handoff/handoffRun'
import { completionRows, groupCount, tableLines, viewerLines } from '../../src/posttrain/handoff/rolloutTables'
import { handoffTexts } from '../../src/posttrain/handoff/texts'
import { pipelineRlPoints } from '../../src/posttrain/metricNames'
import type { Preset } from '../../src/posttrain/presets'
import { presetOf } from '../../src/posttrain/runSettings'
import { metricsCsv } from '../../src/posttrain/runExports'
import type { RunRecord } from '../../src/posttrain/runRecords'
import { DatasetReader, getDataset, type DatasetHome, type Opened } from '../../src/storage/datasets'
import { exportRows } from '../../src/storage/exportRows'
import { completionsParquet } from '../../src/storage/rolloutParquet'
import type { RunStore } from '../../src/storage/runs'
import { runFacts, zipped, type ExportContext } from './library'
import type { ExportFault } from './protocol'

/** About what the rollouts of a step take: how much it is shows when they are read. */
const STEP_BYTES = 24_000

export interface HandoffSources {
  readonly runs: RunStore
  readonly datasets: DatasetHome
}

export async function exportHandoff(sources: HandoffSources, runId: string, context: ExportContext): Promise<Result<File, ExportFault>> {
  const files = await handoffFiles(sources, runId, context.stop)
  return files.ok ? zipped(files.value.files, `${files.value.name}-handoff`, context) : files
}

/** The files of the export, each produced piece by piece. */
export async function handoffFiles({ runs, datasets }: HandoffSources, runId: string, stop: Stop): Promise<Result<{ name: string; files: ExportFile[] }, ExportFault>> {
  const record = await runs.get(runId)
  const bytes = await runs.checkpoint(runId)
  if (!record || !bytes) return fail('noCheckpoint', 'This run has no stored checkpoint.', { next: 'Let it go on for some steps.' })
  const read = readCheckpoint(bytes)
  if (!read.ok) return fail('noCheckpoint', read.what, { where: read.where, next: read.next })
  const chosen = presetOf(record)
  if (!chosen.ok) return fail('noPreset', `${chosen.what} So the run's hyperparameters are not known.`, { where: record.name, next: 'Export its model folder and its metrics instead.' })
  const preset = chosen.value
  const checkpoint = read.value

  const reader = new DatasetReader(datasets)
  const add = (id: string, name: string, file: string) => datasetFile({ home: datasets, reader, stop }, id, name, file)
  const sft = await add(record.sftDatasetId, record.sftDatasetName, 'data/sft.parquet')
  const rl = await add(record.rlDatasetId, record.rlDatasetName, 'data/rl.parquet')
  const heldOut = record.heldOutDatasetId === null ? null : await add(record.heldOutDatasetId, 'Held-out problems', 'data/heldout.parquet')

  const run: HandoffRun = {
    record, preset, model: checkpoint.config, parameters: record.parameters, checkpoint: { step: checkpoint.step, stage: checkpoint.stage },
    weights: checkpoint.adapter ? 'adapter' : 'model', optimiser: ADAMW_DEFAULTS, sft: sft.about, rl: rl.about, heldOut: heldOut?.about ?? null,
  }
  return ok({
    name: record.name,
    files: [
      ...handoffTexts(run).map(({ name, text }) => textFile(name, text)),
      ...weights(checkpoint, record, preset).map((file) => ({ ...file, name: `model/${file.name}` })),
      ...[sft, rl, heldOut].flatMap((set) => set?.file ?? []),
      ...(await logs(runs, record)),
    ],
  })
}

function weights(checkpoint: Checkpoint, record: RunRecord, preset: Preset): ExportFile[] {
  return checkpoint.adapter ? adapterFolder(checkpoint, checkpoint.adapter.base) : runFolder(checkpoint, runFacts(record.name, preset))
}

/** Metrics, evaluations and the rollouts of every logged step, which are read from the disk as the zip is written. */
async function logs(runs: RunStore, record: RunRecord): Promise<ExportFile[]> {
  const points = await runs.metrics(record.id)
  const steps = await runs.rolloutSteps(record.id)
  const evaluations: ExportFile[] = []
  for (const { label } of record.evaluations) {
    const stored = await runs.evaluation(record.id, label)
    if (stored) evaluations.push(textFile(`evaluations/${label}.jsonl`, viewerLines(stored, record.rlDatasetName)))
  }
  return [
    textFile('run.json', { ...record, evaluations: record.evaluations.map((e) => ({ ...e, lengths: undefined })) }),
    textFile('metrics.csv', metricsCsv([{ record, points }])),
    textFile('metrics_pipelinerl.csv', metricsCsv([{ record, points: pipelineRlPoints(points) }])),
    ...evaluations,
    ...steps.map((step): ExportFile => ({
      name: `rollouts/completions_${String(step).padStart(5, '0')}.parquet`,
      sizeBytes: STEP_BYTES,
      async *chunks() {
        const stored = await runs.rollouts(record.id, step)
        if (stored) yield completionsParquet(completionRows(stored))
      },
    })),
    ...(steps.length === 0 ? [] : [{
      name: 'rollouts/tables.jsonl',
      sizeBytes: steps.length * STEP_BYTES,
      async *chunks() {
        let groups = 0
        for (const step of steps) {
          const stored = await runs.rollouts(record.id, step)
          if (!stored) continue
          yield new TextEncoder().encode(tableLines(stored, groups)) as Uint8Array<ArrayBuffer>
          groups += groupCount(stored)
        }
      },
    } satisfies ExportFile]),
  ]
}

interface DatasetSources {
  readonly home: DatasetHome
  readonly reader: DatasetReader
  readonly stop: Stop
}

/** A dataset as parquet in the published schema, or why it is left out: gone, unreadable, or marked to stay. */
async function datasetFile({ home, reader, stop }: DatasetSources, id: string, name: string, file: string): Promise<{ about: HandoffDataset; file: ExportFile | null }> {
  const record = await getDataset(home, id)
  const leftOut = (why: string) => ({
    about: { name: record?.name ?? name, rows: record?.rows ?? 0, source: record?.provenance.source ?? null, revision: record?.provenance.revision ?? null, licence: record?.provenance.licence ?? null, file: null, why },
    file: null,
  })
  if (!record) return leftOut('It is no longer stored in this browser.')
  if (record.flags.includes('no_export')) return leftOut('It is marked to stay in this browser.')
  const opened = await reader.use(id, (opened: Opened) => Promise.resolve(opened))
  if (!opened.ok) return leftOut(opened.what)
  const { provenance, lineage } = record
  return {
    about: { name: record.name, rows: record.rows, source: provenance.source, revision: provenance.revision, licence: provenance.licence, file, why: null },
    file: { name: file, sizeBytes: record.sizeBytes, chunks: () => exportRows(opened.value, null, 'parquet', { provenance, lineage }, () => {}, stop) },
  }
}

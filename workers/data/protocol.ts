/** The contract of the data worker: datasets and stored runs, in and out of the browser's storage. */
import type { Result } from '../../src/base/result'
import type { MetricPoint, RolloutStep, RunRecord } from '../../src/posttrain/runRecords'
import type { GridRow, ProofRow } from '../../src/proofs/schemas/rows'
import type { DatasetRecord } from '../../src/storage/datasets'
import type { ImportFailure, ImportProgress } from '../../src/storage/importDataset'

export type { GridRow, ProofRow } from '../../src/proofs/schemas/rows'
export type { ColumnInfo, SchemaId } from '../../src/proofs/schemas/schema'
export type { DatasetRecord } from '../../src/storage/datasets'
export type { ImportFailure, ImportProgress } from '../../src/storage/importDataset'

export type OnProgress = (progress: ImportProgress) => void

export interface DataApi {
  datasets(): Promise<readonly DatasetRecord[]>
  /** Puts the bundled samples into the catalogue, but for those that were removed, unless `restore`; gives the catalogue. */
  ensureSample(restore?: boolean): Promise<Result<readonly DatasetRecord[], ImportFailure>>
  importFile(job: string, file: File, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>>
  cancel(job: string): Promise<void>
  remove(datasetId: string): Promise<void>
  /** Rows [start, end) for the grid; reads only the columns it shows. */
  gridRows(datasetId: string, start: number, end: number): Promise<Result<readonly GridRow[], 'unreadable' | 'noDataset'>>
  readRow(datasetId: string, index: number): Promise<Result<ProofRow, 'unreadable' | 'noDataset'>>
  readReasoning(datasetId: string, index: number): Promise<Result<string | null, 'unreadable' | 'noDataset'>>
  runs(): Promise<readonly RunRecord[]>
  run(runId: string): Promise<RunRecord | null>
  metrics(runId: string): Promise<readonly MetricPoint[]>
  rollouts(runId: string, step: number): Promise<RolloutStep | null>
  rolloutSteps(runId: string): Promise<readonly number[]>
  /** Checkpoint of a run as a safetensors file (weights, then optimiser state); null when there is none. */
  checkpointFile(runId: string): Promise<Blob | null>
  removeRun(runId: string): Promise<void>
  /** Bytes used and allowed by this origin, and whether the browser promised to keep them. */
  usage(): Promise<{ usedBytes: number; quotaBytes: number; persisted: boolean }>
  persist(): Promise<boolean>
}

/** The worker's side: it does not know the page's address, the client does. */
export interface DataWorkerApi extends Omit<DataApi, 'ensureSample'> {
  ensureSample(baseUrl: string, restore: boolean): Promise<Result<readonly DatasetRecord[], ImportFailure>>
}

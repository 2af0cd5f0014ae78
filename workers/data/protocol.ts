/** The contract of the data worker: datasets and stored runs, in and out of the browser's storage. */
import type { Result } from '../../src/base/result'
import type { MetricPoint, RolloutStep, RunRecord } from '../../src/posttrain/runRecords'

/** Schemas the lab recognises by their columns (src/proofs/schemas). */
export type SchemaId = 'fineproofs-sft' | 'fineproofs-rl'

export interface ColumnInfo {
  readonly name: string
  /** As a researcher would write it: `string`, `int64`, `list<int64>`, `list<struct{content, role}>`. */
  readonly type: string
}

/** One dataset in the catalogue. Rows stay in shards; this record says all that is needed to read them. */
export interface DatasetRecord {
  readonly schema: 1
  readonly id: string
  readonly name: string
  readonly schemaId: SchemaId
  readonly format: 'parquet' | 'jsonl'
  readonly rows: number
  readonly rowGroups: number
  readonly sizeBytes: number
  /** SHA-256 of the file, hex. */
  readonly sha256: string
  readonly columns: readonly ColumnInfo[]
  readonly origin: 'sample' | 'file'
  readonly addedAt: number
  /** Whether the in-tab models can train on it, and if not, why. */
  readonly trainable: { readonly sft: boolean; readonly rl: boolean; readonly why: string | null }
  /** `no_train`: an evaluation-only file; training refuses it. */
  readonly flags: readonly ('no_train' | 'no_export')[]
}

export type ImportFailure =
  | 'unreadable' // truncated, corrupt, wrong magic bytes
  | 'missingColumn'
  | 'wrongType'
  | 'empty'
  | 'unsupported'
  | 'quota'
  | 'cancelled'
  | 'storage'

export interface ImportProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly rows: number
  readonly text: string
}

/** A row for the grid: short values only; long text is cut to `previewChars`. */
export type GridRow = Readonly<Record<string, string | number | null>>

/** One row in full, by role; `raw` holds every other column. */
export interface ProofRow {
  readonly index: number
  readonly problem: string
  readonly proof: string | null
  readonly rubric: string | null
  readonly source: string | null
  readonly category: string | null
  readonly competition: string | null
  /** 0–7, the teacher's proof as graded by the dataset's judge. */
  readonly grade: number | null
  readonly rewardMean: number | null
  readonly rewardStd: number | null
  readonly scores: readonly number[] | null
  /** True when the dataset has reasoning for this row; fetched by `readReasoning`. */
  readonly hasReasoning: boolean
}

export type OnProgress = (progress: ImportProgress) => void

export interface DataApi {
  datasets(): Promise<readonly DatasetRecord[]>
  /** Puts the bundled sample into the catalogue when it is not there yet; gives the catalogue. */
  ensureSample(): Promise<Result<readonly DatasetRecord[], ImportFailure>>
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

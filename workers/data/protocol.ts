/** The contract of the data worker: datasets and stored runs, in and out of the browser's storage. */
import type { Result } from '../../src/base/result'
import type { Evaluation, EvaluationAttempts, MetricPoint, RolloutStep, RunRecord } from '../../src/posttrain/runRecords'
import type { Difficulty, DifficultySettings } from '../../src/posttrain/difficulty'
import type { DuplicatePair } from '../../src/proofs/dedup/duplicates'
import type { Query } from '../../src/proofs/query/filters'
import type { ProofRow } from '../../src/proofs/schemas/rows'
import type { RoleNames } from '../../src/proofs/schemas/schema'
import type { ArchiveFailure, ArchiveMember, MemberChoice } from '../../src/storage/archive'
import type { RubricReport, ScoreReport, SplitReport, VerdictReport } from '../../src/storage/curate'
import type { ReadFailure } from '../../src/storage/datasets'
import type { DistilJob } from '../../src/storage/distilJobs'
import type { KeptReply, Proving } from '../../src/storage/provings'
import type { DistilItem, DistilRow } from '../../src/posttrain/distil/distil'
import type { DatasetFlag, DatasetRecord, Provenance } from '../../src/storage/datasetRecord'
import type { ColumnFacts, GridPage, QueryFailure, Selection } from '../../src/storage/datasetTable'
import type { TrashRecord } from '../../src/storage/datasetTrash'
import type { ExportFormat } from '../../src/storage/exportRows'
import type { HubFailure, HubListing } from '../../src/storage/hubListing'
import type { ImportFailure, ImportProgress } from '../../src/storage/importDataset'

export type { KeptReply, Proving, ProvingSource } from '../../src/storage/provings'
export type { DistilJob, Teacher } from '../../src/storage/distilJobs'
export type { GridRow, ProofRow } from '../../src/proofs/schemas/rows'
export type { ColumnInfo, SchemaId } from '../../src/proofs/schemas/schema'
export type { ArchiveMember, MemberChoice } from '../../src/storage/archive'
export type { DatasetFlag, DatasetRecord, Provenance } from '../../src/storage/datasetRecord'
export type { ColumnFacts, GridPage, Selection } from '../../src/storage/datasetTable'
export type { TrashRecord } from '../../src/storage/datasetTrash'
export type { RubricReport, ScoreReport, SplitReport, VerdictReport } from '../../src/storage/curate'
export type { ExportFormat } from '../../src/storage/exportRows'
export type { ImportFailure, ImportProgress } from '../../src/storage/importDataset'
export type { HubFailure, HubFile, HubListing } from '../../src/storage/hubListing'

/** `link`: read where it lies, not copied. */
export type Keep = 'copy' | 'link'

/** A file with the way back to it, where the browser gave one. */
export interface HandledFile {
  readonly file: File
  readonly handle: FileSystemFileHandle | null
}

export interface ImportHow {
  readonly keep: Keep
  /** Of a zip, which table. */
  readonly member: MemberChoice | null
}

/** With `opened`, the dataset can be read from here on, though it is not stored yet. */
export type OnProgress = (progress: ImportProgress & { readonly opened?: DatasetRecord }) => void
export type OnRows = (doneRows: number) => void

/** What the researcher says of a dataset; what is left out stays. */
export interface DatasetChange {
  readonly roles?: RoleNames
  readonly flags?: readonly DatasetFlag[]
  readonly provenance?: Provenance
}

export interface DifficultyReport {
  readonly scores: ScoreReport
  readonly difficulty: Difficulty
}

export interface DuplicateReport {
  /** The most similar first; at most a thousand of `pairs`. */
  readonly shown: readonly (DuplicatePair & { readonly text: string; readonly otherText: string })[]
  readonly pairs: number
  readonly byKind: Readonly<Record<'exact' | 'near' | 'run', number>>
  /** Pairs with rows of a benchmark. */
  readonly withBenchmarks: number
  /** Rows that stay when duplicates go, in file order. */
  readonly kept: Uint32Array
  readonly removed: number
}

/** Which rows, and what was done to choose them. */
export interface Derivation {
  readonly name: string
  /** Null for all. */
  readonly rows: Uint32Array | null
  /** One sentence a step. */
  readonly steps: readonly string[]
}

/** The attempts of an evaluation, with what its problems can be split by. */
export interface StoredEvaluation extends EvaluationAttempts {
  /** Level and domain of each problem, by group; none for a problem of another domain. */
  readonly traits: readonly Readonly<Record<string, string>>[]
}

/** A distillation and how far it is. */
export interface DistilJobState extends DistilJob {
  readonly done: number
  readonly kept: number
  readonly failed: number
}
export type DistilFailure = ReadFailure | 'noProblems' | 'noJob'

export type CurateFailure = ReadFailure | 'cancelled' | 'noColumn'

export interface StorageUse {
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly persisted: boolean
}

export interface DataApi {
  datasets(): Promise<readonly DatasetRecord[]>
  /** Puts the bundled samples into the catalogue, but for those that were removed, unless `restore`; gives the catalogue. */
  ensureSample(restore?: boolean): Promise<Result<readonly DatasetRecord[], ImportFailure>>
  /** The shards of one dataset, or one file; of a zip the chosen member. */
  importFiles(job: string, files: readonly HandledFile[], how: ImportHow, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>>
  /** Readable files of a dataset on the Hub; asks huggingface.co, and nobody else. */
  hubListing(link: string): Promise<Result<HubListing, HubFailure | 'unreadable'>>
  /** `from` lists the files of one dataset only. Parquet that is not copied is read by range. */
  importHub(job: string, from: HubListing, keep: Keep, onProgress: OnProgress): Promise<Result<DatasetRecord, ImportFailure>>
  /** Of a dataset that is read where it lies, what the page asks permission by. */
  handles(datasetId: string): Promise<readonly FileSystemFileHandle[]>
  cancel(job: string): Promise<void>
  /** The tables in a zip. */
  archive(file: File): Promise<Result<readonly ArchiveMember[], ArchiveFailure>>
  change(datasetId: string, change: DatasetChange): Promise<Result<DatasetRecord, ReadFailure | 'quota' | 'storage'>>
  /** Takes it out of the catalogue; `restore` undoes that until the removal is final. */
  remove(datasetId: string): Promise<void>
  restore(datasetId: string): Promise<DatasetRecord | null>
  /** Makes a removal final: its room is free after this. */
  purge(datasetId: string): Promise<void>
  trash(): Promise<readonly TrashRecord[]>
  /** The stored files of a dataset, to be saved elsewhere. */
  shardFiles(datasetId: string): Promise<Result<readonly { readonly name: string; readonly file: Blob }[], ReadFailure>>
  /** What each column holds; reads the short columns the first time. */
  facts(datasetId: string, onRows: OnRows): Promise<Result<readonly ColumnFacts[], ReadFailure>>
  /** Rows that pass, in order. A later call for the same dataset takes the place of one underway. */
  select(datasetId: string, query: Query, onRows: OnRows): Promise<Result<Selection, ReadFailure | QueryFailure>>
  /** Cells of these rows. */
  gridPage(datasetId: string, rows: readonly number[], query: Query): Promise<Result<GridPage, ReadFailure>>
  /** Score lists, difficulty, pass@k and group statistics. Reads the lists once; other settings are answered from memory. */
  difficulty(job: string, datasetId: string, settings: DifficultySettings, onRows: OnRows): Promise<Result<DifficultyReport, CurateFailure>>
  /** Rows within the curriculum, in file order. */
  curriculum(datasetId: string, settings: DifficultySettings): Promise<Result<Uint32Array, CurateFailure>>
  /** Exact and near duplicates inside the dataset, and copies of problems of the benchmarks. `threshold`: 0..1. */
  duplicates(job: string, datasetId: string, benchmarkIds: readonly string[], threshold: number, onRows: OnRows): Promise<Result<DuplicateReport, CurateFailure>>
  verdicts(job: string, datasetId: string, onRows: OnRows): Promise<Result<VerdictReport, CurateFailure>>
  rubrics(job: string, datasetId: string, onRows: OnRows): Promise<Result<RubricReport, CurateFailure>>
  checkSplit(job: string, datasetId: string, onRows: OnRows): Promise<Result<SplitReport, CurateFailure>>
  /** Two derived datasets: no problem lies in both. `rows` null for all. */
  split(job: string, datasetId: string, rows: Uint32Array | null, share: number, seed: number, onRows: OnRows): Promise<Result<readonly DatasetRecord[], CurateFailure | ImportFailure>>
  /** Stores the rows as a dataset of its own, with its lineage; flags and provenance are inherited. */
  derive(job: string, datasetId: string, derivation: Derivation, onRows: OnRows): Promise<Result<DatasetRecord, CurateFailure | ImportFailure>>
  /** The rows as a file in the published schema. */
  exportFile(job: string, datasetId: string, derivation: Derivation, format: ExportFormat, onRows: OnRows): Promise<Result<{ readonly name: string; readonly file: Blob }, CurateFailure>>
  /** Problems to be taught: rows of the dataset from the first on. Refused, with the reason, for a dataset for evaluation. */
  distilItems(datasetId: string, limit: number): Promise<Result<readonly DistilItem[], DistilFailure>>
  distilJobs(): Promise<readonly DistilJobState[]>
  /** Stores a distillation before anything is asked. Null when stored, else why not. */
  distilBegin(job: DistilJob): Promise<string | null>
  distilRows(jobId: string): Promise<readonly DistilRow[]>
  /** Null when the row is on the disk, else why not. */
  distilKeep(jobId: string, row: DistilRow): Promise<string | null>
  /** A dataset of what was kept. The job stays. */
  distilFinish(jobId: string): Promise<Result<DatasetRecord, DistilFailure | ImportFailure>>
  distilRemove(jobId: string): Promise<string | null>
  provings(): Promise<readonly Proving[]>
  /** Null when stored, else why not. */
  putProving(proving: Proving): Promise<string | null>
  provingReplies(provingId: string): Promise<readonly KeptReply[]>
  /** Null when the reply is on the disk, else why not. */
  keepReply(provingId: string, reply: KeptReply): Promise<string | null>
  removeProving(provingId: string): Promise<string | null>
  readRow(datasetId: string, index: number): Promise<Result<ProofRow, ReadFailure>>
  readReasoning(datasetId: string, index: number): Promise<Result<string | null, ReadFailure>>
  runs(): Promise<readonly RunRecord[]>
  run(runId: string): Promise<RunRecord | null>
  metrics(runId: string): Promise<readonly MetricPoint[]>
  rollouts(runId: string, step: number): Promise<RolloutStep | null>
  rolloutSteps(runId: string): Promise<readonly number[]>
  /** Null for an evaluation not stored yet, or made before attempts were kept. */
  evaluation(runId: string, label: Evaluation['label']): Promise<StoredEvaluation | null>
  /** Checkpoint of a run as a safetensors file (weights, then optimiser state); null when there is none. */
  checkpointFile(runId: string): Promise<Blob | null>
  removeRun(runId: string): Promise<void>
  /** Bytes used and allowed by this origin, and whether the browser promised to keep them. */
  usage(): Promise<StorageUse>
  persist(): Promise<boolean>
  /** Calls back whenever the catalogue changed, in any tab. @returns what ends it */
  onDatasetsChanged(heard: () => void): () => void
}

/** The worker's side: it does not know the page's address, the client does. */
export interface DataWorkerApi extends Omit<DataApi, 'ensureSample' | 'onDatasetsChanged'> {
  ensureSample(baseUrl: string, restore: boolean): Promise<Result<readonly DatasetRecord[], ImportFailure>>
}

/** Channel on which a worker says that it changed the catalogue. */
export const CHANGES = 'lab-datasets-changed'

/** Channel on which a worker says that bytes of the network arrive: it is not stuck. */
export const NETWORK = 'lab-data-network'

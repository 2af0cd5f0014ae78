/** The contract of the statistics worker: grading tables in, inflation matrices out. */
import type { BlindGrades } from '../../src/audit/blindGrades'
import type { ColumnReport } from '../../src/audit/doctor'
import type { Judged } from '../../src/audit/judges/judgedTable'
import type { JudgeItem } from '../../src/audit/judges/prompt'
import type { Ledger } from '../../src/audit/ledger'
import type { Exhibit, ProofPick } from '../../src/audit/exhibit'
import type { Mapping } from '../../src/audit/mapping'
import type { Matrix, MatrixQuery } from '../../src/audit/matrix'
import type { PairedGrade } from '../../src/audit/pairs'
import type { PickQuery } from '../../src/audit/pickedProofs'
import type { ReportDifference } from '../../src/audit/report'
import type { GradeRow, ProofText, Rater } from '../../src/audit/table'
import type { UseFlag } from '../../src/audit/useFlags'
import type { AuditQuery } from '../../src/audit/views/context'
import type { Chosen } from '../../src/audit/views/setting'
import type { Result } from '../../src/base/result'
import type { JudgeProfile } from '../../src/proofs/judgeProfile'
import type { GradeFileFailure, GradeFormat } from '../../src/storage/gradeFile'

/** The table that is always there: generated, not stored. */
export const SYNTHETIC_ID = 'synthetic'

export interface AuditInfo {
  readonly id: string
  readonly name: string
  readonly origin: 'synthetic' | 'file'
  readonly sizeBytes: number
}

/** A table opened: all that the controls and the doctor panel show. */
export interface AuditTable extends AuditInfo {
  readonly format: GradeFormat | null
  readonly shape: 'long' | 'wide' | 'generated'
  readonly rows: number
  readonly proofs: number
  readonly problems: number
  readonly raters: readonly Rater[]
  /** Raters that stand for the human reference now. */
  readonly humans: readonly string[]
  readonly rubrics: readonly string[]
  /** Conditions of an ablation column; empty without one. */
  readonly conditions: readonly string[]
  readonly solvers: readonly string[]
  readonly domains: readonly string[]
  readonly columns: readonly ColumnReport[]
  /** What may not be done with its rows. */
  readonly flags: readonly UseFlag[]
  /** Of the file; for the generated table, its recipe and seed. */
  readonly sha256: string
  /** Full marks taken for granted; null when a column says them. */
  readonly guessedMax: number | null
  readonly ledger: Ledger
}

/** One proof with every grade it got, under one rubric or all. */
export interface ProofView {
  readonly proofId: string
  readonly problemId: string
  readonly domain: string
  readonly solver: string
  readonly text: ProofText
  readonly grades: readonly GradeRow[]
  readonly isSynthetic: boolean
}

export type ImportFailure = GradeFileFailure | 'missingColumn' | 'storage' | 'worker' | 'password'

/** What a researcher adds to a dropped file. */
export interface ImportOptions {
  readonly mapping: Mapping | null
  /** Of a zip; used once. */
  readonly password: string | null
}
export type TableFailure = 'noTable' | 'unreadable' | 'worker'
export type MatrixFailure = TableFailure | 'noHuman' | 'noPairs' | 'cancelled'
/** A file's columns before they have a meaning. */
export interface ColumnPreview {
  readonly columns: readonly string[]
  /** The first rows as text, shortened. */
  readonly rows: readonly (readonly string[])[]
  /** What the lab would make of it; null when it cannot tell. */
  readonly mapping: Mapping | null
}

export interface ReportRequest {
  readonly query: AuditQuery
  /** Settings by analysis; one that is missing takes its defaults. */
  readonly chosen: Readonly<Record<string, Chosen>>
  readonly matrix: MatrixQuery
  readonly at: string
  readonly appVersion: string
}

export interface ReportCheck {
  readonly tableName: string
  readonly compared: number
  readonly differences: readonly ReportDifference[]
}

export type ReportFailure = AnalysisFailure | 'notReport' | 'damaged' | 'noSuchTable'

export type AnalysisFailure = TableFailure | 'noHuman' | 'cancelled' | 'internal'

/** Which analysis, of what, with which settings. */
export interface AnalysisRequest {
  readonly view: string
  readonly query: AuditQuery
  readonly chosen: Chosen
}

/** Share done, 0..1. */
export type OnProgress = (done: number) => void

/** Verdicts of a judge, and where they go. */
export interface Joining extends Judged {
  /** The table that they join; null for a new one of their own. */
  readonly tableId: string | null
  readonly name: string
  /** Of a dataset that may not be trained on or passed on. */
  readonly flags: readonly UseFlag[]
  /** Further lines of the new table. */
  readonly more: readonly string[]
}

export interface StatsApi {
  tables(): Promise<readonly AuditInfo[]>
  /** `mapping` overrules the guess and is remembered for files with the same header. */
  importFile(job: string, file: File, options: ImportOptions, onProgress: OnProgress): Promise<Result<AuditInfo, ImportFailure>>
  remove(tableId: string): Promise<void>
  preview(source: File | string, password: string | null): Promise<Result<ColumnPreview, ImportFailure | TableFailure>>
  /** Reads a stored table anew under other roles. */
  remap(tableId: string, mapping: Mapping): Promise<Result<null, ImportFailure | TableFailure>>
  setFlags(tableId: string, flags: readonly UseFlag[]): Promise<void>
  grades(tableId: string): Promise<BlindGrades>
  saveGrades(grades: BlindGrades): Promise<void>
  report(job: string, tableId: string, request: ReportRequest, onProgress: OnProgress): Promise<Result<string, ReportFailure>>
  checkReport(job: string, html: string, onProgress: OnProgress): Promise<Result<ReportCheck, ReportFailure>>
  open(tableId: string, humans: readonly string[]): Promise<Result<AuditTable, TableFailure>>
  matrix(job: string, tableId: string, query: MatrixQuery, onProgress: OnProgress): Promise<Result<Matrix, MatrixFailure>>
  analysis(job: string, tableId: string, request: AnalysisRequest, onProgress: OnProgress): Promise<Result<readonly Exhibit[], AnalysisFailure>>
  pickedProofs(tableId: string, query: PickQuery & Pick<MatrixQuery, 'humans'>, pick: ProofPick): Promise<Result<readonly PairedGrade[], TableFailure>>
  proof(tableId: string, proofId: string, rubric: string | null): Promise<Result<ProofView, TableFailure | 'noProof'>>
  /** A table of comparisons: read for what it says, not stored. */
  comparePairs(file: File): Promise<Result<readonly Exhibit[], ImportFailure>>
  /** The judge of the request's view as a profile; null when it has no pairs. */
  judgeProfile(tableId: string, request: AnalysisRequest): Promise<Result<JudgeProfile | null, TableFailure>>
  /** Every proof of the table with its texts, in the table's order, as a judge is shown it. */
  judgingItems(tableId: string): Promise<Result<readonly JudgeItem[], TableFailure>>
  /** A new table: the old one's rows, and the verdicts. */
  joinVerdicts(joining: Joining): Promise<Result<AuditInfo, ImportFailure | TableFailure>>
  cancel(job: string): Promise<void>
}

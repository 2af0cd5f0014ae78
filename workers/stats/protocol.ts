/** The contract of the statistics worker: grading tables in, inflation matrices out. */
import type { ColumnReport } from '../../src/audit/doctor'
import type { Ledger } from '../../src/audit/ledger'
import type { Exhibit, ProofPick } from '../../src/audit/exhibit'
import type { Matrix, MatrixQuery } from '../../src/audit/matrix'
import type { PairedGrade } from '../../src/audit/pairs'
import type { PickQuery } from '../../src/audit/pickedProofs'
import type { GradeRow, ProofText, Rater } from '../../src/audit/table'
import type { AuditQuery } from '../../src/audit/views/context'
import type { Chosen } from '../../src/audit/views/setting'
import type { Result } from '../../src/base/result'
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
  /** Full marks taken for granted; null when a column says them. */
  readonly guessedMax: number | null
  readonly ledger: Ledger
}

/** One proof with every grade it got under one rubric. */
export interface ProofView {
  readonly proofId: string
  readonly problemId: string
  readonly domain: string
  readonly solver: string
  readonly rubric: string
  readonly text: ProofText
  readonly grades: readonly GradeRow[]
  readonly isSynthetic: boolean
}

export type ImportFailure = GradeFileFailure | 'missingColumn' | 'storage' | 'worker'
export type TableFailure = 'noTable' | 'unreadable' | 'worker'
export type MatrixFailure = TableFailure | 'noHuman' | 'noPairs' | 'cancelled'
export type AnalysisFailure = TableFailure | 'noHuman' | 'cancelled' | 'internal'

/** Which analysis, of what, with which settings. */
export interface AnalysisRequest {
  readonly view: string
  readonly query: AuditQuery
  readonly chosen: Chosen
}

/** Share done, 0..1. */
export type OnProgress = (done: number) => void

export interface StatsApi {
  tables(): Promise<readonly AuditInfo[]>
  importFile(job: string, file: File, onProgress: OnProgress): Promise<Result<AuditInfo, ImportFailure>>
  remove(tableId: string): Promise<void>
  open(tableId: string, humans: readonly string[]): Promise<Result<AuditTable, TableFailure>>
  matrix(job: string, tableId: string, query: MatrixQuery, onProgress: OnProgress): Promise<Result<Matrix, MatrixFailure>>
  analysis(job: string, tableId: string, request: AnalysisRequest, onProgress: OnProgress): Promise<Result<readonly Exhibit[], AnalysisFailure>>
  pickedProofs(tableId: string, query: PickQuery & Pick<MatrixQuery, 'humans'>, pick: ProofPick): Promise<Result<readonly PairedGrade[], TableFailure>>
  proof(tableId: string, proofId: string, rubric: string): Promise<Result<ProofView, TableFailure | 'noProof'>>
  cancel(job: string): Promise<void>
}

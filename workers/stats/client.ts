/** What the page calls: one statistics worker, opened when first needed and replaced when it dies. */
import { proxy } from 'comlink'
import type { BlindGrades } from '../../src/audit/blindGrades'
import type { Exhibit, ProofPick } from '../../src/audit/exhibit'
import type { Mapping } from '../../src/audit/mapping'
import type { Matrix, MatrixQuery } from '../../src/audit/matrix'
import type { JudgeItem } from '../../src/audit/judges/prompt'
import type { PairedGrade } from '../../src/audit/pairs'
import type { PickQuery } from '../../src/audit/pickedProofs'
import type { UseFlag } from '../../src/audit/useFlags'
import type { JudgeProfile } from '../../src/proofs/judgeProfile'
import { fail, type Failure, type Result } from '../../src/base/result'
import { openWorker } from '../labWorker'
import type { AnalysisFailure, AnalysisRequest, AuditInfo, AuditTable, ColumnPreview, ImportFailure, ImportOptions, Joining, MatrixFailure, OnProgress, ProofView, ReportCheck, ReportFailure, ReportRequest, StatsApi, TableFailure } from './protocol'

/** What the store of audits asks for. */
export interface StatsClient {
  tables(): Promise<readonly AuditInfo[]>
  importFile(file: File, options: ImportOptions, onProgress: OnProgress, signal: AbortSignal): Promise<Result<AuditInfo, ImportFailure>>
  remove(tableId: string): Promise<void>
  preview(source: File | string, password: string | null): Promise<Result<ColumnPreview, ImportFailure | TableFailure>>
  remap(tableId: string, mapping: Mapping): Promise<Result<null, ImportFailure | TableFailure>>
  setFlags(tableId: string, flags: readonly UseFlag[]): Promise<void>
  grades(tableId: string): Promise<BlindGrades>
  saveGrades(grades: BlindGrades): Promise<void>
  report(tableId: string, request: ReportRequest, onProgress: OnProgress, signal: AbortSignal): Promise<Result<string, ReportFailure>>
  checkReport(html: string, onProgress: OnProgress, signal: AbortSignal): Promise<Result<ReportCheck, ReportFailure>>
  open(tableId: string, humans: readonly string[]): Promise<Result<AuditTable, TableFailure>>
  matrix(tableId: string, query: MatrixQuery, onProgress: OnProgress, signal: AbortSignal): Promise<Result<Matrix, MatrixFailure>>
  analysis(tableId: string, request: AnalysisRequest, onProgress: OnProgress, signal: AbortSignal): Promise<Result<readonly Exhibit[], AnalysisFailure>>
  pickedProofs(tableId: string, query: PickQuery & Pick<MatrixQuery, 'humans'>, pick: ProofPick): Promise<Result<readonly PairedGrade[], TableFailure>>
  proof(tableId: string, proofId: string, rubric: string | null): Promise<Result<ProofView, TableFailure | 'noProof'>>
  comparePairs(file: File): Promise<Result<readonly Exhibit[], ImportFailure>>
  judgeProfile(tableId: string, request: AnalysisRequest): Promise<Result<JudgeProfile | null, TableFailure>>
  judgingItems(tableId: string): Promise<Result<readonly JudgeItem[], TableFailure>>
  joinVerdicts(joining: Joining): Promise<Result<AuditInfo, ImportFailure | TableFailure>>
}

type StatsWorker = ReturnType<typeof openWorker<StatsApi>>

let current: StatsWorker | null = null

function statsWorker(): StatsWorker {
  if (current) return current
  // Literally this form: a URL in a variable builds cleanly and ships no worker.
  const opened = openWorker<StatsApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), 'statistics')
  current = opened
  opened.died.catch(() => {
    opened.terminate()
    if (current === opened) current = null
  })
  return opened
}

function died(error: unknown): Failure<'worker'> {
  return fail('worker', `The statistics worker ended: ${error instanceof Error ? error.message : String(error)}.`, {
    next: 'Retry: it starts anew, and stored tables are still there.',
  })
}

async function ask<T, Kind extends string>(work: (worker: StatsWorker) => Promise<Result<T, Kind | 'worker'>>): Promise<Result<T, Kind | 'worker'>> {
  try {
    const worker = statsWorker()
    return await worker.call(work(worker))
  } catch (error) {
    return died(error)
  }
}

/** Runs a job that can be cancelled: a signal cannot cross to the worker, a job's name can. */
async function cancellable<T>(worker: StatsWorker, signal: AbortSignal, run: (job: string) => Promise<T>): Promise<T> {
  const job = crypto.randomUUID()
  const cancel = () => void worker.call(worker.api.cancel(job)).catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    const answer = run(job)
    if (signal.aborted) cancel()
    return await answer
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** A damaged parquet file can send its reader round for ever; only ending the worker stops that. */
const SILENCE_MS = 30_000

async function guarded<T>(worker: StatsWorker, onProgress: OnProgress, run: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let giveUp: (error: Error) => void = () => {}
  const silence = new Promise<never>((_, reject) => (giveUp = reject))
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (current === worker) current = null
      giveUp(new Error(`the file gave nothing for ${SILENCE_MS / 1000} seconds and reading it was given up`))
      setTimeout(() => worker.terminate()) // after the reason above has been heard, which would else be "it was ended"
    }, SILENCE_MS)
  }
  wait()
  try {
    return await Promise.race([silence, run((done) => (wait(), onProgress(done)))])
  } finally {
    clearTimeout(timer)
  }
}

export const statsClient: StatsClient = {
  async tables() {
    const worker = statsWorker()
    return worker.call(worker.api.tables())
  },
  importFile: (file, options, onProgress, signal) =>
    ask<AuditInfo, ImportFailure>((worker) =>
      cancellable<Result<AuditInfo, ImportFailure>>(worker, signal, (job) => guarded<Result<AuditInfo, ImportFailure>>(worker, onProgress, (heard) => worker.api.importFile(job, file, options, proxy(heard))))),
  async remove(tableId) {
    const worker = statsWorker()
    await worker.call(worker.api.remove(tableId))
  },
  preview: (source, password) => ask<ColumnPreview, ImportFailure | TableFailure>((worker) => worker.api.preview(source, password)),
  remap: (tableId, mapping) => ask<null, ImportFailure | TableFailure>((worker) => worker.api.remap(tableId, mapping)),
  async setFlags(tableId, flags) {
    const worker = statsWorker()
    await worker.call(worker.api.setFlags(tableId, flags))
  },
  async grades(tableId) {
    const worker = statsWorker()
    return worker.call(worker.api.grades(tableId))
  },
  async saveGrades(grades) {
    const worker = statsWorker()
    await worker.call(worker.api.saveGrades(grades))
  },
  report: (tableId, request, onProgress, signal) =>
    ask<string, ReportFailure>((worker) =>
      cancellable<Result<string, ReportFailure>>(worker, signal, (job) => worker.api.report(job, tableId, request, proxy(onProgress)))),
  checkReport: (html, onProgress, signal) =>
    ask<ReportCheck, ReportFailure>((worker) =>
      cancellable<Result<ReportCheck, ReportFailure>>(worker, signal, (job) => worker.api.checkReport(job, html, proxy(onProgress)))),
  open: (tableId, humans) => ask<AuditTable, TableFailure>((worker) => worker.api.open(tableId, humans)),
  matrix: (tableId, query, onProgress, signal) =>
    ask<Matrix, MatrixFailure>((worker) =>
      cancellable<Result<Matrix, MatrixFailure>>(worker, signal, (job) => worker.api.matrix(job, tableId, query, proxy(onProgress)))),
  analysis: (tableId, request, onProgress, signal) =>
    ask<readonly Exhibit[], AnalysisFailure>((worker) =>
      cancellable<Result<readonly Exhibit[], AnalysisFailure>>(worker, signal, (job) => worker.api.analysis(job, tableId, request, proxy(onProgress)))),
  pickedProofs: (tableId, query, pick) => ask<readonly PairedGrade[], TableFailure>((worker) => worker.api.pickedProofs(tableId, query, pick)),
  proof: (tableId, proofId, rubric) => ask<ProofView, TableFailure | 'noProof'>((worker) => worker.api.proof(tableId, proofId, rubric)),
  comparePairs: (file) => ask<readonly Exhibit[], ImportFailure>((worker) => guarded<Result<readonly Exhibit[], ImportFailure>>(worker, () => {}, () => worker.api.comparePairs(file))),
  judgeProfile: (tableId, request) => ask<JudgeProfile | null, TableFailure>((worker) => worker.api.judgeProfile(tableId, request)),
  judgingItems: (tableId) => ask<readonly JudgeItem[], TableFailure>((worker) => worker.api.judgingItems(tableId)),
  joinVerdicts: (joining) => ask<AuditInfo, ImportFailure | TableFailure>((worker) => worker.api.joinVerdicts(joining)),
}

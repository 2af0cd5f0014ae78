/** Jobs over all rows of a dataset: what is worth knowing of it, what is worth keeping, and the dataset made of that. */
import { fail, ok, type Result } from '../../src/base/result'
import type { Stop } from '../../src/base/stop'
import { difficulty, isKept, meanReward, type DifficultySettings, type ScoreTable } from '../../src/posttrain/difficulty'
import { findDuplicates } from '../../src/proofs/dedup/duplicates'
import type { Role } from '../../src/proofs/schemas/schema'
import { splitByProblem } from '../../src/proofs/splitByProblem'
import { checkSplit, readProblems, readRubrics, readScores, readVerdicts, type ScoreReport } from '../../src/storage/curate'
import type { DatasetHome, DatasetReader, Opened, ReadFailure } from '../../src/storage/datasets'
import type { Lineage } from '../../src/storage/datasetRecord'
import { exportName, exportRows, type ExportFormat } from '../../src/storage/exportRows'
import { importDataset } from '../../src/storage/importDataset'
import type { CurateFailure, DataWorkerApi, DatasetRecord, Derivation, DuplicateReport, ImportFailure, OnRows } from './protocol'

type Jobs = Map<string, AbortController>
type Api = Pick<DataWorkerApi, 'difficulty' | 'curriculum' | 'duplicates' | 'verdicts' | 'rubrics' | 'checkSplit' | 'split' | 'derive' | 'exportFile'>

const SHOWN_PAIRS = 1_000
const PREVIEW_CHARS = 400

export class Curation implements Api {
  private readonly scores = new Map<string, Promise<{ table: ScoreTable; report: ScoreReport } | null>>()

  /** @param writing runs work that stores shards, one at a time over all tabs */
  constructor(
    private readonly home: DatasetHome, private readonly reader: DatasetReader, private readonly jobs: Jobs,
    private readonly writing: <T>(work: () => Promise<T>) => Promise<T>, private readonly changed: (datasetId: string) => void,
  ) {}

  forget(id: string): void {
    this.scores.delete(id)
  }

  difficulty(job: string, id: string, settings: DifficultySettings, onRows: OnRows) {
    return this.job(job, id, [], async (opened, stop) => {
      if (!['scores', 'rewards', 'rewardMean'].some((role) => opened.set.names[role as Role])) return fail('noColumn', 'It has neither score lists nor mean rewards.', { next: 'Set the role of the column that holds them.' })
      const read = await this.scoresOf(opened, onRows, stop)
      return read ? ok({ scores: read.report, difficulty: difficulty(read.table, settings) }) : cancelled()
    })
  }

  curriculum(id: string, settings: DifficultySettings) {
    return this.job(crypto.randomUUID(), id, [], async (opened, stop) => {
      const read = await this.scoresOf(opened, () => {}, stop)
      if (!read) return cancelled()
      return ok(Uint32Array.from({ length: read.table.rows }, (_, row) => row).filter((row) => isKept(meanReward(read.table, row), settings)))
    })
  }

  private scoresOf(opened: Opened, onRows: OnRows, stop: Stop) {
    const { id } = opened.record
    const known = this.scores.get(id)
    if (known) return known
    for (const old of [...this.scores.keys()].slice(0, -1)) this.scores.delete(old)
    const read = readScores(opened, onRows, stop)
    this.scores.set(id, read)
    read.then((done) => done ?? this.scores.delete(id), () => this.scores.delete(id))
    return read
  }

  duplicates(job: string, id: string, benchmarkIds: readonly string[], threshold: number, onRows: OnRows) {
    return this.job(job, id, ['problem'], async (opened, stop): Promise<Result<DuplicateReport, CurateFailure>> => {
      const benchmarks: { name: string; problems: (string | null)[] }[] = []
      for (const benchmarkId of benchmarkIds) {
        const read = await this.reader.use(benchmarkId, async (one) => (one.set.names.problem ? { name: one.record.name, problems: (await readProblems(one, () => onRows(0), stop)) ?? [] } : null))
        if (!read.ok) return read
        if (read.value) benchmarks.push(read.value)
      }
      const problems = await readProblems(opened, () => onRows(0), stop)
      if (!problems) return cancelled()
      const breathe = async (done: number) => {
        onRows(done)
        await new Promise((resolve) => setTimeout(resolve)) // a cancel, and other questions, are heard between steps
      }
      const found = await findDuplicates(problems, benchmarks, threshold, breathe, stop)
      if (!found) return cancelled()
      const removed = new Set(found.removed)
      const byKind = { exact: 0, near: 0, run: 0 }
      for (const { kind } of found.pairs) byKind[kind]++
      const textOf = (against: string | null, row: number) => (against === null ? problems : (benchmarks.find((b) => b.name === against)?.problems ?? []))[row]?.slice(0, PREVIEW_CHARS) ?? ''
      const shown = [...found.pairs].sort((a, b) => b.similarity - a.similarity).slice(0, SHOWN_PAIRS)
      return ok({
        shown: shown.map((pair) => ({ ...pair, text: textOf(null, pair.row), otherText: textOf(pair.against, pair.other) })),
        pairs: found.pairs.length, byKind, withBenchmarks: found.pairs.filter((p) => p.against !== null).length,
        kept: Uint32Array.from({ length: problems.length }, (_, row) => row).filter((row) => !removed.has(row)), removed: removed.size,
      })
    })
  }

  verdicts(job: string, id: string, onRows: OnRows) {
    return this.job(job, id, ['verdict'], async (opened, stop) => given(await readVerdicts(opened, onRows, stop)))
  }

  rubrics(job: string, id: string, onRows: OnRows) {
    return this.job(job, id, ['rubric'], async (opened, stop) => given(await readRubrics(opened, onRows, stop)))
  }

  checkSplit(job: string, id: string, onRows: OnRows) {
    return this.job(job, id, ['messages', 'proof', 'reasoning'], async (opened, stop) => given(await checkSplit(opened, onRows, stop)))
  }

  split(job: string, id: string, rows: Uint32Array | null, share: number, seed: number, onRows: OnRows) {
    return this.job(job, id, ['problem'], async (opened, stop): Promise<Result<readonly DatasetRecord[], CurateFailure | ImportFailure>> => {
      const all = await readProblems(opened, () => onRows(0), stop)
      if (!all) return cancelled()
      const chosen = rows ?? Uint32Array.from(all.keys())
      const sides = splitByProblem([...chosen].map((row) => all[row] ?? null), share, seed)
      const made: DatasetRecord[] = []
      for (const side of ['train', 'validation'] as const) {
        const mine = sides[side].map((i) => chosen[i]!)
        const name = `${opened.record.name.replace(/\.(?:parquet|jsonl)$/i, '')} – ${side}`
        const steps = [`${side} side of a split by problem, ${Math.round(share * 100)} % to validation, seed ${seed}: ${mine.length} of ${chosen.length} rows`]
        const stored = await this.store(opened, { name, rows: mine, steps }, onRows, stop)
        if (!stored.ok) return stored
        made.push(stored.value)
      }
      return ok(made)
    })
  }

  derive(job: string, id: string, derivation: Derivation, onRows: OnRows) {
    return this.job(job, id, [], (opened, stop) => this.store(opened, derivation, onRows, stop))
  }

  exportFile(job: string, id: string, derivation: Derivation, format: ExportFormat, onRows: OnRows) {
    return this.job(job, id, [], async (opened, stop): Promise<Result<{ name: string; file: Blob }, CurateFailure>> => {
      if (opened.record.flags.includes('no_export')) return fail('evaluationOnly', 'This dataset is marked to stay in this browser.', { where: `\`${opened.record.name}\`` })
      const parts = await this.parts(opened, derivation, format, onRows, stop)
      return parts ? ok({ name: exportName(derivation.name, opened.record.provenance, format), file: new Blob(parts, { type: 'application/octet-stream' }) }) : cancelled()
    })
  }

  private async parts(opened: Opened, { rows, steps }: Derivation, format: ExportFormat, onRows: OnRows, stop: Stop): Promise<Blob[] | null> {
    const parts: Blob[] = [] // a blob may be kept on the disk, an array may not
    const about = { provenance: opened.record.provenance, lineage: lineageOf(opened.record, steps) }
    for await (const chunk of exportRows(opened, rows, format, about, onRows, stop)) parts.push(new Blob([chunk]))
    return stop.aborted ? null : parts
  }

  private async store(opened: Opened, derivation: Derivation, onRows: OnRows, stop: Stop): Promise<Result<DatasetRecord, CurateFailure | ImportFailure>> {
    if (derivation.rows?.length === 0) return fail('empty', 'No row is left to make a dataset of.', { where: `\`${opened.record.name}\``, next: 'Choose other rows.' })
    const parts = await this.parts(opened, derivation, 'parquet', onRows, stop)
    if (!parts) return cancelled()
    const file = new File(parts, exportName(derivation.name, opened.record.provenance, 'parquet'))
    const id = crypto.randomUUID()
    const stored = await this.writing(() => importDataset(this.home, [file], {
      id, name: derivation.name, origin: 'derived', now: Date.now(), onProgress: ({ rows }) => onRows(rows), stop,
      lineage: lineageOf(opened.record, derivation.steps), flags: opened.record.flags, provenance: opened.record.provenance,
    }))
    this.changed(id)
    return stored
  }

  /** Opens the dataset under a job that can be cancelled; a role that no column plays is told. */
  private async job<T, Kind extends string>(job: string, id: string, roles: readonly Role[], work: (opened: Opened, stop: Stop) => Promise<Result<T, Kind>>): Promise<Result<T, Kind | CurateFailure>> {
    const stop = new AbortController()
    this.jobs.set(job, stop) // before the first await, so a cancel sent right behind the start finds it
    try {
      const result = await this.reader.use<Result<T, Kind | CurateFailure>>(id, async (opened) => {
        const missing = roles.find((role) => !opened.set.names[role])
        if (missing) return fail('noColumn', `No column plays the role "${missing}".`, { where: `\`${opened.record.name}\``, next: 'Set it under Columns.' })
        return work(opened, stop.signal)
      })
      return result.ok ? result.value : (result satisfies Result<never, ReadFailure>)
    } finally {
      this.jobs.delete(job)
    }
  }
}

function given<T>(value: T | null): Result<T, 'cancelled'> {
  return value === null ? cancelled() : ok(value)
}

function cancelled() {
  return fail('cancelled', 'It was cancelled.')
}

function lineageOf({ id, name, sha256, rows, lineage }: DatasetRecord, steps: readonly string[]): Lineage {
  // What its parent was made of is part of what it is made of.
  return { parents: [...(lineage?.parents ?? []), { id, name, sha256, rows }], steps: [...(lineage?.steps ?? []), ...steps] }
}


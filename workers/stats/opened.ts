/** Tables as the worker holds them: read once, kept while few, read again from storage when asked for. */
import { columnReports, type ColumnReport } from '../../src/audit/doctor'
import { guessMapping, type Mapping } from '../../src/audit/mapping'
import { gradeTable } from '../../src/audit/melt'
import { syntheticTable } from '../../src/audit/synthetic'
import { syntheticText } from '../../src/audit/syntheticTexts'
import { SYNTHETIC_SOLVERS } from '../../src/audit/synthetic'
import type { GradeTable, ProofText, RawTable } from '../../src/audit/table'
import type { UseFlag } from '../../src/audit/useFlags'
import { fail, ok, type Result } from '../../src/base/result'
import { neverStop, type Stop } from '../../src/base/stop'
import type { AuditStore } from '../../src/storage/audits'
import { readGradeFile, type GradeFileFailure, type GradeFormat, type OnRead } from '../../src/storage/gradeFile'
import { Sha256 } from '../../src/storage/sha256'
import { SYNTHETIC_ID, type AuditInfo, type TableFailure } from './protocol'

export interface Opened {
  readonly info: AuditInfo
  readonly sha256: string
  /** Set by hand; those that the rows or the name imply come on top. */
  readonly flags: readonly UseFlag[]
  readonly mapping: Mapping | null
  readonly format: GradeFormat | null
  readonly shape: 'long' | 'wide' | 'generated'
  readonly table: GradeTable
  readonly columns: readonly ColumnReport[]
  readonly unread: RawTable['unread']
  textOf(proofId: string): ProofText
}

/** The seed of the bundled sample: fixed, so that everyone who opens the lab sees the same numbers. */
const SAMPLE_SEED = 2602

export const SYNTHETIC_INFO: AuditInfo = { id: SYNTHETIC_ID, name: 'Synthetic sample (272 problems × 5 solvers × 7 judges)', origin: 'synthetic', sizeBytes: 0 }

/** What was decided about a file by hand. */
export interface Decisions {
  readonly mapping: Mapping | null
  readonly flags: readonly UseFlag[]
  readonly sha256: string | null
}

export const NOTHING_DECIDED: Decisions = { mapping: null, flags: [], sha256: null }

/** A header as the key under which its roles are remembered. */
export function headerKey(columns: readonly string[]): string {
  return columns.join('\u0000')
}

/** A file as a table ready for statistics, or why it is not one. Roles: by hand, else remembered for this header, else guessed. */
export async function readAudit(info: AuditInfo, file: File, decided: Decisions, store: Pick<AuditStore, 'mapping'>, onRead: OnRead, stop: Stop): Promise<Result<Opened, GradeFileFailure | 'missingColumn'>> {
  const read = await readGradeFile(file, onRead, stop)
  if (!read.ok) return read
  const remembered = decided.mapping ?? (await store.mapping(headerKey(read.value.columns)).catch(() => undefined)) ?? null
  const mapping = remembered !== null ? ok(remembered) : guessMapping(read.value)
  if (!mapping.ok) return { ...mapping, where: `\`${file.name}\`` }
  const table = gradeTable(read.value, mapping.value)
  if (!table.ok) return { ...table, where: `\`${file.name}\`` }
  return ok({
    info, format: read.value.format, shape: mapping.value.shape, table: table.value, mapping: remembered, flags: decided.flags,
    sha256: decided.sha256 ?? (await hashOf(file)),
    columns: columnReports(read.value, mapping.value), unread: read.value.unread,
    textOf: (proofId) => table.value.texts.get(proofId) ?? { problem: null, proof: null },
  })
}

async function hashOf(file: Blob): Promise<string> {
  const hash = new Sha256()
  for (let at = 0; at < file.size; at += HASH_STEP) hash.update(new Uint8Array(await file.slice(at, at + HASH_STEP).arrayBuffer()))
  return hash.hex()
}

const HASH_STEP = 4 * 2 ** 20

function synthetic(): Opened {
  const table = syntheticTable(SAMPLE_SEED)
  const human = new Map(table.rows.filter((r) => r.kind === 'human' && r.rubric === 'expert').map((r) => [r.proofId, r]))
  return {
    info: SYNTHETIC_INFO, sha256: `synthetic set, seed ${SAMPLE_SEED}`, flags: [], mapping: null, format: null, shape: 'generated', table, columns: [], unread: [],
    textOf(proofId) {
      const row = human.get(proofId)
      if (!row) return { problem: null, proof: null }
      const solver = (SYNTHETIC_SOLVERS as readonly string[]).indexOf(row.solver)
      return syntheticText(SAMPLE_SEED, Number(row.problemId.slice(1)) - 1, solver, row.score ?? 0)
    },
  }
}

/** Keeps the last few tables in memory: a table of a hundred thousand grades is tens of megabytes. */
export class OpenTables {
  private readonly held = new Map<string, Opened>()

  constructor(private readonly store: AuditStore, private readonly most = 3) {}

  hold(opened: Opened): Opened {
    this.held.delete(opened.info.id)
    this.held.set(opened.info.id, opened)
    for (const id of [...this.held.keys()].slice(0, -this.most)) this.held.delete(id)
    return opened
  }

  forget(id: string): void {
    this.held.delete(id)
  }

  async get(id: string): Promise<Result<Opened, TableFailure>> {
    const held = this.held.get(id)
    if (held) return ok(this.hold(held))
    if (id === SYNTHETIC_ID) return ok(this.hold(synthetic()))
    const stored = await this.store.get(id).catch(() => undefined)
    if (!stored)
      return fail('noTable', 'This browser does not hold the grading table that the link names.', { next: 'Drop its file here, or choose another table.' })
    const info: AuditInfo = { id, name: stored.name, origin: 'file', sizeBytes: stored.file.size }
    const read = await readAudit(info, new File([stored.file], stored.name), stored, this.store, () => {}, neverStop)
    return read.ok ? ok(this.hold(read.value)) : fail('unreadable', read.what, { where: read.where, next: read.next })
  }
}

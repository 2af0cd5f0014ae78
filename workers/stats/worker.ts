/** The shell of the statistics worker: it owns the tables and the jobs; the statistics are src/audit. */
import { humanRaters, ledgerOf } from '../../src/audit/ledger'
import { noGrades } from '../../src/audit/blindGrades'
import type { Exhibit } from '../../src/audit/exhibit'
import { judgedLines } from '../../src/audit/judges/judgedTable'
import { guessMapping } from '../../src/audit/mapping'
import { atThreshold, matrixSteps, type Matrix } from '../../src/audit/matrix'
import { pairTable } from '../../src/audit/pairwise'
import { pickedProofs } from '../../src/audit/pickedProofs'
import { pairExhibits } from '../../src/audit/views/pairs'
import { conditionsOf, ViewContext } from '../../src/audit/views/context'
import { profileInView } from '../../src/audit/views/profiles'
import { VIEW_STEPS } from '../../src/audit/views/index'
import { useFlagsOf, type UseFlag } from '../../src/audit/useFlags'
import { fail, ok } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import { auditStore } from '../../src/storage/audits'
import { isZip, tableInArchive } from '../../src/storage/gradeArchive'
import { readGradeFile } from '../../src/storage/gradeFile'
import { exposeAlive } from '../alive'
import { headerKey, NOTHING_DECIDED, OpenTables, readAudit, SYNTHETIC_INFO } from './opened'
import type { AuditInfo, OnProgress, StatsApi } from './protocol'
import { checkAgain, makeReport } from './reporting'

const tables = new OpenTables(auditStore)
const jobs = new Map<string, AbortController>()
/** The last matrices by table and query, whatever the pass threshold: going back to one is free. */
const computed = new Map<string, Matrix>()

/** The last analyses by table and request. */
const analysed = new Map<string, readonly Exhibit[]>()

function forgetComputed(tableId: string): void {
  for (const cache of [computed, analysed]) for (const key of cache.keys()) if (key.startsWith(JSON.stringify([tableId]).slice(0, -1))) cache.delete(key)
}

/** Lets a waiting message, a cancel above all, be heard. */
const breathe = () => new Promise<void>((resolve) => setTimeout(resolve))

function unhurried(onProgress: OnProgress): OnProgress {
  let last = -Infinity
  return (done) => {
    const now = performance.now()
    if (now - last < 100 && done < 1) return
    last = now
    void onProgress(done)
  }
}

async function withStop<T>(job: string, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  jobs.set(job, stop) // before the first await, so a cancel sent right behind the start finds it
  try {
    return await work(stop.signal)
  } finally {
    jobs.delete(job)
  }
}

exposeAlive({
  async tables() {
    const stored = await auditStore.list().catch(() => [])
    const files = stored.sort((a, b) => a.addedAt - b.addedAt)
    return [SYNTHETIC_INFO, ...files.map(({ id, name, file }): AuditInfo => ({ id, name, origin: 'file', sizeBytes: file.size }))]
  },

  importFile: (job, dropped, { mapping, password }, onProgress) =>
    withStop(job, async (stop) => {
      const taken = (await isZip(dropped)) ? await tableInArchive(dropped, password) : ok({ file: dropped, wasEncrypted: false })
      if (!taken.ok) return taken
      const { file, wasEncrypted } = taken.value
      // Who locks a table away forbids passing it on.
      const flags: readonly UseFlag[] = wasEncrypted ? ['no_train', 'no_export'] : []
      const info: AuditInfo = { id: crypto.randomUUID(), name: file.name, origin: 'file', sizeBytes: file.size }
      const read = await readAudit(info, file, { ...NOTHING_DECIDED, mapping, flags }, auditStore, unhurried(onProgress), stop)
      if (!read.ok) return read
      try {
        await auditStore.put({ schema: 2, id: info.id, name: info.name, addedAt: Date.now(), file: new Blob([file]), sha256: read.value.sha256, mapping, flags })
        if (mapping !== null) await auditStore.putMapping(headerKey(read.value.columns.map((c) => c.name)), mapping)
      } catch (error) {
        return fail('storage', `The browser could not store the file: ${error instanceof Error ? error.message : String(error)}.`, {
          where: `\`${file.name}\``, next: 'Remove a table or a dataset to free space, then drop it again.',
        })
      }
      tables.hold(read.value)
      return ok(info)
    }),

  async remove(tableId) {
    tables.forget(tableId)
    await auditStore.remove(tableId)
  },

  async preview(source, password) {
    const stored = typeof source === 'string' ? await auditStore.get(source) : undefined
    const given = typeof source === 'string' ? stored && new File([stored.file], stored.name) : source
    const taken = given && (await isZip(given)) ? await tableInArchive(given, password) : null
    if (taken && !taken.ok) return taken
    const file = taken?.value.file ?? given
    if (!file) return fail('noTable', 'This browser does not hold the grading table.', { next: 'Drop its file again.' })
    const read = await readGradeFile(file, () => {}, neverStop)
    if (!read.ok) return read
    const guess = guessMapping(read.value)
    const remembered = stored?.mapping ?? (await auditStore.mapping(headerKey(read.value.columns)).catch(() => undefined))
    return ok({
      columns: read.value.columns, mapping: remembered ?? (guess.ok ? guess.value : null),
      rows: read.value.rows.slice(0, 5).map((row) => row.map((cell) => (cell === null || cell === undefined ? '' : (typeof cell === 'object' ? JSON.stringify(cell) : String(cell)).slice(0, 120)))),
    })
  },

  async remap(tableId, mapping) {
    const stored = await auditStore.get(tableId)
    if (!stored) return fail('noTable', 'This browser does not hold the grading table.', { next: 'Drop its file again.' })
    const info: AuditInfo = { id: tableId, name: stored.name, origin: 'file', sizeBytes: stored.file.size }
    const read = await readAudit(info, new File([stored.file], stored.name), { ...stored, mapping }, auditStore, () => {}, neverStop)
    if (!read.ok) return read
    await auditStore.put({ ...stored, mapping })
    await auditStore.putMapping(headerKey(read.value.columns.map((c) => c.name)), mapping)
    tables.hold(read.value)
    forgetComputed(tableId)
    return ok(null)
  },

  async setFlags(tableId, flags) {
    const stored = await auditStore.get(tableId)
    if (!stored) return
    await auditStore.put({ ...stored, flags })
    tables.forget(tableId)
  },

  grades: async (tableId) => (await auditStore.grades(tableId).catch(() => undefined)) ?? noGrades(tableId),
  saveGrades: (grades) => auditStore.putGrades(grades),

  report: (job, tableId, request, onProgress) =>
    withStop(job, async (stop) => {
      const opened = await tables.get(tableId)
      return opened.ok ? makeReport(opened.value, request, unhurried(onProgress), breathe, stop) : opened
    }),

  checkReport: (job, html, onProgress) =>
    withStop(job, async (stop) => checkAgain(html, tables, await auditStore.list().catch(() => []), unhurried(onProgress), breathe, stop)),

  async open(tableId, chosen) {
    const opened = await tables.get(tableId)
    if (!opened.ok) return opened
    const { info, format, shape, table, columns, unread, sha256 } = opened.value
    const humans = humanRaters(table, chosen)
    return ok({
      ...info, format, shape, columns, sha256, flags: useFlagsOf(table, info.name, opened.value.flags), rows: table.rows.length,
      proofs: new Set(table.rows.map((r) => r.proofId)).size,
      problems: new Set(table.rows.map((r) => r.problemId)).size,
      raters: table.raters, humans: [...humans], rubrics: table.rubrics, conditions: conditionsOf(table), solvers: table.solvers, domains: table.domains,
      guessedMax: table.guessedMax, ledger: ledgerOf(table, humans, unread),
    })
  },

  matrix: (job, tableId, query, onProgress) =>
    withStop(job, async (stop) => {
      const opened = await tables.get(tableId)
      if (!opened.ok) return opened
      const { table } = opened.value
      const cacheKey = JSON.stringify([tableId, { ...query, threshold: null }])
      const known = computed.get(cacheKey)
      if (known) return ok(atThreshold(table, known, query.threshold))
      const humans = humanRaters(table, query.humans)
      if (humans.size === 0)
        return fail('noHuman', 'No rater of this table is known to be human, so there is nothing to measure judges against.', {
          next: 'Mark the raters whose grades are the human reference.',
        })
      const steps = matrixSteps(table, query, humans)
      const report = unhurried(onProgress)
      for (;;) {
        const step = steps.next()
        if (step.done) {
          if (step.value.pairs === 0)
            return fail('noPairs', 'No proof has both a human grade and a judge grade under this rubric.', { next: 'Choose another rubric, or other human raters.' })
          computed.set(cacheKey, step.value)
          for (const old of [...computed.keys()].slice(0, -12)) computed.delete(old)
          return ok(step.value)
        }
        report(step.value)
        await breathe()
        if (stop.aborted) return fail('cancelled', 'The computation was stopped.')
      }
    }),

  analysis: (job, tableId, request, onProgress) =>
    withStop(job, async (stop) => {
      const opened = await tables.get(tableId)
      if (!opened.ok) return opened
      const key = JSON.stringify([tableId, request])
      const known = analysed.get(key)
      if (known) return ok(known)
      const { table, textOf } = opened.value
      const steps = VIEW_STEPS[request.view]
      if (!steps) return fail('internal', `There is no analysis named \`${request.view}\`.`, { next: 'Choose another one above.' })
      const work = steps(new ViewContext(table, humanRaters(table, request.query.humans), request.query, request.chosen, textOf))
      const report = unhurried(onProgress)
      for (;;) {
        const step = work.next()
        if (step.done) {
          analysed.set(key, step.value)
          for (const old of [...analysed.keys()].slice(0, -40)) analysed.delete(old)
          return ok(step.value)
        }
        report(step.value)
        await breathe()
        if (stop.aborted) return fail('cancelled', 'The computation was stopped.', { next: 'Change a setting, or try again.' })
      }
    }),

  async pickedProofs(tableId, query, pick) {
    const opened = await tables.get(tableId)
    return opened.ok ? ok(pickedProofs(opened.value.table, query, pick, humanRaters(opened.value.table, query.humans))) : opened
  },

  async proof(tableId, proofId, rubric) {
    const opened = await tables.get(tableId)
    if (!opened.ok) return opened
    const { table, info } = opened.value
    const grades = table.rows.filter((r) => r.proofId === proofId && (rubric === null || r.rubric === rubric))
    const first = grades[0]
    if (!first) return fail('noProof', 'The table has no such proof under this rubric.', { next: 'Choose another one.' })
    return ok({
      proofId, problemId: first.problemId, domain: first.domain, solver: first.solver,
      text: opened.value.textOf(proofId), grades, isSynthetic: info.origin === 'synthetic',
    })
  },

  async comparePairs(file) {
    const read = await readGradeFile(file, () => {}, neverStop)
    if (!read.ok) return read
    const pairs = pairTable(read.value)
    return pairs.ok ? ok(pairExhibits(pairs.value)) : { ...pairs, where: `\`${file.name}\`` }
  },

  async judgeProfile(tableId, { query, chosen }) {
    const opened = await tables.get(tableId)
    if (!opened.ok) return opened
    const { table, textOf } = opened.value
    return ok(profileInView(new ViewContext(table, humanRaters(table, query.humans), query, chosen, textOf)))
  },

  async judgingItems(tableId) {
    const opened = await tables.get(tableId)
    if (!opened.ok) return opened
    const proofs = new Map(opened.value.table.rows.map((r) => [r.proofId, r]))
    return ok(Array.from(proofs.values(), ({ proofId, problemId, domain, solver, attempt }) => ({ proofId, problemId, domain, solver, attempt, ...opened.value.textOf(proofId), reference: null, scheme: null })))
  },

  async joinVerdicts({ tableId, name, flags, more, ...judged }) {
    const opened = tableId === null ? null : await tables.get(tableId)
    if (opened && !opened.ok) return opened
    const from = opened?.value ?? null
    const lines = judgedLines(from && { table: from.table, conditions: conditionsOf(from.table), textOf: from.textOf }, judged)
    const file = new File([[...lines, ...more].join('\n'), '\n'], `${name}.jsonl`)
    const inherited = from ? useFlagsOf(from.table, from.info.name, from.flags) : flags
    const info: AuditInfo = { id: crypto.randomUUID(), name: file.name, origin: 'file', sizeBytes: file.size }
    const read = await readAudit(info, file, { ...NOTHING_DECIDED, flags: inherited }, auditStore, () => {}, neverStop)
    if (!read.ok) return read
    try {
      await auditStore.put({ schema: 2, id: info.id, name: info.name, addedAt: Date.now(), file: new Blob([file]), sha256: read.value.sha256, mapping: null, flags: inherited })
    } catch (error) {
      return fail('storage', `The browser could not store the table: ${error instanceof Error ? error.message : String(error)}.`, { where: file.name, next: 'Remove a table or a dataset to free space, then try again.' })
    }
    tables.hold(read.value)
    return ok(info)
  },

  async cancel(job) {
    jobs.get(job)?.abort()
  },
} satisfies StatsApi)

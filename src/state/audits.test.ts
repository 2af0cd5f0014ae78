import { expect, test } from 'vitest'
import type { Matrix, MatrixQuery } from '../audit/matrix'
import { fail, ok } from '../base/result'
import type { StatsClient } from '../../workers/stats/client'
import type { AuditInfo, AuditTable } from '../../workers/stats/protocol'
import { createAudits } from './audits'

const query: MatrixQuery = { rubric: 'r', columns: 'domain', domain: null, solver: null, threshold: 0.9, replicates: 100, seed: 1, method: 'percentile', humans: [] }
const matrixOf = (seed: number): Matrix => ({ query: { ...query, seed }, judges: [], solvers: [], domains: [], humans: [], cells: [], summaries: [], pairs: 1 })
const info = (id: string): AuditInfo => ({ id, name: `${id}.csv`, origin: 'file', sizeBytes: 1 })
const opened = (id: string) => ({ ...info(id), raters: [] }) as unknown as AuditTable

/** A client whose answers a test gives by hand. */
function client(over: Partial<StatsClient>): StatsClient {
  const never = () => new Promise<never>(() => {})
  return { tables: async () => [info('a')], importFile: never, remove: async () => {}, open: never, matrix: never, analysis: never, pickedProofs: never, proof: never, preview: never, remap: never, setFlags: never, grades: never, saveGrades: never, report: never, checkReport: never, judgingItems: never, judgeProfile: never, comparePairs: never, joinVerdicts: never, ...over }
}

test('a file that is not taken leaves the open table and the list', async () => {
  const failure = fail('missingColumn', 'No column for the score.')
  const store = createAudits(client({ open: async (id) => ok(opened(id)), importFile: async () => failure }))
  await store.getState().list()
  await store.getState().open('a', [])
  expect(await store.getState().importFile(new File(['x'], 'bad.csv'))).toBeNull()
  const { table, tables, importFailure, importing } = store.getState()
  expect([table?.id, tables?.length, importFailure, importing]).toEqual(['a', 1, failure, null])
})

test('a cancelled import is no failure', async () => {
  const store = createAudits(client({ importFile: (_file, _mapping, _on, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(fail('cancelled', 'x')))) }))
  const taking = store.getState().importFile(new File(['x'], 'a.csv'))
  store.getState().cancelImport()
  expect(await taking).toBeNull()
  expect([store.getState().importFailure, store.getState().importing]).toEqual([null, null])
})

test('an answer to an older question is dropped', async () => {
  const answers = new Map<string, (table: AuditTable) => void>()
  const store = createAudits(client({ open: (id) => new Promise((resolve) => answers.set(id, (t) => resolve(ok(t)))) }))
  const first = store.getState().open('a', [])
  const second = store.getState().open('b', [])
  answers.get('b')!(opened('b'))
  answers.get('a')!(opened('a'))
  await Promise.all([first, second])
  expect(store.getState().table?.id).toBe('b')
})

test('a new query stops the one underway; a stop keeps the last matrix', async () => {
  const signals: AbortSignal[] = []
  const store = createAudits(client({
    matrix: (_id, q, onProgress, signal) => {
      signals.push(signal)
      onProgress(0.5)
      if (q.seed === 1) return Promise.resolve(ok(matrixOf(1)))
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(fail('cancelled', 'stopped'))))
    },
  }))
  await store.getState().compute('a', query)
  expect(store.getState().matrix?.query.seed).toBe(1)
  const second = store.getState().compute('a', { ...query, seed: 2 })
  const third = store.getState().compute('a', { ...query, seed: 3 })
  expect([signals[1]!.aborted, store.getState().computing]).toEqual([true, 0.5])
  store.getState().stop()
  await Promise.all([second, third])
  const { matrix, computing, matrixFailure } = store.getState()
  expect([matrix?.query.seed, computing, matrixFailure?.kind]).toEqual([1, null, 'cancelled'])
})

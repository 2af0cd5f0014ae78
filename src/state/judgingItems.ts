/** The proofs of a table or a dataset as a judge is shown them: the same ones, in the same order, whenever a run goes on. */
import { chosenPlaces } from '../audit/judges/calls'
import type { JudgeItem } from '../audit/judges/prompt'
import { proofIdOf } from '../audit/table'
import { fail, ok, type Result } from '../base/result'
import { dataClient } from '../../workers/data/client'
import type { ProofRow } from '../../workers/data/protocol'
import type { JudgeRunRecord } from '../../workers/judge/protocol'
import { statsClient } from '../../workers/stats/client'

export type ItemsFailure = 'noTable' | 'noDataset' | 'unreadable' | 'worker'

/** @param seed draws which proofs, when not all are wanted */
export async function judgingItemsOf({ kind, id, mostProofs }: JudgeRunRecord['source'], seed: number): Promise<Result<readonly JudgeItem[], ItemsFailure>> {
  if (kind === 'table') {
    const all = await statsClient.judgingItems(id)
    return all.ok ? ok(chosenPlaces(all.value.length, mostProofs, seed).map((i) => all.value[i]!)) : all
  }
  const record = (await dataClient.datasets()).find((d) => d.id === id)
  if (!record) return fail('noDataset', 'This browser does not hold the dataset of this run.', { next: 'Drop its file in Datasets again.' })
  const rows: ProofRow[] = []
  for (const i of chosenPlaces(record.rows, mostProofs, seed)) {
    const row = await dataClient.readRow(id, i)
    if (!row.ok) return fail('unreadable', row.what, { where: row.where, next: row.next })
    rows.push(row.value)
  }
  return ok(datasetItems(rows, record.name))
}

/** Rows of a dataset as proofs to judge; further proofs of the same problem by the same solver are its next attempts. */
export function datasetItems(rows: readonly ProofRow[], datasetName: string): JudgeItem[] {
  const attempts = new Map<string, number>()
  return rows.map((row) => {
    const problemId = row.problemId ?? `row ${row.index + 1}`
    const solver = row.solver ?? datasetName
    const of = `${problemId}\u0000${solver}`
    const attempt = attempts.get(of) ?? 0
    attempts.set(of, attempt + 1)
    return { proofId: proofIdOf(problemId, solver, attempt), problemId, domain: row.category ?? '', solver, attempt, problem: row.problem, proof: row.proof, reference: row.solution, scheme: row.rubric }
  })
}

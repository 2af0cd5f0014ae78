/** A judging run as a grading table: its verdicts beside the grades that were there. */
import { FULL_POINTS } from '../audit/judges/rubrics'
import type { UseFlag } from '../audit/useFlags'
import { ok, type Result } from '../base/result'
import { dataClient } from '../../workers/data/client'
import { judgeClient } from '../../workers/judge/client'
import type { JudgeRun } from '../../workers/judge/protocol'
import { statsClient } from '../../workers/stats/client'
import { useAudits } from './audits'
import { chosenPlaces } from '../audit/judges/calls'
import { datasetItems, judgingItemsOf } from './judgingItems'

/** @returns the new table's id */
export async function joinRun({ id, judge, source, plan, settings }: JudgeRun): Promise<Result<string>> {
  const items = await judgingItemsOf(source, plan.seed)
  if (!items.ok) return items
  const own = source.kind === 'dataset' ? await datasetGrades(source, plan.seed) : { lines: [], flags: [] }
  const joined = await statsClient.joinVerdicts({
    tableId: source.kind === 'table' ? source.id : null, name: `${source.name.replace(/\.\w{2,7}$/, '')} + ${judge}`,
    flags: own.flags, more: own.lines, judge, items: items.value, records: await judgeClient.records(id), prices: settings.prices,
  })
  if (!joined.ok) return joined
  await useAudits.getState().list()
  return ok(joined.value.id)
}

/** The grades that a dataset brings along, as a rater of their own: they were given by its marking scheme. */
async function datasetGrades(source: JudgeRun['source'], seed: number): Promise<{ lines: string[]; flags: readonly UseFlag[] }> {
  const record = (await dataClient.datasets()).find((d) => d.id === source.id)
  if (!record) return { lines: [], flags: [] }
  const rows = []
  for (const i of chosenPlaces(record.rows, source.mostProofs, seed)) {
    const row = await dataClient.readRow(source.id, i)
    if (row.ok) rows.push(row.value)
  }
  const items = datasetItems(rows, record.name)
  const lines = rows.flatMap((row, i) => {
    const { problemId, solver, attempt, domain } = items[i]!
    return row.grade === null ? [] : [JSON.stringify({ problem_id: problemId, ...(domain ? { domain } : {}), solver, attempt, rater: 'grade of the dataset', rater_kind: 'llm', rubric: 'scheme', run: 0, raw: row.grade, max: FULL_POINTS, status: 'ok' })]
  })
  return { lines, flags: record.flags }
}

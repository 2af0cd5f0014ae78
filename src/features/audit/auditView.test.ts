import { describe, expect, test } from 'vitest'
import type { AuditTable } from '../../../workers/stats/protocol'
import { joinNames } from '../../audit/views/setting'
import { auditView, DEFAULTS, pickPatch, tableInView } from './auditView'
import { interval, percent, signed } from './format'

const table = {
  rubrics: ['course', 'expert'], solvers: ['s1', 's2'], domains: ['ODE'], raters: [{ id: 'h', kind: 'human' }, { id: 'a,b', kind: 'llm' }],
} as unknown as AuditTable

describe('view of an audit in the URL', () => {
  test('an empty URL gives the defaults', () => {
    const view = auditView({}, table)
    expect(view.query).toEqual({ rubric: 'expert', columns: 'domain', domain: null, solver: null, humans: [], method: 'percentile', isUnparsedZero: false, ...DEFAULTS })
    expect([view.tableId, view.pick, view.proofId, view.isShare]).toEqual(['synthetic', null, null, false])
  })
  test('names that the table does not have, and numbers out of range, are mended', () => {
    const { query, pick } = auditView({ rubric: 'x', domain: 'y', solver: 's2', pass: '7', draws: '1e9', seed: 'abc', judge: 'nobody' }, table)
    expect([query.rubric, query.domain, query.solver, query.threshold, query.replicates, query.seed, pick]).toEqual(['expert', null, 's2', 1, 100_000, 1, null])
  })
  test('a cell and rater names with commas come back as they went in', () => {
    const cell = { judge: 'a,b', solver: null, domain: 'ODE' }
    expect(auditView(pickPatch(cell), table).pick).toEqual(cell)
    const humans = ['a,b', '100%2C', 'h']
    expect(tableInView({ humans: joinNames(humans) }).humans).toEqual(humans)
    expect(joinNames([])).toBeUndefined()
  })
  test('without domains, judges are compared by solver', () => {
    expect(auditView({ by: 'both' }, { ...table, domains: [] }).query.columns).toBe('solver')
  })
})

test('numbers are written with their sign, a dash where there is none', () => {
  expect([signed(0.1234), signed(-0.1234), signed(-0.0001), signed(null), percent(0.5), interval({ low: -0.1, high: 0.25 }, 2), interval(null)])
    .toEqual(['+0.123', '−0.123', '0.000', '—', '50.0 %', '[−0.10, +0.25]', '—'])
})

/** Every analysis on the synthetic set, and on tables too small or too bare for it: an exhibit with words, never a crash. */
import { describe, expect, test } from 'vitest'
import { humanRaters } from '../ledger'
import { exhibitCsv, shownInterval, shownNumber } from '../exhibitText'
import { sceneOf } from '../figures/layout'
import { svgText } from '../figures/svg'
import { syntheticTable } from '../synthetic'
import { syntheticText } from '../syntheticTexts'
import type { Exhibit } from '../exhibit'
import type { GradeTable } from '../table'
import { OWN_PANELS, VIEWS } from './catalogue'
import { ViewContext, type AuditQuery } from './context'
import { VIEW_STEPS } from './index'
import type { Chosen } from './setting'

const query: AuditQuery = { rubric: 'expert', solver: null, domain: null, threshold: 0.9, replicates: 200, seed: 1, method: 'percentile', humans: [], isUnparsedZero: false }
const table = syntheticTable(2602)

function run(id: string, of: GradeTable = table, chosen: Chosen = {}, over: Partial<AuditQuery> = {}): Exhibit[] {
  const context = new ViewContext(of, humanRaters(of), { ...query, ...over }, chosen, (proofId) => {
    const [problem, solver] = proofId.split('|')
    return syntheticText(1, Number(problem!.slice(1)) - 1, Number(solver!.slice(-1)) - 1, 0.5)
  })
  const steps = VIEW_STEPS[id]!(context)
  let step = steps.next()
  for (; !step.done; step = steps.next()) {
    expect(step.value).toBeGreaterThanOrEqual(0)
    expect(step.value).toBeLessThanOrEqual(1 + 1e-9)
  }
  return step.value
}

test('every view of the catalogue is computed, and every computed one is in the catalogue', () => {
  const drawn = VIEWS.map((v) => v.id).filter((id) => !OWN_PANELS.has(id))
  expect([...drawn].sort()).toEqual(Object.keys(VIEW_STEPS).sort())
  expect(new Set(VIEWS.map((v) => v.id)).size).toBe(VIEWS.length)
})

describe.each(Object.keys(VIEW_STEPS))('%s', (id) => {
  test('rows fit their columns, numbers are finite, figures draw at both widths, and the same seed gives the same', () => {
    const exhibits = run(id)
    expect(exhibits.length).toBeGreaterThan(0)
    for (const e of exhibits) {
      expect(e.caption.length).toBeGreaterThan(10)
      for (const row of e.rows) {
        expect(row.length).toBe(e.columns.length)
        for (const { value, low, high } of row) {
          for (const v of [value, low, high]) if (typeof v === 'number') expect(Number.isFinite(v)).toBe(true)
          if (typeof low === 'number' && typeof high === 'number') expect(low).toBeLessThanOrEqual(high + 1e-12)
        }
      }
      expect(exhibitCsv(e)).not.toMatch(/NaN|Infinity|undefined/)
      if (e.figure)
        for (const width of [320, 900]) {
          const svg = svgText(sceneOf(e.figure, width), e.title)
          expect(svg).not.toMatch(/NaN|Infinity|undefined/)
        }
    }
    expect(run(id)).toEqual(exhibits)
  })
  test('one proof by one judge, and no pairs at all: said in words', () => {
    const one: GradeTable = { ...table, rows: table.rows.filter((r) => r.problemId === 'P001' && r.solver === 'Solver 1' && (r.kind === 'human' || r.rater === 'Judge A')) }
    for (const few of [one, { ...one, rows: one.rows.filter((r) => r.kind === 'human') }, { ...one, rows: one.rows.filter((r) => r.kind !== 'human') }])
      for (const e of run(id, few)) {
        expect(e.title.length).toBeGreaterThan(3)
        expect(exhibitCsv(e)).not.toMatch(/NaN|Infinity|undefined/)
        if (e.figure) expect(svgText(sceneOf(e.figure, 400), e.title)).not.toMatch(/NaN|Infinity|undefined/)
      }
  })
})

const cell = (e: Exhibit, row: string, label: string) => {
  const at = e.columns.findIndex((c) => c.label === label)
  return e.rows.find((r) => r[0]!.value === row)![at]!
}

test('a judge that ignores the rubric has sensitivity 0, the one that follows it 1', () => {
  const [shift] = run('rubrics', table, { from: 'expert', to: 'course' })
  const of = (judge: string) => cell(shift!, judge, 'sensitivity')
  expect(Math.abs(of('Judge F').value as number)).toBeLessThan(0.05)
  expect(of('Judge E').value as number).toBeGreaterThan(0.8)
  expect(of('Judge F').low!).toBeLessThan(0.05)
})

test('regrouping the domains changes the contrast, and swapping the groups its sign', () => {
  const a = run('groups', table, { group: 'Algorithms,Combinatorics' })[0]!
  const rest = table.domains.filter((d) => d !== 'Algorithms' && d !== 'Combinatorics').join(',')
  const b = run('groups', table, { group: rest })[0]!
  const [x, y] = [cell(a, 'Judge A', 'difference').value as number, cell(b, 'Judge A', 'difference').value as number]
  expect(x).toBeCloseTo(-y, 12)
  expect(run('groups', table, { group: 'Algorithms' })[0]!.rows).not.toEqual(a.rows)
})

test('planted self-preference shows in the family view', () => {
  const [self] = run('self')
  expect(self!.rows.map((r) => r[0]!.value)).toEqual(['Judge C', 'Judge D'])
  for (const r of self!.rows) {
    expect(r[2]!.value as number).toBeGreaterThan(0.03)
    expect(r[2]!.low!).toBeGreaterThan(0)
  }
})

test('an ablation of a file with itself is exactly 0', () => {
  const rows = table.rows.filter((r) => r.rubric === 'expert').flatMap((r) => r.kind === 'human' ? [r] : ['strict', 'lax'].map((condition) => ({ ...r, rater: `${r.rater} · ${condition}`, extras: { ...r.extras, condition } })))
  const raters = [...new Set(rows.map((r) => r.rater))].map((id) => ({ id, kind: rows.find((r) => r.rater === id)!.kind }))
  const [ablation] = run('ablation', { ...table, rows, raters })
  expect(ablation!.rows.length).toBe(7)
  for (const r of ablation!.rows) expect([r[1]!.value, r[1]!.low, r[1]!.high]).toEqual([0, 0, 0])
})

test('three cells of the human table by hand', () => {
  const [mean, pass] = run('human')
  for (const [solver, domain] of [['Solver 1', 'Algorithms'], ['Solver 4', 'Complex Analysis'], ['Solver 5', 'ODE']]) {
    const own = table.rows.filter((r) => r.kind === 'human' && r.rubric === 'expert' && r.solver === solver && r.domain === domain).map((r) => r.score!)
    expect(cell(mean!, solver!, domain!).value).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 12)
    expect(cell(pass!, solver!, domain!).value).toBeCloseTo(own.filter((s) => s >= 0.9).length / own.length, 12)
  }
})

test('anchors: matching names are checked, others are not computable', () => {
  expect(new Set(run('anchors')[0]!.rows.map((r) => r[4]!.value))).toEqual(new Set(['not computable']))
  const rename = (name: string) => ({ 'Solver 3': 'Claude Sonnet 4.5', 'Judge F': 'llama-4-maverick' })[name] ?? name
  const rows = table.rows.map((r) => ({ ...r, solver: rename(r.solver), rater: rename(r.rater), proofId: r.proofId.replace('Solver 3', 'Claude Sonnet 4.5'), score: r.domain === 'Graph Theory' && r.solver === 'Solver 3' && r.kind === 'human' ? 0.5 : r.score }))
  const renamed = { ...table, rows, solvers: table.solvers.map(rename), raters: table.raters.map((r) => ({ ...r, id: rename(r.id) })) }
  const verdicts = Object.fromEntries(run('anchors', renamed)[0]!.rows.map((r) => [r[0]!.value, r[4]!.value]))
  expect([verdicts['A9'], verdicts['A4'], verdicts['A1']]).toEqual(['reproduced', 'contradicted', 'not computable'])
})

test('numbers and intervals as text; formulas in names are disarmed', () => {
  expect([shownNumber(0.1234, 'signed'), shownNumber(-0.0001, 'signed'), shownNumber(null, 'score'), shownNumber(0.0004, 'p'), shownNumber(0.5, 'percent'), shownNumber(12345, 'count')]).toEqual(['+0.123', '0.000', '—', '< 0.001', '50.0 %', '12,345'])
  expect(shownInterval({ value: 1, low: -0.1, high: 0.25 }, 'signed')).toBe('[−0.100, +0.250]')
  expect(exhibitCsv({ id: 'x', title: 't', caption: 'c', columns: [{ label: 'a', format: 'text' }], rows: [[{ value: '=cmd()' }]], figure: null, warnings: [] })).toContain("'=cmd()")
})

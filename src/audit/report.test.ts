import { describe, expect, test } from 'vitest'
import { blindCsv, blindSummary, gradeAt, noGrades, withGrade } from './blindGrades'
import { column, entry, estimate, exhibit } from './exhibit'
import { ledgerOf } from './ledger'
import { guessMapping } from './mapping'
import { gradeTable } from './melt'
import { PERTURBATIONS } from './perturbations'
import { pickedProofs } from './pickedProofs'
import { readReport, reportDifferences, reportHtml, type AuditReport } from './report'
import { syntheticTable } from './synthetic'
import { twelvePairs } from './twelveProofs'
import { exportable, useFlagsOf } from './useFlags'
import { Random } from '../base/random'

const shown = exhibit({
  id: 'x', title: 'A <script>title</script>', caption: 'Caption & more.', columns: [column('Judge', 'text'), column('inflation', 'signed')],
  rows: [[entry('j</script><img src=x>'), estimate(0.1 + 0.2, { low: -0.1, high: 0.5 }, { n: 12 })], [entry('few'), entry(1, { n: 2 })]],
  figure: { kind: 'forest', axis: 'x', rows: [{ label: 'j', value: 0.3, low: -0.1, high: 0.5, note: 'n' }] },
})
const report: AuditReport = {
  schema: 1, kind: 'proof-lab-audit', at: '2026-03-01T00:00:00Z', appVersion: '0', humans: ['h'], promptHashes: [],
  table: { name: 't.csv', sha256: 'ab', rows: 1, proofs: 1, problems: 1, flags: [] },
  excluded: { counts: { ...ledgerOf(syntheticTable(1), new Set(['Human'])).counts, refused: 2 }, first: [{ reason: 'refused', line: 3, rater: 'j' }] },
  query: { rubric: 'r', solver: null, domain: null, threshold: 0.9, replicates: 10, seed: 1, method: 'percentile', humans: [], isUnparsedZero: false },
  sections: [{ view: 'v', label: 'View', note: '', chosen: {}, exhibits: [shown] }],
}

describe('report', () => {
  test('comes back from its HTML to the last bit; text from a table cannot become markup', () => {
    const html = reportHtml(report)
    const read = readReport(html)
    expect(read.ok && read.value).toEqual(report)
    expect(html).not.toContain('<img src=x>')
    expect(html).not.toContain('<script>title')
    expect(html.match(/<script/g)!.length).toBe(1)
    expect(reportDifferences(report.sections, read.ok ? read.value.sections : []).differences).toEqual([])
  })
  test('a changed number, a lost row and a lost table are named', () => {
    const other = { ...shown, rows: [[shown.rows[0]![0]!, { ...shown.rows[0]![1]!, high: 0.6 }]] }
    const { differences, compared } = reportDifferences(report.sections, [{ ...report.sections[0]!, exhibits: [other] }])
    expect(differences.map((d) => d.where)).toEqual(['View: A <script>title</script>, row 1, inflation high', 'View: A <script>title</script>, row 2, Judge', 'View: A <script>title</script>, row 2, inflation', 'View: A <script>title</script>, row 2, inflation n'])
    expect(compared).toBe(9)
    const redrawn = { ...shown, figure: { ...shown.figure!, axis: 'y' } as typeof shown.figure }
    expect(reportDifferences(report.sections, [{ ...report.sections[0]!, exhibits: [redrawn] }]).differences.map((d) => d.where)).toEqual(['View: A <script>title</script>, figure'])
    expect(reportDifferences(report.sections, []).differences.length).toBe(1)
  })
  test('other files and damaged ones are refused with words', () => {
    expect(readReport('<html></html>')).toMatchObject({ ok: false, kind: 'notReport' })
    expect(readReport(reportHtml(report).replace('"schema":1', '"schema":9'))).toMatchObject({ ok: false, kind: 'damaged' })
    expect(readReport(reportHtml(report).replace('"kind"', 'kind'))).toMatchObject({ ok: false, kind: 'damaged' })
  })
})

describe('use flags', () => {
  test('numbers over few proofs are withheld, lists of proofs left out, and nothing is touched without the flag', () => {
    expect(exportable(shown, [])).toBe(shown)
    const kept = exportable(shown, ['no_export'])!
    expect([kept.rows[0]![1]!.value, kept.rows[1]![1]!.value, kept.figure]).toEqual([0.1 + 0.2, null, null])
    expect(kept.warnings.at(-1)).toContain('1 numbers over fewer than 5 proofs')
    expect(exportable({ ...shown, columns: [column('Proof', 'text'), column('x')] }, ['no_export'])).toBeNull()
  })
  test('come from the rows, the hand, or the name of the benchmark', () => {
    const table = syntheticTable(1)
    expect(useFlagsOf(table, 'x.csv', [])).toEqual([])
    expect(useFlagsOf(table, 'x.csv', ['no_train'])).toEqual(['no_train'])
    expect(useFlagsOf(table, 'QED-Bench_grades.csv', [])).toEqual(['no_train', 'no_export'])
    expect(useFlagsOf({ ...table, rows: [{ ...table.rows[0]!, extras: { flags: 'no_export, uncertain' } }] }, 'x.csv', [])).toEqual(['no_export'])
  })
})

describe('reading a table', () => {
  const raw = (lines: string[]) => { const [head, ...rows] = lines.map((l) => l.split(',')); return { columns: head!, rows, unread: [] } }
  const read = (lines: string[]) => {
    const mapping = guessMapping(raw(lines))
    if (!mapping.ok) throw new Error(mapping.what)
    const table = gradeTable(raw(lines), mapping.value)
    if (!table.ok) throw new Error(table.what)
    return table.value
  }
  test('ten deleted rows are ten absent grades, named', () => {
    const lines = ['problem_id,solver,rater,rater_kind,score']
    for (let p = 0; p < 20; p++) for (const rater of ['human', 'a', 'b']) lines.push(`p${p},s,${rater},${rater === 'human' ? 'human' : 'llm'},0.5`)
    const kept = lines.filter((l) => !/^p\d,s,b,/.test(l))
    const ledger = ledgerOf(read(kept), new Set(['human']))
    expect(ledger.counts.absent).toBe(10)
    expect(ledger.gaps.filter((g) => g.reason === 'absent').map((g) => `${g.proofId} ${g.rater}`)).toContain('p3|s|0 b')
  })
  test('conditions make judges of their own, humans stay one; a perturbed proof is not averaged into the original', () => {
    const table = read([
      'problem_id,solver,rater,rater_kind,score,condition,variant', 'p,s,human,human,0.5,,', 'p,s,j,llm,1,strict,', 'p,s,j,llm,0.5,lax,', 'p,s,j,llm,0,lax,gutted',
    ])
    expect(table.raters.map((r) => r.id)).toEqual(['human', 'j · lax', 'j · strict'])
    const lax = pickedProofs(table, { rubric: 'single', threshold: 0.9 }, { judge: 'j · lax', solver: null, domain: null }, new Set(['human']))
    expect(lax.map((p) => p.judge)).toEqual([0.5])
    expect(table.duplicates).toEqual([])
  })
})

test('proofs behind a number: by outcome, by rubric, over all judges', () => {
  const table = syntheticTable(2602)
  const humans = new Set(['Human'])
  const query = { rubric: 'expert', threshold: 0.9 }
  const of = (outcome?: 'tp' | 'fp' | 'fn' | 'tn') => pickedProofs(table, query, { judge: 'Judge F', solver: null, domain: null, ...(outcome ? { outcome } : {}) }, humans)
  expect(of('tp').length + of('fp').length + of('fn').length + of('tn').length).toBe(of().length)
  for (const p of of('fp')) expect([p.judge >= 0.9, p.human >= 0.9]).toEqual([true, false])
  const gaps = of().map((p) => Math.abs(p.judge - p.human))
  expect(gaps).toEqual([...gaps].sort((a, b) => b - a))
  expect(pickedProofs(table, query, { judge: null, solver: 'Solver 1', domain: null }, humans).length).toBe(272)
})

test('blind grades: set, taken back, compared, exported as a table that reads itself', () => {
  const pairs = twelvePairs('L')
  let grades = noGrades('t')
  for (const p of pairs) grades = withGrade(grades, 'r', p.proofId, { points: Math.round(7 * p.human), tags: [] })
  expect(gradeAt(grades, 'r', pairs[0]!.proofId)).toEqual({ points: 7, tags: [] })
  const summary = blindSummary(grades, 'r', pairs)
  expect(summary.graded).toBe(12)
  expect(summary.against.map((a) => a.name)).toEqual(['humans', 'L'])
  expect(Math.abs(summary.against[0]!.bias)).toBeLessThan(0.05)
  expect(summary.against[1]!.bias).toBeGreaterThan(0.2)
  expect(gradeAt(withGrade(grades, 'r', pairs[0]!.proofId, null), 'r', pairs[0]!.proofId)).toBeNull()
  const csv = blindCsv(grades, 'me', new Map(pairs.map((p) => [p.proofId, p])))
  expect(csv.split('\r\n').length).toBe(14)
  expect(csv).toContain('p1,,A,0,r,me,human,7,7,')
})

test('probes change what they say and nothing else', () => {
  const proof = '# Proof\n\nLet $x > 0$.\n\nThe long paragraph holds the work: $$x^2 + 1 > 0$$ for every such number, and so on.\n\nDone.'
  const of = (id: string) => PERTURBATIONS.find((p) => p.id === id)!.perturb(proof, Random.seed(1))
  expect(of('gutted')).not.toContain('holds the work')
  expect(of('gutted')).toContain('standard argument')
  expect(of('padded').length).toBeGreaterThan(proof.length)
  for (const part of proof.split('\n\n')) expect(of('padded')).toContain(part)
  expect(of('plain')).toContain('Proof\n\nLet')
  expect(of('injected').startsWith(proof)).toBe(true)
  expect([of('empty'), of('colon')]).toEqual(['', ':'])
  expect(new Set(PERTURBATIONS.map((p) => p.id)).size).toBe(PERTURBATIONS.length)
})

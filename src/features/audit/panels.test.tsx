/** Panels as markup, without a browser: all exhibits of the sample, the column form, the proof list. */
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { humanRaters, ledgerOf } from '../../audit/ledger'
import { syntheticTable } from '../../audit/synthetic'
import { VIEWS, viewNamed } from '../../audit/views/catalogue'
import { ViewContext } from '../../audit/views/context'
import { VIEW_STEPS } from '../../audit/views/index'
import type { AuditTable } from '../../../workers/stats/protocol'
import { AuditNav } from './AuditNav'
import { auditView } from './auditView'
import { DoctorPanel } from './DoctorPanel'
import { ExhibitView } from './ExhibitView'
import { MappingForm } from './MappingForm'
import { ProofList } from './ProofList'
import { SettingsBar } from './SettingsBar'

const grades = syntheticTable(2602)
const humans = humanRaters(grades)
const table: AuditTable = {
  id: 'synthetic', name: 'Sample', origin: 'synthetic', sizeBytes: 0, format: null, shape: 'generated', rows: grades.rows.length, proofs: 1360, problems: 272,
  raters: grades.raters, humans: [...humans], rubrics: grades.rubrics, conditions: [], solvers: grades.solvers, domains: grades.domains, columns: [], flags: [],
  sha256: 'x', guessedMax: null, ledger: ledgerOf(grades, humans),
}
const query = { rubric: 'expert', solver: null, domain: null, threshold: 0.9, replicates: 100, seed: 1, method: 'percentile', humans: [], isUnparsedZero: false } as const

describe.each(['pass', 'blandAltman', 'cards', 'pooling'])('%s', (id) => {
  test('numbers are buttons that open proofs, figures are named, files are offered', () => {
    const steps = VIEW_STEPS[id]!(new ViewContext(grades, humans, query, {}, () => ({ problem: null, proof: null })))
    let step = steps.next()
    while (!step.done) step = steps.next()
    const html = step.value.map((e) => renderToStaticMarkup(<ExhibitView exhibit={e} table={table} onOpen={() => {}} />)).join('')
    expect(/<svg[^>]*role="img"/.test(html)).toBe(true)
    expect(/Open the proofs|: proofs"/.test(html)).toBe(true)
    expect(html).toContain('>Caption</button>')
    expect(/NaN|undefined|\[object/.exec(html)).toBeNull()
    const locked = renderToStaticMarkup(<ExhibitView exhibit={{ ...step.value[0]!, columns: [{ label: 'Proof', format: 'text' }], rows: [] }} table={{ ...table, flags: ['no_export'] }} onOpen={() => {}} />)
    expect(locked).not.toContain('>CSV</button>')
  })
})

test('every view has its link; the open one is marked; the query travels along', () => {
  for (const { id } of VIEWS) {
    const html = renderToStaticMarkup(<AuditNav open={id} url={{ audit: 't', rubric: 'course', judge: 'Judge A', proof: 'p' }} />)
    if (id !== 'matrix' && id !== 'disagreements' && id !== 'run') expect(html).toMatch(new RegExp(`view=${id}"[^>]*aria-current="page"|aria-current="page"[^>]*view=${id}"`))
    expect(html).toContain('rubric=course')
    expect(html).not.toMatch(/judge=|proof=/)
  }
})

test('every setting of the catalogue is drawn', () => {
  for (const entry of VIEWS) {
    const html = renderToStaticMarkup(<SettingsBar table={table} view={auditView({ view: entry.id }, table)} onChange={() => {}} />)
    for (const { label } of entry.settings) expect(html).toContain(label.replaceAll('&', '&amp;'))
    expect(viewNamed(entry.id)).toBe(entry)
  }
})

test('the column form proposes the guess, asks for what is missing, and shows the first rows', () => {
  const html = renderToStaticMarkup(<MappingForm preview={{ columns: ['a', 'b'], rows: [['1', '<b>x</b>']], mapping: null }} onApply={() => {}} onCancel={() => {}} />)
  expect(html).toContain('Choose the column that names the problem.')
  expect(html).toContain('&lt;b&gt;x&lt;/b&gt;')
})

test('a list of thousands draws few rows; blind rows name no solver', () => {
  const proofs = Array.from({ length: 3000 }, (_, i) => ({ proofId: `p${i}`, problemId: `P${i}`, domain: '', solver: 'secret', judgeId: 'j', judge: 1, human: 0 }))
  const html = renderToStaticMarkup(<ProofList proofs={proofs} at={0} badge={() => '·'} isBlind onPick={() => {}} />)
  expect(html.match(/<button/g)!.length).toBeLessThan(80)
  expect(html).not.toContain('secret')
})

test('the data panel says what a sample may not be asked', () => {
  const html = renderToStaticMarkup(<DoctorPanel table={table} isUnparsedZero={false} onHumans={() => {}} onChange={() => {}} onReread={() => {}} />)
  expect(html).toContain('no gaps')
  expect(html).not.toContain('Choose columns by hand')
})

/** Where judge and humans differ most, proof by proof; and one's own grade of a proof before anyone else's is shown. */
import { useMemo, useState } from 'react'
import { blindCsv, blindSummary, FULL_MARKS, gradeAt } from '../../audit/blindGrades'
import { fileStem } from '../../audit/exhibitText'
import { ALL_JUDGES } from '../../audit/pickedProofs'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { Panel } from '../../ui/Panel'
import { saveFile } from '../../ui/saveFile'
import { Segmented } from '../../ui/Segmented'
import { useKeys } from '../../ui/useKeys'
import { pickedProofs } from '../../state/audits'
import type { AuditTable } from '../../../workers/stats/protocol'
import type { AuditView } from './auditView'
import styles from './DisagreementsPanel.module.css'
import { plain, signed } from './format'
import { GradingPane } from './GradingPane'
import controls from './MatrixControls.module.css'
import { NumberField } from './NumberField'
import { ProofList } from './ProofList'
import tables from './tables.module.css'
import { useAnswer } from '../../ui/useAnswer'
import { useBlindGrades } from './useBlindGrades'

export interface DisagreementsPanelProps {
  readonly table: AuditTable
  readonly view: AuditView
  readonly url: Readonly<Record<string, string | undefined>>
  readonly onChange: (patch: Record<string, string | number | undefined>, options?: { readonly replace?: boolean }) => void
}

export default function DisagreementsPanel({ table, view, url, onChange }: DisagreementsPanelProps) {
  const { query } = view
  const judges = table.raters.map((r) => r.id).filter((id) => !table.humans.includes(id))
  const judge = url['of'] !== undefined && judges.includes(url['of']) ? url['of'] : null
  const isBlind = url['blind'] === '1'
  const least = Math.min(1, Math.max(0, Number(url['least'] ?? 0) || 0))
  const pick = useMemo(() => ({ judge, solver: query.solver, domain: query.domain }), [judge, query.solver, query.domain])
  const { answer, retry } = useAnswer(JSON.stringify([table.id, query.rubric, query.humans, query.isUnparsedZero, pick]), () => pickedProofs(table.id, query, pick))
  const blind = useBlindGrades(table.id)
  const all = answer?.ok ? answer.value : null
  // Blind: the order must not tell which proofs are in dispute, so it is that of the names.
  const proofs = useMemo(() => {
    const kept = (all ?? []).filter((p) => Math.abs(p.judge - p.human) >= least - 1e-9)
    return isBlind ? [...kept].sort((a, b) => a.proofId.localeCompare(b.proofId, 'en', { numeric: true })) : kept
  }, [all, least, isBlind])
  const found = proofs.findIndex((p) => p.proofId === view.proofId)
  const at = found >= 0 ? found : 0
  const current = proofs[at]
  const go = (index: number) => {
    const next = proofs[Math.min(proofs.length - 1, Math.max(0, index))]
    if (next) onChange({ proof: next.proofId }, { replace: true })
  }
  const [tally, setTally] = useState(false)
  const grade = (points: number) => {
    if (!current) return
    blind.set(query.rubric, current.proofId, { points, tags: gradeAt(blind.grades!, query.rubric, current.proofId)?.tags ?? [] })
  }
  const undo = () => {
    const id = blind.undo()
    if (id !== null) onChange({ proof: id }, { replace: true })
  }
  useKeys({
    j: () => go(at + 1), ArrowDown: () => go(at + 1), k: () => go(at - 1), ArrowUp: () => go(at - 1),
    u: undo,
    ...Object.fromEntries(Array.from({ length: FULL_MARKS + 1 }, (_, points) => [String(points), () => { if (isBlind && blind.grades) grade(points) }])),
  })
  const mine = blind.grades === null || !current ? null : gradeAt(blind.grades, query.rubric, current.proofId)
  const isHidden = isBlind && mine?.points == null
  const summary = useMemo(() => (blind.grades === null || all === null ? null : blindSummary(blind.grades, query.rubric, all)), [blind.grades, all, query.rubric])
  const exportGrades = () => {
    if (!blind.grades || !all) return
    saveFile(blindCsv(blind.grades, 'my grades', new Map(all.map((p) => [p.proofId, p]))), `${fileStem(table.name)}-my-grades.csv`, 'text/csv;charset=utf-8')
  }
  return (
    <Panel
      title="Disagreements" note={isBlind ? 'Grade first, then see what the others gave: keys 0 to 7 grade, j and k move, u takes back.' : 'The largest |judge − human| first. j and k move through the list.'}
      actions={
        <>
          <Button disabled={!blind.canUndo} onClick={undo}>Undo</Button>
          <Button disabled={!summary || summary.graded === 0} onClick={exportGrades}>Export my grades</Button>
        </>
      }
    >
      <div className={controls.controls}>
        <Field label="Judge">
          {(control) => (
            <select {...control} value={judge ?? ''} onChange={(e) => onChange({ of: e.target.value || undefined, proof: undefined })}>
              <option value="">{ALL_JUDGES}</option>
              {judges.map((j) => <option key={j} value={j}>{j}</option>)}
            </select>
          )}
        </Field>
        {table.rubrics.length > 1 ? (
          <Field label="Rubric">{(control) => <select {...control} value={query.rubric} onChange={(e) => onChange({ rubric: e.target.value })}>{table.rubrics.map((r) => <option key={r} value={r}>{r}</option>)}</select>}</Field>
        ) : null}
        {isBlind ? null : <NumberField key={`least ${least}`} label="Differing by at least" value={least} min={0} max={1} step={0.05} onCommit={(v) => onChange({ least: v === 0 ? undefined : v, proof: undefined })} />}
        <Segmented<'open' | 'blind'>
          label="Grades of others" showLabel value={isBlind ? 'blind' : 'open'} onChange={(to) => onChange({ blind: to === 'blind' ? '1' : undefined, proof: undefined })}
          options={[{ value: 'open', label: 'shown' }, { value: 'blind', label: 'hidden until I grade', title: 'Blind grading: the list is in order of names and shows no grade' }]}
        />
      </div>
      {blind.isUnsaved ? <p className={styles.unsaved} role="alert">The last grade could not be stored: free some space, then grade again. It is kept while this page is open.</p> : null}
      {answer === null ? <p className={tables.quiet} role="status">Reading…</p>
        : !answer.ok ? <ErrorCard failure={answer} onRetry={retry} />
        : proofs.length === 0 ? <Empty title="No proof here" next="No proof with both grades differs that much. Lower the bound or choose another judge." />
        : (
          <div className={styles.columns}>
            <div className={styles.side}>
              <ProofList
                proofs={proofs} at={at} isBlind={isBlind} onPick={(proof) => onChange({ proof }, { replace: true })}
                badge={(p) => (isBlind ? pointsText(blind.grades && gradeAt(blind.grades, query.rubric, p.proofId)?.points) : signed(p.judge - p.human, 2))}
              />
              <p className={tables.quiet}>{at + 1} of {proofs.length.toLocaleString('en-US')}{summary && summary.graded > 0 ? `, ${summary.graded} graded by you` : ''}</p>
              {summary && summary.graded > 0 ? (
                <details open={tally} onToggle={(e) => setTally(e.currentTarget.open)}>
                  <summary>My grades against the others</summary>
                  <Tally summary={summary} />
                </details>
              ) : null}
            </div>
            {current ? (
              <GradingPane
                key={current.proofId} table={table} proof={current} rubric={query.rubric} judge={judge} mine={mine} isBlind={isBlind} isHidden={isHidden}
                onGrade={grade} onTags={(tags) => blind.set(query.rubric, current.proofId, { points: mine?.points ?? null, tags })}
              />
            ) : null}
          </div>
        )}
    </Panel>
  )
}

function pointsText(points: number | null | undefined): string {
  return points === null || points === undefined ? '·' : `${points}/${FULL_MARKS}`
}

function Tally({ summary }: { readonly summary: ReturnType<typeof blindSummary> }) {
  return (
    <table className={tables.table}>
      <thead><tr><th scope="col">Against</th><th scope="col" className={tables.number}>n</th><th scope="col" className={tables.number}>bias</th><th scope="col" className={tables.number}>MAE</th><th scope="col" className={tables.number}>CCC</th></tr></thead>
      <tbody>
        {summary.against.map((a) => (
          <tr key={a.name}><th scope="row">{a.name}</th><td className={tables.number}>{a.proofs}</td><td className={tables.number}>{signed(a.bias)}</td><td className={tables.number}>{plain(a.mae)}</td><td className={tables.number}>{plain(a.concordance)}</td></tr>
        ))}
      </tbody>
    </table>
  )
}

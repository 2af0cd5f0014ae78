/** What one sees first: the inflation matrix, judges compared, and what the authors published. */
import { lazy, Suspense, useEffect } from 'react'
import { matrixCsv } from '../../audit/csv'
import type { ProofPick } from '../../audit/exhibit'
import type { Matrix } from '../../audit/matrix'
import type { ForestPoint } from '../../ui/AuditChart'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { saveFile } from '../../ui/saveFile'
import { useAudits } from '../../state/audits'
import type { AuditTable } from '../../../workers/stats/protocol'
import type { AuditView } from './auditView'
import { counted } from './format'
import { HumanReference } from './HumanReference'
import styles from './JudgesPlace.module.css'
import { MatrixControls } from './MatrixControls'
import { comparedJudges, matrixExhibit } from '../../audit/matrixExhibit'
import { shownOf } from '../../audit/matrixRows'
import { MatrixTable } from './MatrixTable'
import { PublishedPanel } from './PublishedPanel'
import { exportableMatrix } from '../../audit/useFlags'
import { SaveFiles } from './SaveFiles'

const AuditChart = lazy(() => import('../../ui/AuditChart'))

export interface MatrixPanelProps {
  readonly table: AuditTable
  readonly view: AuditView
  readonly onChange: (patch: Record<string, string | number | undefined>) => void
  readonly onHumans: (raters: readonly string[]) => void
  readonly onOpen: (pick: ProofPick) => void
}

export function MatrixPanel({ table, view, onChange, onHumans, onOpen }: MatrixPanelProps) {
  const { matrix, matrixOf, computing, matrixFailure, compute, stop } = useAudits()
  // The threshold decides no cell: leaving it out keeps the bootstrap from running again.
  const queryKey = JSON.stringify({ ...view.query, threshold: null })
  useEffect(() => {
    void compute(table.id, view.query)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the query's content, not its identity
  }, [compute, table.id, queryKey])
  const shown = matrixOf === table.id ? matrix : null
  const fileName = `${table.name.replace(/[^\w.-]+/g, '-')}-${view.query.rubric}-inflation.csv`
  const isReady = shown !== null && computing === null
  return (
    <Panel
      title="Inflation"
      note={`mean(judge − human) on the same proofs under the same rubric; human reference: ${table.humans.join(', ') || 'none'}${table.origin === 'synthetic' ? '. Synthetic sample: invented grades' : ''}`}
      actions={
        <>
          {matrixFailure ? <Button onClick={() => void compute(table.id, view.query)}>Compute</Button> : null}
          <Button disabled={!isReady} onClick={() => shown && saveFile(matrixCsv(exportableMatrix(shown, table.flags), table.name), fileName, 'text/csv;charset=utf-8')}>Export CSV</Button>
        </>
      }
    >
      <MatrixControls table={table} view={view} onChange={onChange} />
      <div className={styles.status} aria-live="polite">
        {computing !== null ? (
          <Progress label="Bootstrap" value={computing} max={1} count={`${Math.round(100 * computing)} %`} onCancel={stop} cancelLabel="Stop" />
        ) : null}
        {matrixFailure ? <ErrorCard failure={matrixFailure} /> : null}
      </div>
      {table.humans.length === 0 || view.humans.length > 0 ? <HumanReference table={table} onHumans={onHumans} /> : null}
      {shown ? (
        <>
          <MatrixTable matrix={shown} isShare={view.isShare} open={view.pick} isStale={computing !== null} onOpen={({ judge, solver, domain }) => onOpen({ judge, solver, domain })} />
          <SaveFiles exhibit={matrixExhibit(shown, view.isShare)} table={table} />
        </>
      ) : matrixFailure === null ? <p role="status" className={styles.wait}>Computing…</p> : <Empty title="No matrix" next="See the message above." />}
    </Panel>
  )
}

export function BesideMatrix({ table, view, onChange }: Pick<MatrixPanelProps, 'table' | 'view' | 'onChange'>) {
  const { matrix, matrixOf } = useAudits()
  return (
    <div className={styles.pair}>
      {matrixOf === table.id && matrix ? <ChartPanel table={table} matrix={matrix} view={view} onColumn={(col) => onChange({ col })} /> : null}
      <PublishedPanel />
    </div>
  )
}

function ChartPanel({ table, matrix, view, onColumn }: { readonly table: AuditTable; readonly matrix: Matrix; readonly view: AuditView; readonly onColumn: (column: string | undefined) => void }) {
  const { query, solvers, domains, cells, judges } = matrix
  const isSolver = query.columns === 'solver'
  const names = isSolver ? solvers : domains
  const column = view.chartColumn !== null && names.includes(view.chartColumn) ? view.chartColumn : null
  const points = judges.flatMap((judge): ForestPoint[] => {
    const solver = isSolver ? (column ?? query.solver) : query.solver
    const domain = isSolver ? query.domain : (column ?? query.domain)
    const cell = cells.find((c) => c.judge === judge && c.solver === solver && c.domain === domain)
    if (!cell) return []
    const { value, interval } = shownOf(cell, view.isShare)
    if (value === null) return []
    return [{ label: judge, value, low: interval?.low ?? null, high: interval?.high ?? null, note: `${counted(cell.proofs, 'proof')}, ${counted(cell.problems, 'problem')}` }]
  })
  return (
    <Panel
      title="Judges compared" note="Point and 95 % cluster bootstrap interval. Judges whose intervals overlap are not ranked."
      actions={
        <Field label={isSolver ? 'Solver' : 'Domain'}>
          {(control) => (
            <select {...control} value={column ?? ''} onChange={(e) => onColumn(e.target.value || undefined)}>
              <option value="">all</option>
              {names.map((n) => <option key={n} value={n}>{n}</option>)}
            </select>
          )}
        </Field>
      }
    >
      {points.length === 0 ? <Empty title="Nothing to draw" next="No judge has a pair in this column." /> : (
        <>
        <Suspense fallback={<p role="status" className={styles.wait}>Drawing…</p>}>
          <AuditChart points={points} axis={view.isShare ? 'share of headroom' : 'mean(judge − human)'} />
        </Suspense>
        <SaveFiles exhibit={comparedJudges(matrix, points, column, view.isShare)} table={table} />
        </>
      )}
    </Panel>
  )
}

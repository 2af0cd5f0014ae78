/** The judges' place: can these judges be trusted, on which solver and domain, and what is behind each number. */
import { lazy, Suspense, useEffect, useRef, type DragEvent } from 'react'
import { matrixCsv } from '../../audit/csv'
import type { Matrix } from '../../audit/matrix'
import type { ForestPoint } from '../../ui/AuditChart'
import { Button } from '../../ui/Button'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { saveFile } from '../../ui/saveFile'
import { useView } from '../../ui/useView'
import { useAudits } from '../../state/audits'
import { SYNTHETIC_ID, type AuditTable } from '../../../workers/stats/protocol'
import { auditView, cellPatch, namesOut, tableInView, type AuditView } from './auditView'
import { CellProofs } from './CellProofs'
import { DoctorPanel } from './DoctorPanel'
import { counted } from './format'
import styles from './JudgesPlace.module.css'
import { MatrixControls } from './MatrixControls'
import { shownOf } from './matrixRows'
import { MatrixTable } from './MatrixTable'
import { ProofReading } from './ProofReading'
import { PublishedPanel } from './PublishedPanel'
import { SummaryTable } from './SummaryTable'
import { TableChooser } from './TableChooser'

const AuditChart = lazy(() => import('../../ui/AuditChart'))

export default function JudgesPlace() {
  const [url, setView] = useView()
  const { tableId, humans } = tableInView(url)
  const { tables, table, tableFailure, importing, importFailure, list, importFile, cancelImport, dismissImportFailure, remove, open } = useAudits()
  const humansKey = namesOut(humans) ?? ''

  useEffect(() => void list(), [list])
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the names, not the array that is new in every render
  useEffect(() => void open(tableId, humans), [open, tableId, humansKey])

  const choose = (id: string) =>
    setView({ audit: id === SYNTHETIC_ID ? undefined : id, rubric: undefined, by: undefined, domain: undefined, solver: undefined, humans: undefined, col: undefined, ...cellPatch(null) })
  const take = async (file: File) => {
    const id = await importFile(file)
    if (id !== null) choose(id)
  }
  const drop = (event: DragEvent) => {
    if (event.defaultPrevented) return // the drop zone took it
    event.preventDefault()
    const file = event.dataTransfer.files[0]
    if (file) void take(file)
  }
  const current = table?.id === tableId ? table : null
  return (
    <div className={styles.place} onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <Panel title="Grading table" note="Judge and human grades of the same proofs.">
        <TableChooser
          tables={tables ?? []} chosen={tableId} importing={importing} failure={importFailure} onChoose={choose} onFile={(file) => void take(file)}
          onCancel={cancelImport} onDismiss={dismissImportFailure}
          onRemove={(id) => void remove(id).then(() => choose(SYNTHETIC_ID))}
        />
      </Panel>
      {current ? (
        <Audit table={current} view={auditView(url, current)} setView={setView} />
      ) : tableFailure ? (
        <Panel title="No table"><ErrorCard failure={tableFailure} onRetry={() => choose(SYNTHETIC_ID)} retryLabel="Open the synthetic sample" /></Panel>
      ) : (
        <p role="status" className={styles.wait}>Opening the table…</p>
      )}
    </div>
  )
}

interface AuditProps {
  readonly table: AuditTable
  readonly view: AuditView
  readonly setView: ReturnType<typeof useView>[1]
}

function Audit({ table, view, setView }: AuditProps) {
  const { matrix, matrixOf, computing, matrixFailure, compute, stop } = useAudits()
  const queryKey = JSON.stringify(view.query)
  useEffect(() => {
    void compute(table.id, view.query)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the query's content, not its identity
  }, [compute, table.id, queryKey])
  const shown = matrixOf === table.id ? matrix : null
  // What was just opened comes into sight; a link or a reload leaves the page where it is.
  const opened = useRef<HTMLDivElement>(null)
  const hasOpened = useRef(false)
  useEffect(() => {
    if (!hasOpened.current) return
    hasOpened.current = false
    opened.current?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  }, [view.cell?.judge, view.cell?.solver, view.cell?.domain, view.proofId])
  const openNext = (patch: Record<string, string | undefined>) => {
    hasOpened.current = true
    setView(patch)
  }
  const fileName = `${table.name.replace(/[^\w.-]+/g, '-')}-${view.query.rubric}-inflation.csv`
  return (
    <>
      <div className={styles.wide}>
        <Panel
          title="Inflation"
          note={`mean(judge − human) on the same proofs under the same rubric; human reference: ${table.humans.join(', ') || 'none'}${table.origin === 'synthetic' ? '. Synthetic sample: invented grades' : ''}`}
          actions={
            <>
              {matrixFailure ? <Button onClick={() => void compute(table.id, view.query)}>Compute</Button> : null}
              <Button disabled={!shown || computing !== null} onClick={() => shown && saveFile(matrixCsv(shown, table.name), fileName, 'text/csv;charset=utf-8')}>Export CSV</Button>
            </>
          }
        >
          <MatrixControls table={table} view={view} onChange={(patch) => setView(patch)} />
          <div className={styles.status} aria-live="polite">
            {computing !== null ? (
              <Progress label="Bootstrap" value={computing} max={1} count={`${Math.round(100 * computing)} %`} onCancel={stop} cancelLabel="Stop" />
            ) : null}
            {matrixFailure ? <ErrorCard failure={matrixFailure} /> : null}
          </div>
          {shown ? (
            <MatrixTable matrix={shown} isShare={view.isShare} open={view.cell} isStale={computing !== null} onOpen={(cell) => openNext(cellPatch(cell))} />
          ) : matrixFailure === null ? <p role="status" className={styles.wait}>Computing…</p> : <Empty title="No matrix" next="See the message above." />}
        </Panel>
      </div>
      {view.cell ? (
        <div className={styles.wide} ref={view.proofId === null ? opened : undefined}>
          <CellProofs
            tableId={table.id} query={view.query} cell={view.cell} proofId={view.proofId}
            onProof={(proof) => openNext({ proof })} onClose={() => setView(cellPatch(null))}
          />
        </div>
      ) : null}
      {view.cell && view.proofId !== null ? (
        <div className={styles.wide} ref={opened}>
          <ProofReading
            tableId={table.id} proofId={view.proofId} rubric={view.query.rubric} humans={table.humans} judge={view.cell.judge}
            onClose={() => setView({ proof: undefined })}
          />
        </div>
      ) : null}
      <div className={styles.pair}>
        {shown ? <ChartPanel matrix={shown} view={view} onColumn={(col) => setView({ col })} /> : null}
        <PublishedPanel />
      </div>
      {shown ? <div className={styles.wide}><Panel title="Agreement and pass decisions" note={`Under the rubric “${shown.query.rubric}”`}><SummaryTable matrix={shown} /></Panel></div> : null}
      <div className={styles.wide}>
        <DoctorPanel table={table} onHumans={(raters) => setView({ humans: namesOut(raters), ...cellPatch(null) })} />
      </div>
    </>
  )
}

function ChartPanel({ matrix, view, onColumn }: { readonly matrix: Matrix; readonly view: AuditView; readonly onColumn: (column: string | undefined) => void }) {
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
        <Suspense fallback={<p role="status" className={styles.wait}>Drawing…</p>}>
          <AuditChart points={points} axis={view.isShare ? 'share of headroom' : 'mean(judge − human)'} />
        </Suspense>
      )}
    </Panel>
  )
}

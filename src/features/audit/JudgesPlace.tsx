/** The judges' place: can these judges be trusted, on which solver and domain, and what is behind each number. */
import { Suspense, useCallback, useEffect, useRef, type DragEvent } from 'react'
import type { ProofPick } from '../../audit/exhibit'
import { viewNamed } from '../../audit/views/catalogue'
import { joinNames } from '../../audit/views/setting'
import { ErrorCard } from '../../ui/ErrorCard'
import { lazyAgain } from '../../ui/lazyAgain'
import { Panel } from '../../ui/Panel'
import { PanelBoundary } from '../../ui/PanelBoundary'
import { useView, type View } from '../../ui/useView'
import { useAudits } from '../../state/audits'
import { SYNTHETIC_ID, type AuditTable, type ImportOptions } from '../../../workers/stats/protocol'
import { AuditNav } from './AuditNav'
import { auditView, pickPatch, tableInView, type AuditView } from './auditView'
import { CellProofs } from './CellProofs'
import { ChooseColumns } from './ChooseColumns'
import { DoctorPanel } from './DoctorPanel'
import { GapBadges } from './GapBadges'
import styles from './JudgesPlace.module.css'
import { BesideMatrix, MatrixPanel } from './MatrixPanel'
import { PasswordForm } from './PasswordForm'
import { ProofReading } from './ProofReading'
import { TableChooser } from './TableChooser'

const AnalysisPanel = lazyAgain(() => import('./AnalysisPanel'))
const DisagreementsPanel = lazyAgain(() => import('./DisagreementsPanel'))
const PairsPanel = lazyAgain(() => import('./PairsPanel'))
const ReportPanel = lazyAgain(() => import('./ReportPanel'))
const RunJudgePanel = lazyAgain(() => import('./running/RunJudgePanel'))

export default function JudgesPlace() {
  const [url, setView] = useView()
  const { tableId, humans } = tableInView(url)
  const { tables, table, tableFailure, importing, importFailure, unmapped, list, importFile, cancelImport, dismissImportFailure, remove, open } = useAudits()
  const humansKey = joinNames(humans) ?? ''

  useEffect(() => void list(), [list])
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the names, not the array that is new in every render
  useEffect(() => void open(tableId, humans), [open, tableId, humansKey])

  const choose = (id: string, more: Record<string, undefined> = {}) =>
    setView({ ...more, audit: id === SYNTHETIC_ID ? undefined : id, rubric: undefined, by: undefined, domain: undefined, solver: undefined, humans: undefined, col: undefined, ...pickPatch(null) })
  const take = async (file: File, options: Partial<ImportOptions> = {}) => {
    const id = await importFile(file, options)
    if (id !== null) choose(id)
  }
  const drop = (event: DragEvent) => {
    if (event.defaultPrevented) return // the drop zone took it
    event.preventDefault()
    const file = event.dataTransfer.files[0]
    if (file) void take(file)
  }
  const current = table?.id === tableId ? table : null
  // Deep in an analysis the table is known; a file may still be dropped anywhere.
  const isCompact = viewNamed(url['view']).id !== 'matrix' && importing === null && importFailure === null
  return (
    <div className={styles.place} onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <Panel title="Grading table" note={isCompact ? undefined : 'Judge and human grades of the same proofs.'} actions={isCompact && current ? <GapBadges table={current} /> : undefined}>
        <TableChooser
          isCompact={isCompact}
          tables={tables ?? []} chosen={tableId} importing={importing} failure={importFailure} onChoose={choose} onFile={(file) => void take(file)}
          onCancel={cancelImport} onDismiss={dismissImportFailure}
          onRemove={(id) => void remove(id).then(() => choose(SYNTHETIC_ID))}
        />
        {unmapped?.needs === 'columns' ? <ChooseColumns source={unmapped.file} password={unmapped.password} onApply={(mapping) => void take(unmapped.file, { mapping, password: unmapped.password })} onCancel={dismissImportFailure} /> : null}
        {unmapped?.needs === 'password' ? <PasswordForm onOpen={(password) => void take(unmapped.file, { password })} /> : null}
        {current && !isCompact ? <p className={styles.gaps}><GapBadges table={current} /></p> : null}
      </Panel>
      {current ? (
        <Audit table={current} url={url} view={auditView(url, current)} setView={setView} onReread={() => void open(tableId, humans)} onTable={(id) => choose(id, { view: undefined })} />
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
  readonly url: View
  readonly view: AuditView
  readonly setView: ReturnType<typeof useView>[1]
  /** The table was read under other columns or flags. */
  readonly onReread: () => void
  /** Opens another table on the matrix. */
  readonly onTable: (tableId: string) => void
}

function Audit({ table, url, view, setView, onReread, onTable }: AuditProps) {
  const { pick, proofId, entry } = view
  // What was just opened comes into sight; a link or a reload leaves the page where it is.
  const opened = useRef<HTMLDivElement>(null)
  const hasOpened = useRef(false)
  const opening = JSON.stringify([pick, proofId])
  useEffect(() => {
    if (!hasOpened.current) return
    hasOpened.current = false
    opened.current?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  }, [opening])
  const openNext = useCallback((patch: Record<string, string | undefined>) => {
    hasOpened.current = true
    setView(patch)
  }, [setView])
  const open = useCallback((next: ProofPick) => openNext(pickPatch(next)), [openNext])
  const setHumans = (raters: readonly string[]) => setView({ humans: joinNames(raters), ...pickPatch(null) })
  const isMatrix = entry.id === 'matrix'
  return (
    <>
      <AuditNav open={entry.id} url={url} />
      <div className={styles.wide}>
        {/* What fails in one analysis is gone with the next. */}
        <PanelBoundary resetKeys={[entry.id, table.id]}>
        {isMatrix ? <MatrixPanel table={table} view={view} onChange={setView} onHumans={setHumans} onOpen={open} />
          : entry.id === 'data' ? <DoctorPanel table={table} isUnparsedZero={view.query.isUnparsedZero} onHumans={setHumans} onChange={setView} onReread={onReread} />
          : (
            <Suspense fallback={<p role="status" className={styles.wait}>Loading…</p>}>
              {entry.id === 'disagreements' ? <DisagreementsPanel table={table} view={view} url={url} onChange={setView} />
                : entry.id === 'pairs' ? <PairsPanel />
                : entry.id === 'run' ? <RunJudgePanel table={table} onTable={onTable} />
                : entry.id === 'report' ? <ReportPanel table={table} view={view} />
                : <AnalysisPanel table={table} view={view} onChange={setView} onOpen={open} />}
            </Suspense>
          )}
        </PanelBoundary>
      </div>
      {pick ? (
        <div className={styles.wide} ref={proofId === null ? opened : undefined}>
          <CellProofs
            tableId={table.id} query={view.query} pick={pick} proofId={proofId}
            onProof={(proof) => openNext({ proof })} onClose={() => setView(pickPatch(null))}
          />
        </div>
      ) : null}
      {pick && proofId !== null ? (
        <div className={styles.wide} ref={opened}>
          <ProofReading
            tableId={table.id} proofId={proofId} rubric={pick.rubric ?? view.query.rubric} humans={table.humans} judge={pick.judge}
            onClose={() => setView({ proof: undefined })}
          />
        </div>
      ) : null}
      {isMatrix ? <BesideMatrix table={table} view={view} onChange={setView} /> : null}
    </>
  )
}

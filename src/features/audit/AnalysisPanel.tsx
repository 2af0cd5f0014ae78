/** One analysis of the open table: its settings, its progress, its exhibits. */
import type { ProofPick } from '../../audit/exhibit'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import type { AuditTable } from '../../../workers/stats/protocol'
import type { AuditView } from './auditView'
import { ExhibitView } from './ExhibitView'
import styles from './AnalysisPanel.module.css'
import { ProfileToTrain } from './ProfileToTrain'
import { SettingsBar } from './SettingsBar'
import { useAnalysis } from './useAnalysis'

export interface AnalysisPanelProps {
  readonly table: AuditTable
  readonly view: AuditView
  readonly onChange: (patch: Record<string, string | number | undefined>) => void
  readonly onOpen: (pick: ProofPick) => void
}

export default function AnalysisPanel({ table, view, onChange, onOpen }: AnalysisPanelProps) {
  const { entry, auditQuery, chosen } = view
  const { exhibits, failure, done, stop, retry } = useAnalysis(table.id, { view: entry.id, query: auditQuery, chosen })
  return (
    <Panel title={entry.label} note={entry.note}>
      {entry.id === 'profile' ? <ProfileToTrain tableId={table.id} request={{ view: entry.id, query: auditQuery, chosen }} /> : null}
      <SettingsBar table={table} view={view} onChange={onChange} />
      <div className={styles.status} aria-live="polite">
        {done !== null ? <Progress label="Computing" value={done} max={1} count={`${Math.round(100 * done)} %`} onCancel={stop} cancelLabel="Stop" /> : null}
        {failure ? <ErrorCard failure={failure} onRetry={retry} /> : null}
      </div>
      {exhibits ? (
        <div className={styles.exhibits} data-view={entry.id} data-stale={done !== null} aria-busy={done !== null}>
          {exhibits.map((e) => <ExhibitView key={e.id} exhibit={e} table={table} onOpen={onOpen} />)}
        </div>
      ) : null}
    </Panel>
  )
}

/** One file that holds the whole audit, and the proof that it can be computed again. */
import { useRef, useState } from 'react'
import { fileStem } from '../../audit/exhibitText'
import { LEAST_EXPORTED } from '../../audit/useFlags'
import type { Failure } from '../../base/result'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { saveFile } from '../../ui/saveFile'
import { checkReport, makeReport } from '../../state/audits'
import type { AuditTable, ReportCheck } from '../../../workers/stats/protocol'
import type { AuditView } from './auditView'
import styles from './ReportPanel.module.css'
import tables from './tables.module.css'

const APP_VERSION = '0.1.0'
const MOST_BYTES = 128 * 2 ** 20

export interface ReportPanelProps {
  readonly table: AuditTable
  readonly view: AuditView
}

export default function ReportPanel({ table, view }: ReportPanelProps) {
  const [done, setDone] = useState<number | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [check, setCheck] = useState<{ readonly file: string; readonly result: ReportCheck } | null>(null)
  const running = useRef<AbortController | null>(null)
  const begin = () => {
    running.current?.abort()
    setFailure(null)
    setCheck(null)
    setDone(0)
    return (running.current = new AbortController()).signal
  }
  const make = async () => {
    const signal = begin()
    const result = await makeReport(table.id, { query: view.auditQuery, matrix: view.query, chosen: {}, at: new Date().toISOString(), appVersion: APP_VERSION }, setDone, signal)
    setDone(null)
    if (result.ok) saveFile(result.value, `${fileStem(table.name.replace(/\.\w+$/, ''), 'audit')}.html`, 'text/html;charset=utf-8')
    else if (result.kind !== 'cancelled') setFailure(result)
  }
  const reopen = async (file: File) => {
    if (file.size > MOST_BYTES) return setFailure({ ok: false, kind: 'tooLarge', what: `The file has ${Math.round(file.size / 2 ** 20)} MiB; a report is far smaller.`, next: 'Choose an HTML file saved here.' })
    const signal = begin()
    const text = await new Response(file).text()
    const result = await checkReport(text, setDone, signal)
    setDone(null)
    if (result.ok) setCheck({ file: file.name, result: result.value })
    else if (result.kind !== 'cancelled') setFailure(result)
  }
  return (
    <Panel title="Report" note="Every analysis of this table under the rubric, reference, threshold, draws and seed now in view, in one HTML file that opens offline.">
      <div className={styles.actions}>
        <Button variant="primary" disabled={done !== null} onClick={() => void make()}>Save the report</Button>
        <label className={styles.reopen}>
          <input type="file" accept=".html,text/html" disabled={done !== null} onChange={(e) => { const file = e.target.files?.[0]; e.target.value = ''; if (file) void reopen(file) }} />
          Open a report and compute it again
        </label>
      </div>
      <ul className={styles.notes}>
        <li>It holds settings, seed, the table’s SHA-256, prompt hashes, and which rows were left out and why. It holds no proof and no row of the table.</li>
        {table.flags.includes('no_export') ? <li>This table’s rows may not be passed on: numbers over fewer than {LEAST_EXPORTED} proofs and lists of single proofs are withheld.</li> : null}
        <li>Opened again, every number is computed anew from the table of the same SHA-256 in this browser and compared to the last digit.</li>
      </ul>
      <div aria-live="polite">
        {done !== null ? <Progress label="Computing every analysis" value={done} max={1} count={`${Math.round(100 * done)} %`} onCancel={() => running.current?.abort()} cancelLabel="Stop" /> : null}
        {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
        {check ? (
          <section className={styles.check} aria-label="Comparison">
            <p>
              {check.result.differences.length === 0
                ? <><Badge tone="good">reproduced</Badge> All {check.result.compared.toLocaleString('en-US')} numbers and words of {check.file} are the same, computed again from “{check.result.tableName}”.</>
                : <><Badge tone="bad">differs</Badge> {check.result.differences.length.toLocaleString('en-US')} of {check.result.compared.toLocaleString('en-US')} entries of {check.file} differ from what “{check.result.tableName}” gives now.</>}
            </p>
            {check.result.differences.length > 0 ? (
              <div className={`${tables.scroll} ${tables.tall}`} role="region" aria-label="Differences" tabIndex={0}>
                <table className={tables.table}>
                  <thead><tr><th scope="col">Where</th><th scope="col">In the report</th><th scope="col">Now</th></tr></thead>
                  <tbody>{check.result.differences.slice(0, 500).map((d, i) => <tr key={i}><th scope="row" className={tables.wrap}>{d.where}</th><td>{d.stored}</td><td>{d.computed}</td></tr>)}</tbody>
                </table>
              </div>
            ) : null}
          </section>
        ) : null}
      </div>
    </Panel>
  )
}

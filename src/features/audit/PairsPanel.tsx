/** Judges that compare two answers: drop their verdicts and see whether the order decides. */
import { useState } from 'react'
import type { Exhibit } from '../../audit/exhibit'
import type { Failure } from '../../base/result'
import { Empty } from '../../ui/Empty'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { comparePairs } from '../../state/audits'
import analysis from './AnalysisPanel.module.css'
import { ExhibitView } from './ExhibitView'
import styles from './ReportPanel.module.css'

export default function PairsPanel() {
  const [shown, setShown] = useState<{ readonly name: string; readonly exhibits: readonly Exhibit[] } | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const take = async (file: File) => {
    setFailure(null)
    const result = await comparePairs(file)
    if (result.ok) setShown({ name: file.name, exhibits: result.value })
    else setFailure(result)
  }
  return (
    <Panel title="Order of answers" note="Does a judge that compares two answers follow the answer, or the place where it stands?">
      <div className={styles.actions}>
        <label className={styles.reopen}>
          <input type="file" accept=".csv,.tsv,.json,.jsonl,.ndjson,.parquet,text/csv,application/json" onChange={(e) => { const file = e.target.files?.[0]; e.target.value = ''; if (file) void take(file) }} />
          Open a table of comparisons
        </label>
      </div>
      <ul className={styles.notes}>
        <li>One row a pair, with <code>pair_id</code> and both orders as <code>verdict_ab</code> and <code>verdict_ba</code>; or one row a verdict, with <code>verdict</code> and <code>order</code> (AB, BA). A verdict names an answer: A, B, A&gt;B, B&gt;A, tie.</li>
        <li>Optional: <code>judge</code>, <code>model_a</code>, <code>model_b</code>, <code>label</code> (JudgeBench). The file is read here and not stored.</li>
      </ul>
      <div aria-live="polite">
        {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
        {shown ? <div className={analysis.exhibits}>{shown.exhibits.map((e) => <ExhibitView key={e.id} exhibit={e} table={{ name: shown.name, flags: [] }} onOpen={() => {}} />)}</div> : <Empty title="No comparisons yet" next="Grading tables hold scores; comparisons of two answers come in a table of their own." />}
      </div>
    </Panel>
  )
}

/** What the datasets take up in this browser, whether it promised to keep them, and what was removed lately. */
import { useEffect, useState } from 'react'
import type { Failure } from '../../base/result'
import { useDatasets } from '../../state/datasets'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { ErrorCard } from '../../ui/ErrorCard'
import { Panel } from '../../ui/Panel'
import { workerFailure } from '../../ui/useAnswer'
import { openData } from '../../../workers/data/client'
import type { DatasetRecord, StorageUse, TrashRecord } from '../../../workers/data/protocol'
import { share } from './columnBars'
import { counted, heldBytes, placeWords } from './names'
import styles from './StoragePanel.module.css'

interface Held {
  readonly use: StorageUse
  readonly trash: readonly TrashRecord[]
}

/** @param datasets the catalogue as it is now: when it changes, what is held is asked anew */
export function StoragePanel({ datasets }: { readonly datasets: readonly DatasetRecord[] }) {
  const restore = useDatasets((s) => s.restore)
  const [held, setHeld] = useState<Held | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [version, setVersion] = useState(0)
  const [answer, setAnswer] = useState<string | null>(null)

  useEffect(() => {
    let isCurrent = true
    Promise.all([openData().usage(), openData().trash()]).then(
      ([use, trash]) => { if (isCurrent) setHeld({ use, trash }) },
      (error: unknown) => { if (isCurrent) setFailure(workerFailure(error)) },
    )
    return () => void (isCurrent = false)
  }, [datasets, version])

  const again = () => setVersion((n) => n + 1)
  const act = (work: Promise<unknown>) => void work.then(again, (error: unknown) => setFailure(workerFailure(error)))
  const keep = () => act(openData().persist().then((isKept) => setAnswer(isKept ? null : 'The browser did not promise it; it may drop the data of sites that are seldom opened when the disk is full. Installing the page or adding a bookmark can change its mind.')))

  const stored = datasets.reduce((sum, d) => sum + heldBytes(d), 0)
  const removed = held?.trash.reduce((sum, t) => sum + heldBytes(t.record), 0) ?? 0
  const others = held ? Math.max(0, held.use.usedBytes - stored - removed) : null
  return (
    <Panel title="Storage" note={held ? `${bytes(held.use.usedBytes)} used of ${bytes(held.use.quotaBytes)} that the browser allows` : 'Asking the browser…'}>
      {failure ? <ErrorCard failure={failure} onRetry={() => (setFailure(null), again())} /> : null}
      {held ? (
        <>
          <dl className={styles.facts}>
            <div><dt>Datasets</dt><dd>{bytes(stored)}</dd></div>
            <div><dt>Removed lately</dt><dd>{bytes(removed)}</dd></div>
            <div><dt>Runs, tables and the rest</dt><dd>{others === null ? '—' : bytes(others)}</dd></div>
            <div><dt>Kept for sure</dt><dd>{held.use.persisted ? 'yes' : 'no, the browser may drop it'}</dd></div>
          </dl>
          {held.use.persisted ? null : <Button onClick={keep}>Ask the browser to keep it</Button>}
          {answer ? <p role="status" className={styles.answer}>{answer}</p> : null}
          <table className={styles.table}>
            <caption className="visuallyHidden">Size of each dataset</caption>
            <thead><tr><th scope="col">Dataset</th><th scope="col" className={styles.number}>Rows</th><th scope="col" className={styles.number}>Size</th><th scope="col" className={styles.number}>Share</th></tr></thead>
            <tbody>
              {[...datasets].sort((a, b) => heldBytes(b) - heldBytes(a)).map((d) => (
                <tr key={d.id}><th scope="row">{d.name}</th><td className={styles.number}>{d.rows.toLocaleString('en')}</td><td className={styles.number}>{placeWords(d) ?? bytes(d.sizeBytes)}</td><td className={styles.number}>{placeWords(d) ? '—' : share(d.sizeBytes, stored)}</td></tr>
              ))}
            </tbody>
          </table>
          {held.trash.length > 0 ? (
            <section>
              <h3 className={styles.head}>Removed lately</h3>
              <p className={styles.answer}>They can be brought back for a day; then their room is taken back when the lab opens.</p>
              <ul className={styles.trash} role="list">
                {held.trash.map(({ record }) => (
                  <li key={record.id}>
                    <span className={styles.name}>{record.name} <span className={styles.size}>{counted(record.rows, 'row')}, {placeWords(record) ?? bytes(record.sizeBytes)}</span></span>
                    <Button onClick={() => act(restore(record.id))} aria-label={`Bring ${record.name} back`}>Bring back</Button>
                    <Button variant="danger" onClick={() => act(openData().purge(record.id))} aria-label={`Delete ${record.name} now`}>Delete now</Button>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
        </>
      ) : null}
    </Panel>
  )
}

/** One dataset: where it came from, what its columns are, its rows, and the row that is read. */
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { Panel } from '../../ui/Panel'
import { useView } from '../../ui/useView'
import type { DatasetRecord } from '../../../workers/data/protocol'
import { DatasetGrid } from './DatasetGrid'
import styles from './DatasetsPlace.module.css'
import { rowInView } from './gridWindow'
import { counted, SCHEMA_NAMES } from './names'
import { RowReader } from './RowReader'

export function DatasetView({ dataset }: { readonly dataset: DatasetRecord }) {
  const [view, setView] = useView()
  const row = rowInView(view.row, dataset.rows)
  const provenance = [
    dataset.origin === 'sample' ? 'bundled sample' : dataset.name, dataset.format, bytes(dataset.sizeBytes), counted(dataset.rows, 'row'),
    ...(dataset.format === 'parquet' ? [counted(dataset.rowGroups, 'row group')] : []),
  ]
  return (
    <>
      {row === null ? null : (
        <RowReader
          dataset={dataset} row={row} isRaw={view.raw === '1'}
          onRow={(next) => setView({ row: next }, { replace: true })}
          onRaw={(isRaw) => setView({ raw: isRaw ? 1 : undefined }, { replace: true })}
          onClose={() => setView({ row: undefined, raw: undefined })}
        />
      )}
      <Panel
        title={dataset.name} note={SCHEMA_NAMES[dataset.schemaId]}
        actions={row === null && dataset.rows > 0 ? <Button variant="primary" onClick={() => setView({ row: 0 })}>Read from row 1</Button> : null}
      >
        <p className={styles.provenance}>
          {provenance.join(' · ')} · SHA-256 <code title={dataset.sha256}>{dataset.sha256.slice(0, 12)}</code>
        </p>
        {dataset.trainable.why ? <p className={styles.why}>{dataset.trainable.why}</p> : null}
        <details className={styles.columns}>
          <summary>{counted(dataset.columns.length, 'column')}</summary>
          <ul role="list">
            {dataset.columns.map(({ name, type }) => <li key={name}><code>{name}</code> <span>{type}</span></li>)}
          </ul>
        </details>
        <DatasetGrid key={dataset.id} dataset={dataset} row={row} onRow={(next) => setView({ row: next })} />
      </Panel>
    </>
  )
}

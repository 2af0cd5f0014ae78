import { useEffect, useState } from 'react'
import { presetLabel } from '../../posttrain/presetLabel'
import type { RunRecord } from '../../posttrain/runRecords'
import { useRuns } from '../../state/runs'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { saveFile } from '../../ui/saveFile'
import { useExport, type Exports } from './useExport'
import styles from './Models.module.css'

interface CheckpointTableProps {
  readonly records: readonly RunRecord[]
  readonly chosen: string | null
  readonly onChoose: (runId: string) => void
}

const count = new Intl.NumberFormat('en')

export function CheckpointTable({ records, chosen, onChoose }: CheckpointTableProps) {
  const exports = useExport()
  return (
    <>
    {exports.view}
    {/* Scrolls sideways on a narrow screen, so it must be reachable by keyboard. */}
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Checkpoints, table">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Preset</th>
            <th scope="col" className={styles.number}>
              Step
            </th>
            <th scope="col" className={styles.number}>
              Parameters
            </th>
            <th scope="col" className={styles.number}>
              Size
            </th>
            <th scope="col">Stored</th>
            <th scope="col">Use</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <CheckpointRow key={record.id} record={record} isChosen={record.id === chosen} onChoose={onChoose} exports={exports} />
          ))}
        </tbody>
      </table>
    </div>
    </>
  )
}

function CheckpointRow({ record, isChosen, onChoose, exports }: { record: RunRecord; isChosen: boolean; onChoose: (runId: string) => void; exports: Exports }) {
  const [file, setFile] = useState<Blob | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    let isCurrent = true
    useRuns
      .getState()
      .checkpointFile(record.id)
      .then(
        (blob) => isCurrent && (blob ? setFile(blob) : setFailure('not stored')),
        (error: unknown) => isCurrent && setFailure(error instanceof Error ? error.message : String(error)),
      )
    return () => {
      isCurrent = false
    }
  }, [record.id, record.checkpointStep])
  const name = `${record.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-step-${record.checkpointStep}.safetensors`
  return (
    <tr data-open={isChosen || undefined}>
      <th scope="row">{record.name}</th>
      <td>{presetLabel(record.preset)}</td>
      <td className={styles.number}>{record.checkpointStep}</td>
      <td className={styles.number}>{count.format(record.parameters)}</td>
      <td className={styles.number}>{file ? bytes(file.size) : '—'}</td>
      <td>
        <time dateTime={new Date(record.updatedAt).toISOString()}>{new Date(record.updatedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}</time>
      </td>
      <td>
        <span className={styles.actions}>
          <Button variant={isChosen ? 'primary' : 'plain'} aria-pressed={isChosen} onClick={() => onChoose(record.id)}>
            Try it
          </Button>
          <Button disabled={!file} onClick={() => file && saveFile(file, name)} aria-label={`Download ${name}`}>
            Download
          </Button>
          <Button disabled={!file || exports.isBusy} onClick={() => exports.run(record.id, record.name)} aria-label={`Export ${record.name} as a model folder`} title="A zip with config.json, model.safetensors, tokenizer.json and generation_config.json">
            Export
          </Button>
          {failure && <span role="alert">{failure}</span>}
        </span>
      </td>
    </tr>
  )
}

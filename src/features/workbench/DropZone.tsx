/** Where dataset files come in: by drop anywhere on the zone, or by the file chooser. */
import { useState, type DragEvent } from 'react'
import styles from './DropZone.module.css'

export interface DropZoneProps {
  readonly isBusy: boolean
  readonly onFiles: (files: readonly File[]) => void
}

export function DropZone({ isBusy, onFiles }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    event.stopPropagation()
    setIsOver(false)
    if (!isBusy) onFiles([...event.dataTransfer.files])
  }
  return (
    <div onDragOver={(event) => { event.preventDefault(); setIsOver(true) }} onDragLeave={() => setIsOver(false)} onDrop={drop}>
      <label className={styles.drop} data-over={isOver} data-busy={isBusy}>
        <input
          className={styles.file} type="file" multiple accept=".parquet,.jsonl,.ndjson,.json,.csv,.tsv,.gz,.zst,.zip" disabled={isBusy}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = '' // the same file may be chosen again after it was mended
          if (files.length > 0) onFiles(files)
        }}
      />
      <span><strong>Drop a dataset here</strong>, or press to choose: parquet, jsonl, json or csv, also packed as gz, zst or zip.</span>
      <span className={styles.hint}>FineProofs-SFT and -RL, ProofBench, IMO-ProofBench, MathArena, QED-Nano viewer and TRL files are known by their columns; any other table can be told what its columns are. Shards dropped together are one dataset. Files stay in this browser.</span>
      </label>
    </div>
  )
}

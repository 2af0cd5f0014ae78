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
        className={styles.file} type="file" multiple accept=".parquet,.jsonl,.ndjson" disabled={isBusy}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = '' // the same file may be chosen again after it was mended
          if (files.length > 0) onFiles(files)
        }}
      />
      <span><strong>Drop a dataset here</strong>, or press to choose: parquet or jsonl.</span>
      <span className={styles.hint}>Columns of FineProofs-SFT (problem, reasoning, proof) or FineProofs-RL (problem, rubrics, scores). Files stay in this browser.</span>
      </label>
    </div>
  )
}

/** Where dataset files come in: by drop anywhere on the zone, or by the file chooser; as a copy, or read where they lie. */
import { useState, type DragEvent } from 'react'
import { Segmented } from '../../ui/Segmented'
import type { HandledFile, Keep } from '../../../workers/data/protocol'
import styles from './DropZone.module.css'
import { handledDrop, handlePicker, withoutHandles } from './handledFiles'

export interface DropZoneProps {
  readonly isBusy: boolean
  readonly keep: Keep
  readonly onKeep: (keep: Keep) => void
  readonly onFiles: (files: readonly HandledFile[]) => void
  readonly onFault: (error: unknown) => void
}

export function DropZone({ isBusy, keep, onKeep, onFiles, onFault }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false)
  const [pick] = useState(handlePicker)
  const take = (reading: Promise<readonly HandledFile[]>) => void reading.then((files) => files.length > 0 && onFiles(files), onFault)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    event.stopPropagation()
    setIsOver(false)
    if (!isBusy) take(handledDrop(event.dataTransfer))
  }
  return (
    <div onDragOver={(event) => { event.preventDefault(); setIsOver(true) }} onDragLeave={() => setIsOver(false)} onDrop={drop}>
      <label className={styles.drop} data-over={isOver} data-busy={isBusy}>
        <input
          className={styles.file} type="file" multiple accept=".parquet,.jsonl,.ndjson,.json,.csv,.tsv,.gz,.zst,.zip" disabled={isBusy}
          onClick={(event) => {
            if (keep !== 'link' || !pick) return
            event.preventDefault() // its own chooser gives no way back to a file
            take(pick())
          }}
          onChange={(event) => {
            const files = withoutHandles(event.target.files ?? [])
            event.target.value = '' // the same file may be chosen again after it was mended
            if (files.length > 0) onFiles(files)
          }}
        />
        <span><strong>Drop a dataset here</strong>, or press to choose: parquet, jsonl, json or csv, also packed as gz, zst or zip.</span>
        <span className={styles.hint}>FineProofs-SFT and -RL, ProofBench, IMO-ProofBench, MathArena, QED-Nano viewer and TRL files are known by their columns; any other table can be told what its columns are. Shards dropped together are one dataset. Files stay in this browser.</span>
      </label>
      {pick ? (
        <div className={styles.keep}>
          <Segmented<Keep>
            label="How files are kept" value={keep} onChange={onKeep}
            options={[
              { value: 'copy', label: 'Copy into the browser', title: 'Needs as much disk again; stays readable without asking.' },
              { value: 'link', label: 'Read where it lies', title: 'No copy. The browser asks again after a restart, and a file that was changed or moved is refused.' },
            ]}
          />
        </div>
      ) : null}
    </div>
  )
}

/** Where models come in: a folder dropped or chosen, kept as a copy or read where it lies. */
import { useRef, useState, type DragEvent } from 'react'
import { Button } from '../../ui/Button'
import { Segmented } from '../../ui/Segmented'
import { folderPicker, fromInput, fromTransfer, type Dropped } from './droppedFiles'
import styles from './ModelDrop.module.css'

export type Keep = 'copy' | 'link'

export interface ModelDropProps {
  readonly isBusy: boolean
  readonly onDropped: (dropped: Dropped, keep: Keep) => void
  readonly onFault: (error: unknown) => void
}

export function ModelDrop({ isBusy, onDropped, onFault }: ModelDropProps) {
  const [isOver, setIsOver] = useState(false)
  const [keep, setKeep] = useState<Keep>('copy')
  const folder = useRef<HTMLInputElement | null>(null)
  const [pick] = useState(folderPicker)
  const take = (reading: Promise<Dropped | null>) => void reading.then((dropped) => dropped && dropped.files.length > 0 && onDropped(dropped, keep), onFault)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(false)
    if (!isBusy) take(fromTransfer(event.dataTransfer))
  }
  return (
    <section className={styles.drop} data-over={isOver} aria-label="Add a model" onDragOver={(event) => { event.preventDefault(); setIsOver(true) }} onDragLeave={() => setIsOver(false)} onDrop={drop}>
      <p className={styles.words}>
        <strong>Drop a model folder here</strong> in Hugging Face layout: <code>config.json</code>, <code>tokenizer.json</code>, <code>*.safetensors</code> (F32, F16 or BF16; sharded or not). Qwen3 and Llama shapes. A PEFT folder with a LoRA adapter goes to the model that it fits.
      </p>
      <div className={styles.choices}>
        <Button disabled={isBusy} onClick={() => (keep === 'link' && pick ? take(pick()) : folder.current?.click())}>Choose a folder…</Button>
        <label className={styles.files}>
          <input type="file" multiple disabled={isBusy} accept=".json,.safetensors,.jinja,.txt,.md" onChange={(event) => { const dropped = fromInput(event.target.files); take(Promise.resolve(dropped)); event.target.value = '' }} />
          <span>or single files</span>
        </label>
        <input
          ref={folder} type="file" className={styles.hidden} tabIndex={-1} aria-label="Model folder" disabled={isBusy}
          {...{ webkitdirectory: '' }}
          onChange={(event) => { const dropped = fromInput(event.target.files); take(Promise.resolve(dropped)); event.target.value = '' }}
        />
        <Segmented<Keep>
          label="How to keep it" value={keep} onChange={setKeep}
          options={[
            { value: 'copy', label: 'Copy into the browser', title: 'Needs as much disk again; stays readable without asking.' },
            { value: 'link', label: 'Read where it lies', title: 'No copy; the browser asks again after a restart. Needs a folder picker or a drop that gives handles.' },
          ]}
        />
      </div>
      <p className={styles.hint}>Everything is checked before anything is kept. Files stay on this machine.</p>
    </section>
  )
}

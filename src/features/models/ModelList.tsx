/** The stored models, each with its adapters under it; removal is asked for twice. */
import { useState } from 'react'
import type { AdapterRecord, ModelRecord } from '../../posttrain/modelRecords'
import { adaptersOf, isModel, useModels } from '../../state/models'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { familyName, parameterText } from './modelWords'
import styles from './ModelList.module.css'

export interface ModelListProps {
  readonly models: readonly ModelRecord[]
  readonly chosen: string | null
  readonly onChoose: (id: string) => void
  readonly onExport: (record: ModelRecord) => void
  readonly onRemove: (record: ModelRecord) => void
}

export function ModelList({ models, chosen, onChoose, onExport, onRemove }: ModelListProps) {
  const [asked, setAsked] = useState<string | null>(null)
  const loaded = useModels((s) => s.loaded)
  const own = models.filter(isModel)
  const stray = models.filter((m): m is AdapterRecord => m.kind === 'adapter' && !own.some((o) => o.id === m.baseId))
  const removal = (record: ModelRecord) =>
    asked === record.id ? (
      <div className={styles.confirm} role="group" aria-label={`Remove ${record.name}?`}>
        <span>{record.origin === 'copy' ? 'Remove its copy from this browser?' : 'Remove the link? Its files stay.'}</span>
        <Button variant="danger" onClick={() => { setAsked(null); onRemove(record) }}>Remove</Button>
        <Button autoFocus onClick={() => setAsked(null)}>Keep</Button>
      </div>
    ) : (
      <Button aria-label={`Remove ${record.name}…`} onClick={() => setAsked(record.id)}>Remove…</Button>
    )
  const exporting = (record: ModelRecord) => <Button aria-label={`Export ${record.name} as a zip`} onClick={() => onExport(record)}>Export</Button>
  return (
    <ul className={styles.list} role="list" aria-label="Models">
      {own.map((record) => {
        const { id, name, config, parameters, dtypes, sizeBytes, origin, hasTokenizer } = record
        return (
          <li key={id} className={styles.model} data-chosen={id === chosen}>
            <div className={styles.words}>
              <button type="button" className={styles.name} aria-current={id === chosen ? 'true' : undefined} onClick={() => onChoose(id)}>{name}</button>
              <p className={styles.facts}>{familyName(config)} · {parameterText(parameters)} · {config.num_hidden_layers} × {config.hidden_size} · {dtypes} · {bytes(sizeBytes)}</p>
            </div>
            <div className={styles.badges}>
              {loaded?.modelId === id ? <Badge tone="good">Loaded</Badge> : null}
              {origin === 'link' ? <Badge title="Read from where it was dropped from; the browser may ask again after a restart.">Link</Badge> : null}
              {hasTokenizer ? null : <Badge tone="warn" title="The folder has no tokenizer.json: prompts and answers are token ids.">No tokenizer</Badge>}
            </div>
            <div className={styles.actions}>
              {exporting(record)}
              {removal(record)}
            </div>
            {adaptersOf(models, id).map((adapter) => <Adapter key={adapter.id} adapter={adapter}>{exporting(adapter)}{removal(adapter)}</Adapter>)}
          </li>
        )
      })}
      {stray.map((adapter) => (
        <li key={adapter.id} className={styles.model}><Adapter adapter={adapter} note="Its model was removed.">{removal(adapter)}</Adapter></li>
      ))}
    </ul>
  )
}

function Adapter({ adapter, note, children }: { readonly adapter: AdapterRecord; readonly note?: string; readonly children: React.ReactNode }) {
  return (
    <div className={styles.adapter}>
      <span className={styles.words}>
        <strong>{adapter.name}</strong>
        <span className={styles.facts}> LoRA, r {adapter.r}, α {adapter.alpha}, {adapter.targets.length} projections, {bytes(adapter.sizeBytes)}{note ? `. ${note}` : ''}</span>
      </span>
      <span className={styles.actions}>{children}</span>
    </div>
  )
}

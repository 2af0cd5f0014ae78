/** Where a dataset came from and what it may be used for, in the researcher's words; kept in every export. */
import { useState, type FormEvent } from 'react'
import type { Failure } from '../../base/result'
import { useDatasets } from '../../state/datasets'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import type { DatasetFlag, DatasetRecord } from '../../../workers/data/protocol'
import styles from './ProvenanceForm.module.css'

const FIELDS = [
  { key: 'source', label: 'Source', hint: 'For example lm-provers/FineProofs-RL' },
  { key: 'revision', label: 'Revision', hint: 'Commit of the source' },
  { key: 'licence', label: 'Licence', hint: 'For example Apache-2.0' },
] as const

export function ProvenanceForm({ dataset }: { readonly dataset: DatasetRecord }) {
  const change = useDatasets((s) => s.change)
  const { provenance, flags, lineage, shards, shardsOf } = dataset
  const [draft, setDraft] = useState<Readonly<Record<string, string>>>({})
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isSaved, setSaved] = useState(false)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const said = Object.fromEntries(FIELDS.map(({ key }) => [key, (draft[key] ?? provenance[key] ?? '').trim() || null])) as Record<(typeof FIELDS)[number]['key'], string | null>
    const result = await change(dataset.id, { provenance: { ...provenance, ...said } })
    setFailure(result.ok ? null : result)
    setSaved(result.ok)
    if (result.ok) setDraft({})
  }
  const setFlag = async (flag: DatasetFlag, isSet: boolean) => {
    const result = await change(dataset.id, { flags: isSet ? [...flags, flag] : flags.filter((f) => f !== flag) })
    setFailure(result.ok ? null : result)
  }
  return (
    <div className={styles.panel}>
      {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        {FIELDS.map(({ key, label, hint }) => (
          <Field key={key} label={label} hint={hint}>
            {(control) => <input {...control} type="text" value={draft[key] ?? provenance[key] ?? ''} onChange={(event) => (setSaved(false), setDraft({ ...draft, [key]: event.target.value }))} />}
          </Field>
        ))}
        <div className={styles.buttons}>
          <Button type="submit" disabled={Object.keys(draft).length === 0}>Save</Button>
          {isSaved ? <span role="status">Saved.</span> : null}
        </div>
      </form>
      <fieldset className={styles.flags}>
        <legend>Use</legend>
        <label><input type="checkbox" checked={flags.includes('no_train')} onChange={(event) => void setFlag('no_train', event.target.checked)} /> Evaluation only: nothing is trained on it</label>
        <label><input type="checkbox" checked={flags.includes('no_export')} onChange={(event) => void setFlag('no_export', event.target.checked)} /> Stays here: it leaves this browser in no file</label>
      </fieldset>
      <dl className={styles.facts}>
        <div><dt>{shards.length === 1 ? 'File' : `${shards.length}${shardsOf && shardsOf > shards.length ? ` of ${shardsOf}` : ''} shards`}</dt>
          {shards.map((s) => <dd key={s.name}>{s.fileName}, {s.rows.toLocaleString('en')} rows, SHA-256 <code className={styles.hash}>{s.sha256}</code></dd>)}
        </div>
        {provenance.packing.length > 0 ? <div><dt>Taken out of</dt><dd>{provenance.packing.join(', in it ')}</dd></div> : null}
        {lineage ? (
          <div><dt>Made from</dt>
            {lineage.parents.map((p) => <dd key={p.id}>{p.name}, {p.rows.toLocaleString('en')} rows, SHA-256 <code className={styles.hash}>{p.sha256}</code></dd>)}
            {lineage.steps.map((step) => <dd key={step}>{step}</dd>)}
          </div>
        ) : null}
      </dl>
    </div>
  )
}

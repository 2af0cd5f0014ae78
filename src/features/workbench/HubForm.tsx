/** A dataset of the Hugging Face Hub by its name or address: its files are listed, then read by range or downloaded. */
import { useState, type FormEvent } from 'react'
import type { Failure } from '../../base/result'
import { shardGroups } from '../../proofs/schemas/shardNames'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { workerFailure } from '../../ui/useAnswer'
import { openData } from '../../../workers/data/client'
import type { HubListing, Keep } from '../../../workers/data/protocol'
import styles from './HubForm.module.css'
import { counted } from './names'

export interface HubFormProps {
  readonly isBusy: boolean
  readonly onTake: (from: HubListing, keep: Keep) => void
}

export function HubForm({ isBusy, onTake }: HubFormProps) {
  const [link, setLink] = useState('')
  const [listing, setListing] = useState<HubListing | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isAsking, setAsking] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setFailure(null)
    setListing(null)
    setAsking(true)
    const answer = await openData().hubListing(link).catch(workerFailure)
    setAsking(false)
    if (answer.ok) setListing(answer.value)
    else setFailure(answer)
  }
  return (
    <details className={styles.hub}>
      <summary>From the Hugging Face Hub</summary>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <Field label="Dataset or file">
          {(control) => <input {...control} type="text" value={link} spellCheck={false} autoComplete="off" placeholder="lm-provers/FineProofs-RL, or the address of a file" onChange={(event) => setLink(event.target.value)} />}
        </Field>
        <Button type="submit" disabled={isBusy || isAsking || link.trim() === ''}>{isAsking ? 'Asking…' : 'List its files'}</Button>
      </form>
      <p className={styles.about}>Asks huggingface.co, without an account. Parquet is then read by range: only the columns and rows that are shown.</p>
      {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
      {listing ? <Files listing={listing} isBusy={isBusy} onTake={onTake} /> : null}
    </details>
  )
}

function Files({ listing, isBusy, onTake }: HubFormProps & { readonly listing: HubListing }) {
  const { repo, revision, licence, files } = listing
  const sets = shardGroups(files.map((file) => ({ ...file, name: file.path })))
  return (
    <section aria-label={`Files of ${repo}`}>
      <p className={styles.about}><strong>{repo}</strong> at <code>{revision.slice(0, 12)}</code>{licence ? `, ${licence}` : ', no licence named'}</p>
      <ul className={styles.sets} role="list">
        {sets.map((set) => {
          const first = set[0]!
          const size = set.reduce((sum, file) => sum + file.sizeBytes, 0)
          const from = { ...listing, files: set.map(({ path, url, sizeBytes, sha256 }) => ({ path, url, sizeBytes, sha256 })) }
          const isParquet = set.every((file) => file.path.endsWith('.parquet'))
          return (
            <li key={first.path} className={styles.set}>
              <span className={styles.words}><code>{first.path}</code> <span className={styles.size}>{set.length > 1 ? `and ${counted(set.length - 1, 'further shard')}, ` : ''}{bytes(size)}</span></span>
              {isParquet ? <Button variant="primary" disabled={isBusy} aria-label={`Read ${first.path} by range`} onClick={() => onTake(from, 'link')}>Read by range</Button> : null}
              <Button disabled={isBusy} aria-label={`Download ${first.path}`} onClick={() => onTake(from, 'copy')}>Download</Button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

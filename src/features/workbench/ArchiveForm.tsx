/** The tables of a zip: which to take, and the password when they need one. It is used for this reading and kept nowhere. */
import { useState, type FormEvent } from 'react'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { Field } from '../../ui/Field'
import styles from './ArchiveForm.module.css'
import type { OpenArchive } from './useImports'

export interface ArchiveFormProps {
  readonly archive: OpenArchive
  readonly isBusy: boolean
  readonly onTake: (names: readonly string[], password: string | null) => void
  readonly onClose: () => void
}

export function ArchiveForm({ archive, isBusy, onTake, onClose }: ArchiveFormProps) {
  const [chosen, setChosen] = useState<readonly string[]>(archive.members.slice(0, 1).map((m) => m.name))
  const [password, setPassword] = useState('')
  const needsPassword = archive.members.some((m) => m.isEncrypted && chosen.includes(m.name))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onTake(chosen, needsPassword ? password : null)
    setPassword('')
  }
  return (
    <form className={styles.form} onSubmit={submit} aria-label={`Tables in ${archive.file.name}`} autoComplete="off">
      <fieldset className={styles.members}>
        <legend>Tables in {archive.file.name}</legend>
        {archive.members.map(({ name, sizeBytes, isEncrypted }) => (
          <label key={name}>
            <input type="checkbox" checked={chosen.includes(name)} onChange={(event) => setChosen((known) => (event.target.checked ? [...known, name] : known.filter((n) => n !== name)))} />
            <span className={styles.name}>{name}</span> <span className={styles.size}>{bytes(sizeBytes)}{isEncrypted ? ', protected' : ''}</span>
          </label>
        ))}
      </fieldset>
      {needsPassword ? (
        <Field label="Password of the archive" hint="Used once, here, and not stored. What comes out is marked for evaluation only and stays in this browser." error={archive.refusal}>
          {(control) => <input {...control} type="password" autoComplete="off" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
      ) : null}
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" disabled={isBusy || chosen.length === 0 || (needsPassword && password === '')}>{chosen.length > 1 ? `Take ${chosen.length} tables` : 'Take this table'}</Button>
        <Button onClick={onClose} disabled={isBusy}>Close the archive</Button>
      </div>
    </form>
  )
}

/** The password of a dropped archive: typed, used once, kept nowhere. */
import { useState } from 'react'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import styles from './MatrixControls.module.css'

export function PasswordForm({ onOpen }: { readonly onOpen: (password: string) => void }) {
  const [password, setPassword] = useState('')
  return (
    <form className={styles.controls} autoComplete="off" onSubmit={(e) => { e.preventDefault(); if (password !== '') onOpen(password) }}>
      <Field label="Password of the archive">
        {(control) => <input {...control} type="password" autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} />}
      </Field>
      <Button type="submit" variant="primary" disabled={password === ''}>Open</Button>
    </form>
  )
}

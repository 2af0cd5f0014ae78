import { useState } from 'react'
import { Field } from '../../ui/Field'
import styles from './MatrixControls.module.css'

export interface NumberFieldProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly hint?: string
  readonly onCommit: (value: number) => void
}

/** Takes effect on Enter or on leaving the field: each change costs a computation. */
export function NumberField({ label, value, min, max, step, hint, onCommit }: NumberFieldProps) {
  const [text, setText] = useState(String(value))
  const number = Number(text)
  const isGood = text.trim() !== '' && Number.isFinite(number) && number >= min && number <= max
  const commit = () => {
    if (isGood && number !== value) onCommit(number)
    if (!isGood) setText(String(value))
  }
  return (
    <Field label={label} error={isGood ? null : `${min} to ${max}`}>
      {(control) => (
        <input
          {...control} className={`${control.className} ${styles.number}`} type="number" min={min} max={max} step={step} value={text} title={hint}
          onChange={(e) => setText(e.target.value)} onBlur={commit} onKeyDown={(e) => { if (e.key === 'Enter') commit() }}
        />
      )}
    </Field>
  )
}

/** The lab's button. `type="button"` unless said otherwise: a stray submit reloads nothing. */
import type { ButtonHTMLAttributes, Ref } from 'react'
import styles from './Button.module.css'

export type ButtonVariant = 'primary' | 'plain' | 'danger'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: ButtonVariant
  readonly ref?: Ref<HTMLButtonElement>
}

export function Button({ variant = 'plain', className, type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={[styles.button, styles[variant], className].filter(Boolean).join(' ')} />
}

/** The keys of this place. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '../../ui/Button'
import styles from './KeysDialog.module.css'

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['j, k', 'next or previous row of what is selected'],
  ['gg, Home', 'first row'],
  ['G, End', 'last row'],
  ['↑, ↓', 'with the grid in focus: move through its rows'],
  ['r', 'rendered or raw text'],
  ['c', 'hold this row beside the next ones, to compare; again lets it go'],
  ['/', 'search'],
  ['Esc', 'close the row'],
  ['?', 'these keys'],
]

export interface KeysDialogState {
  readonly isOpen: boolean
  open(): void
  close(): void
}

export function useKeysDialog(): KeysDialogState {
  const [isOpen, setOpen] = useState(false)
  return useMemo(() => ({ isOpen, open: () => setOpen(true), close: () => setOpen(false) }), [isOpen])
}

export function KeysDialog({ state }: { readonly state: KeysDialogState }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (state.isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [state.isOpen])
  return (
    <dialog ref={dialog} className={styles.dialog} aria-label="Keys of this place" onClose={state.close}>
      <h2 className={styles.title}>Keys</h2>
      <dl className={styles.keys}>
        {KEYS.map(([keys, does]) => <div key={keys}><dt>{keys.split(', ').map((k, i) => <span key={k}>{i > 0 ? ' ' : ''}<kbd>{k}</kbd></span>)}</dt><dd>{does}</dd></div>)}
      </dl>
      <Button onClick={state.close} autoFocus>Close</Button>
    </dialog>
  )
}

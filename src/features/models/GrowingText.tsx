/** Text that is still being written: whole paragraphs are typeset, the one underway stands as written. */
import { MathText } from '../../ui/MathText'
import styles from './AnswerView.module.css'

export function GrowingText({ text, isGrowing }: { readonly text: string; readonly isGrowing: boolean }) {
  const end = isGrowing ? text.lastIndexOf('\n\n') : text.length
  const whole = end > 0 ? text.slice(0, end) : ''
  const rest = end > 0 ? text.slice(end).trimStart() : text
  return (
    <>
      {whole.trim() === '' ? null : <MathText text={whole} />}
      {isGrowing ? <p className={styles.growing}>{rest}<span className={styles.caret} aria-hidden="true" /></p> : null}
    </>
  )
}

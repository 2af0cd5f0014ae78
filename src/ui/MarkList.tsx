import type { Mark } from '../proofs/records'
import { MathText } from './MathText'
import styles from './MarkList.module.css'

/** Rubric marks: what each row gave, of how much, and why. */
export function MarkList({ marks }: { marks: readonly Mark[] }) {
  if (marks.length === 0) return <p className={styles.none}>No marks: there was nothing to grade.</p>
  return (
    <ul className={styles.marks} data-marks={marks.length}>
      {marks.map((mark, i) => (
        <li key={i} className={styles.mark} data-kind={state(mark)}>
          <span className={styles.points}>{points(mark)}</span>
          <span className={styles.body}>
            <span className={styles.title}>
              {mark.chain && <span className={styles.chain}>{mark.chain}</span>}
              <MathText inline text={mark.title} />
            </span>
            <span className={styles.reason}>
              <MathText inline text={mark.reason} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}

function points(mark: Mark): string {
  switch (mark.kind) {
    case 'checkpoint':
      return `${mark.points}/${mark.max}`
    case 'deduction':
      return mark.points === 0 ? '0' : `−${Math.abs(mark.points)}`
    case 'cap':
      return `≤ ${mark.max}`
    case 'zeroCredit':
      return '0'
  }
}

function state(mark: Mark): 'full' | 'part' | 'none' | 'off' | 'neutral' {
  if (mark.kind === 'deduction') return mark.points < 0 ? 'off' : 'neutral'
  if (mark.kind === 'cap') return 'off'
  if (mark.kind === 'zeroCredit') return 'neutral'
  return mark.points >= mark.max ? 'full' : mark.points > 0 ? 'part' : 'none'
}

/** Earlier turns of a conversation. */
import type { ChatMessage } from '../../../workers/models/protocol'
import { MathText } from '../../ui/MathText'
import { thoughtAndAnswer } from './answerParts'
import styles from './TurnList.module.css'

/** @param hidesLast the last answer stands below by itself, with its figures */
export function TurnList({ turns, hidesLast }: { readonly turns: readonly ChatMessage[]; readonly hidesLast: boolean }) {
  const shown = hidesLast ? turns.slice(0, -1) : turns
  return (
    <ol className={styles.turns} aria-label="Earlier turns">
      {shown.map((turn, i) => (
        <li key={i} className={styles.turn} data-role={turn.role}>
          <span className={styles.who}>{turn.role === 'user' ? 'You' : 'Model'}</span>
          <div className={styles.said}><MathText text={turn.role === 'user' ? turn.content : thoughtAndAnswer(turn.content, false).answer || 'No answer: the thinking was never closed.'} /></div>
        </li>
      ))}
    </ol>
  )
}

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
          <div className={styles.said}><Said turn={turn} /></div>
        </li>
      ))}
    </ol>
  )
}

function Said({ turn }: { readonly turn: ChatMessage }) {
  if (turn.role === 'user') return <MathText text={turn.content} />
  const { answer, isThinking } = thoughtAndAnswer(turn.content, false)
  return answer.trim() === '' ? <em>{isThinking ? 'The thinking was never closed, so there is no answer.' : 'Empty.'}</em> : <MathText text={answer} />
}

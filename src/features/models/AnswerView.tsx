/** One completion: what was thought, what was answered, how fast. */
import { useState } from 'react'
import type { Completion } from '../../state/completion'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { thoughtAndAnswer } from './answerParts'
import { duration } from './modelWords'
import { Following } from './Following'
import { GrowingText } from './GrowingText'
import styles from './AnswerView.module.css'

const REASONS = { end: 'ended by itself', length: 'cut at the limit of new tokens', context: 'cut at the end of the context', stopped: 'stopped' } as const

export function AnswerView({ completion, onStop }: { readonly completion: Completion; readonly onStop: () => void }) {
  const { status, text, tokens, end, promptTokens, speed, stopMs, logprob, failure, opensThinking, ask } = completion
  const [isOpen, setOpen] = useState<boolean | null>(null)
  const isRunning = status === 'reading' || status === 'writing'
  const { thought, answer, isThinking } = thoughtAndAnswer(text ?? '', opensThinking)
  const heading = ask.kind === 'prove' ? 'Proof' : 'Answer'
  return (
    <div className={styles.answer} data-completion={status} data-tokens={tokens.length} data-stop-ms={stopMs === null ? undefined : Math.round(stopMs)}>
      <p className={styles.facts} role="status" aria-live="off">
        {status === 'reading' ? <span>Reading {promptTokens > 0 ? `${promptTokens} tokens of prompt` : 'the prompt'}…</span> : null}
        {promptTokens > 0 && status !== 'reading' ? <span>{promptTokens} prompt tokens{end ? `, read in ${duration(end.promptMs)}` : ''}</span> : null}
        {tokens.length > 0 ? <span>{tokens.length} {isRunning ? 'tokens so far' : 'tokens'}</span> : null}
        {speed === null ? null : <span><strong>{speed >= 100 ? Math.round(speed) : speed.toFixed(1)}</strong> tokens/s</span>}
        {logprob === null ? null : <span>log π {logprob.toFixed(2).replace('-', '−')}</span>}
        {end ? <span className={end.reason === 'end' ? undefined : styles.cut}>{REASONS[end.reason]}</span> : null}
        {isRunning ? <Button variant="danger" onClick={onStop} aria-label="Stop writing">Stop</Button> : null}
      </p>
      {failure && failure.kind !== 'cancelled' ? <ErrorCard failure={failure} /> : null}
      {text === null ? <p className={styles.ids} data-ids>{tokens.join(' ')}</p> : null}
      {thought === null ? null : (
        <details className={styles.thought} open={isOpen ?? isThinking} onToggle={(event) => { if (event.currentTarget.open !== (isOpen ?? isThinking)) setOpen(event.currentTarget.open) }}>
          <summary>{isThinking && isRunning ? 'Thinking…' : isThinking ? 'Thought, never closed: there is no answer' : 'Thought'}</summary>
          <Following className={`${styles.text} ${styles.held}`} text={thought} isGrowing={isRunning && isThinking} />
        </details>
      )}
      {text !== null && (!isThinking || thought === null) && (answer !== '' || !isRunning) ? (
        <section aria-label={heading}>
          {thought === null ? null : <h3 className={styles.heading}>{heading}</h3>}
          <div className={styles.text} data-answer>{answer.trim() === '' && !isRunning ? <em>Empty.</em> : <GrowingText text={answer} isGrowing={isRunning} />}</div>
        </section>
      ) : null}
    </div>
  )
}

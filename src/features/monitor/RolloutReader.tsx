import type { Rollout } from '../../posttrain/runRecords'
import { MathText } from '../../ui/MathText'
import { MarkList } from '../../ui/MarkList'
import { causeText, scoreText, signed } from './rolloutText'
import styles from './RolloutPane.module.css'

/** One rollout in full: what it thought, what it submitted, and where its points come from. */
export function RolloutReader({ rollout, title = `Group ${rollout.group + 1}, rollout ${rollout.index + 1}` }: { rollout: Rollout; title?: string }) {
  return (
    <article className={styles.reader} aria-label={title}>
      <h3 className={styles.readerTitle}>{title}</h3>
      <dl className={styles.facts}>
        <div>
          <dt>Score</dt>
          <dd>{scoreText(rollout)}</dd>
        </div>
        {rollout.advantage !== null && (
          <div>
            <dt>Advantage</dt>
            <dd>{signed(rollout.advantage)}</dd>
          </div>
        )}
        <div>
          <dt>Tokens</dt>
          <dd>{rollout.tokens}</dd>
        </div>
        <div>
          <dt>log π</dt>
          <dd>{signed(rollout.logprob, 2)}</dd>
        </div>
      </dl>
      {rollout.isTruncated && <p className={styles.notice}>Truncated: it reached the token limit before it ended.</p>}
      {rollout.cause && <p className={styles.notice}>{whyNoProof(rollout)}</p>}
      <h4>Problem</h4>
      <div className={styles.text}>
        <MathText text={rollout.problem} />
      </div>
      <h4>Proof</h4>
      <div className={styles.text}>{rollout.proof ? <MathText text={rollout.proof} /> : <em>Empty.</em>}</div>
      <h4>Marks</h4>
      <MarkList marks={rollout.marks} />
      <details className={styles.more}>
        <summary>Reasoning, before &lt;/think&gt;</summary>
        <div className={styles.text}>{rollout.reasoning ? <MathText text={rollout.reasoning} /> : <em>Empty.</em>}</div>
      </details>
      <details className={styles.more}>
        <summary>Completion as sampled</summary>
        <pre className={styles.raw}>{rollout.completion}</pre>
      </details>
      <details className={styles.more}>
        <summary>Rubric</summary>
        <pre className={styles.raw}>{rollout.rubric}</pre>
      </details>
    </article>
  )
}

function whyNoProof({ cause, isTruncated, completion }: Rollout): string {
  if (cause !== 'no_input') return cause ? `No grade: ${causeText(cause)}.` : ''
  if (!completion.includes('</think>')) return `No proof: the reasoning was never closed by </think>${isTruncated ? ', since the token limit came first' : ''}, so the proof is empty and scores 0.`
  return 'No proof: nothing follows </think>, so it scores 0.'
}

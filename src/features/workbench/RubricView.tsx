/** A marking scheme as its parts; what fits no part is shown and counted, never dropped. */
import { useMemo } from 'react'
import { parseRubric } from '../../proofs/rubric'
import type { CheckpointItem } from '../../proofs/records'
import { Badge } from '../../ui/Badge'
import { MathText } from '../../ui/MathText'
import styles from './RowReader.module.css'

export function RubricView({ text }: { readonly text: string }) {
  const rubric = useMemo(() => parseRubric(text), [text])
  const { common, chains, zeroCredit, deductions, unparsed } = rubric
  const hasParts = common.length + chains.length + zeroCredit.length + deductions.length > 0
  if (!hasParts)
    return (
      <>
        <p className={styles.quiet}>None of its {unparsed.length} lines has the form of a checkpoint item, a zero-credit item or a deduction, so it is shown as text.</p>
        <MathText text={text} />
      </>
    )
  return (
    <div className={styles.rubric}>
      {common.length > 0 ? <Items title={chains.length > 0 ? 'Checkpoints on every route' : 'Checkpoints'} items={common} /> : null}
      {chains.map((chain) => <Items key={chain.name} title={chain.name} items={chain.items} note="the best chain counts" />)}
      {zeroCredit.length > 0 ? (
        <section>
          <h4 className={styles.part}>Zero credit</h4>
          <ul className={styles.items} role="list">
            {zeroCredit.map((item, i) => <li key={i} className={styles.item}><span className={styles.points}>0</span><MathText text={item} inline /></li>)}
          </ul>
        </section>
      ) : null}
      {deductions.length > 0 ? (
        <section>
          <h4 className={styles.part}>Deductions</h4>
          <ul className={styles.items} role="list">
            {deductions.map(({ description, minus, capAt }, i) => (
              <li key={i} className={styles.item}>
                <span className={styles.points}>{capAt !== null ? `≤ ${capAt}` : `−${minus ?? '?'}`}</span>
                <MathText text={description} inline />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {unparsed.length > 0 ? (
        <section data-unparsed={unparsed.length}>
          <h4 className={styles.part}>Not recognised <Badge tone="warn">{unparsed.length} {unparsed.length === 1 ? 'line' : 'lines'}</Badge></h4>
          <pre className={styles.raw}>{unparsed.join('\n')}</pre>
        </section>
      ) : null}
    </div>
  )
}

function Items({ title, items, note }: { readonly title: string; readonly items: readonly CheckpointItem[]; readonly note?: string }) {
  const total = items.reduce((sum, item) => sum + item.points, 0)
  return (
    <section>
      <h4 className={styles.part}>
        <MathText text={title} inline /> <span className={styles.total}>{total} {total === 1 ? 'point' : 'points'}{note ? `, ${note}` : ''}</span>
      </h4>
      <ol className={styles.items} role="list">
        {items.map((item, i) => (
          <li key={i} className={styles.item}>
            <span className={styles.points}>{item.points}</span>
            <span className={styles.words}>
              <MathText text={item.title} inline />
              {item.description ? <span className={styles.more}><MathText text={item.description} inline /></span> : null}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

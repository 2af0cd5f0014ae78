/** The pairs that a search for duplicates found, both texts side by side, the most similar first. */
import { useView } from '../../ui/useView'
import type { DuplicateReport } from '../../../workers/data/protocol'
import styles from './CuratePanel.module.css'

const KINDS = { exact: 'equal but for typesetting', near: 'near', run: '13 tokens in a row' } as const
const SHOWN = 100

export function DuplicatePairs({ report }: { readonly report: DuplicateReport }) {
  const [, setView] = useView()
  if (report.pairs === 0) return null
  const shown = report.shown.slice(0, SHOWN)
  return (
    <>
      {report.pairs > shown.length ? <p className={styles.note}>The {shown.length} most similar of {report.pairs.toLocaleString('en')} pairs:</p> : null}
      <div role="region" aria-label="Pairs of duplicates" tabIndex={0} className={styles.pairs}>
        {shown.map(({ row, other, against, kind, similarity, text, otherText }) => (
          <div key={`${row} ${against} ${other}`} className={styles.pair}>
            <p className={styles.text}>{kind === 'near' ? `similarity ${similarity.toFixed(2)}` : KINDS[kind]}</p>
            <p className={styles.text}><strong><button type="button" className={styles.link} onClick={() => setView({ row })}>Row {row + 1}</button></strong>{text}</p>
            <p className={styles.text}><strong>{against === null ? <button type="button" className={styles.link} onClick={() => setView({ row: other })}>Row {other + 1}</button> : `${against}, row ${other + 1}`}</strong>{otherText}</p>
          </div>
        ))}
      </div>
    </>
  )
}

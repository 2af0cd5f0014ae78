/** What is public of QEDBench, beside the computed matrix: facts with their source, gaps named as gaps. */
import {
  PUBLISHED_DOMAINS, PUBLISHED_FACTS, PUBLISHED_HUMAN_MEANS, PUBLISHED_INFLATION, PUBLISHED_JUDGES, PUBLISHED_SOLVERS, PUBLISHED_SOURCES, type SourceId,
} from '../../audit/published'
import { Panel } from '../../ui/Panel'
import { signed } from './format'
import styles from './tables.module.css'

function Source({ id }: { readonly id: SourceId }) {
  return <a href={PUBLISHED_SOURCES[id].url} target="_blank" rel="noreferrer" title={PUBLISHED_SOURCES[id].title}>{id}</a>
}

function Unknown() {
  return <span className={styles.unknown}>not published</span>
}

export function PublishedPanel() {
  return (
    <Panel title="QEDBench, as published" note="Figures stated by the authors, for comparison. None of them comes from the table audited here.">
      <div className={styles.scroll} role="region" aria-label="Published inflation" tabIndex={0}>
        <table className={styles.table}>
          <caption>Mean inflation by judge. The authors write “up to”, without saying over what, so these are upper ends and not cell means.</caption>
          <thead>
            <tr><th scope="col">Judge</th><th scope="col" className={styles.number}>Inflation, up to</th><th scope="col">Source</th></tr>
          </thead>
          <tbody>
            {PUBLISHED_JUDGES.map((judge) => {
              const figures = PUBLISHED_INFLATION[judge]
              return (
                <tr key={judge}>
                  <th scope="row">{judge}</th>
                  <td className={styles.number}>{figures.length === 0 ? <Unknown /> : figures.map((f) => signed(f.value, 2)).join(' or ')}</td>
                  <td>
                    {figures.map((f, i) => <span key={f.id}>{i > 0 ? ' and ' : ''}<Source id={f.source} /> ({signed(f.value, 2)})</span>)}
                    {figures.find((f) => f.note)?.note ? <div className={styles.quiet}>{figures.find((f) => f.note)!.note}</div> : null}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <p className={styles.quiet}>Inflation by judge and domain (7 × 10 cells): not published in a readable form, no cell known.</p>
      <details>
        <summary>Human means by solver and domain, and other figures</summary>
        <div className={styles.scroll} role="region" aria-label="Published human means" tabIndex={0}>
          <table className={styles.table}>
            <caption>Mean human score, 0 to 1.</caption>
            <thead>
              <tr><th scope="col">Solver</th>{PUBLISHED_DOMAINS.map((d) => <th key={d} scope="col" className={styles.number}>{d}</th>)}</tr>
            </thead>
            <tbody>
              {PUBLISHED_SOLVERS.map((solver, i) => (
                <tr key={solver}>
                  <th scope="row">{solver}</th>
                  {PUBLISHED_DOMAINS.map((d, j) => {
                    const value = PUBLISHED_HUMAN_MEANS[i]?.[j] ?? null
                    return <td key={d} className={styles.number}>{value === null ? <Unknown /> : value.toFixed(2)}</td>
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div className={styles.scroll} role="region" aria-label="Published single figures" tabIndex={0}>
          <table className={styles.table}>
            <caption>Single figures. The two abstracts tell different stories, so each figure names its text.</caption>
            <tbody>
              {PUBLISHED_FACTS.map((f) => (
                <tr key={f.id}>
                  <th scope="row">{f.quantity}{f.note ? <div className={styles.quiet}>{f.note}</div> : null}</th>
                  <td className={styles.number}>{f.unit === 'percent' ? `${f.value.toFixed(1)} %` : f.value.toFixed(2)}</td>
                  <td><Source id={f.source} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Panel>
  )
}

/** Per judge: how closely it follows the humans, and what it does to the pass decision. */
import type { Matrix } from '../../audit/matrix'
import { percent, plain } from './format'
import styles from './tables.module.css'

export function SummaryTable({ matrix }: { readonly matrix: Matrix }) {
  const within = matrix.summaries[0]?.agreement.within ?? 0.25
  return (
    <div className={styles.scroll} role="region" aria-label="Judge by judge" tabIndex={0}>
      <table className={styles.table}>
        <caption>
          All proofs of the matrix above, taken one by one. A proof passes at ≥ {matrix.query.threshold}. Wilson 95 % intervals treat proofs as
          independent and are therefore narrower than clustered ones.
        </caption>
        <thead>
          <tr>
            <th scope="col">Judge</th>
            {['n', 'MAE', 'RMSE', 'exact', `within ${within}`, 'Pearson r', 'judge passes', 'humans pass', 'TP', 'FP', 'FN', 'TN', 'sensitivity', 'specificity', 'Youden J'].map((h) => (
              <th key={h} scope="col" className={styles.number}>{h}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.summaries.map(({ judge, agreement: a, pass: p }) => (
            <tr key={judge}>
              <th scope="row">{judge}</th>
              <td className={styles.number}>{a.proofs.toLocaleString('en-US')}</td>
              <td className={styles.number}>{plain(a.mae)}</td>
              <td className={styles.number}>{plain(a.rmse)}</td>
              <td className={styles.number}>{percent(a.exact)}</td>
              <td className={styles.number}>{percent(a.near)}</td>
              <td className={styles.number}>{plain(a.pearson)}</td>
              <td className={styles.number}>{percent(p.judgeRate.rate)} <span className={styles.quiet}>[{percent(p.judgeRate.low)}, {percent(p.judgeRate.high)}]</span></td>
              <td className={styles.number}>{percent(p.humanRate.rate)} <span className={styles.quiet}>[{percent(p.humanRate.low)}, {percent(p.humanRate.high)}]</span></td>
              <td className={styles.number}>{p.tp}</td>
              <td className={styles.number}>{p.fp}</td>
              <td className={styles.number}>{p.fn}</td>
              <td className={styles.number}>{p.tn}</td>
              <td className={styles.number}>{plain(p.sensitivity)}</td>
              <td className={styles.number}>{plain(p.specificity)}</td>
              <td className={styles.number}>{plain(p.youden)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** How the attempts on one problem were scored: counts of 0 to 7 points, with mean and deviation of the reward. */
import { scoreCounts } from './gridWindow'
import styles from './RowReader.module.css'

export interface ScoresProps {
  readonly scores: readonly number[]
  readonly rewardMean: number | null
  readonly rewardStd: number | null
}

export function Scores({ scores, rewardMean, rewardStd }: ScoresProps) {
  const { counts, others } = scoreCounts(scores)
  const most = Math.max(1, ...counts)
  return (
    <section>
      <h3 className={styles.head}>Scores of {scores.length} attempts</h3>
      <table className={styles.histogram}>
        <caption className="visuallyHidden">Number of attempts by points out of 7</caption>
        <thead className="visuallyHidden"><tr><th scope="col">Points</th><th scope="col">Attempts</th></tr></thead>
        <tbody>
          {counts.map((count, points) => (
            <tr key={points}>
              <th scope="row">{points}</th>
              <td><span className={styles.bar} style={{ width: `${(100 * count) / most}%` }} /><span className={styles.count}>{count}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
      {others > 0 ? <p className={styles.quiet}>{others} outside 0–7 are not drawn.</p> : null}
      <p className={styles.quiet}>reward_mean {fixed(rewardMean)} · reward_std {fixed(rewardStd)}</p>
    </section>
  )
}

function fixed(value: number | null): string {
  return value === null ? '—' : value.toFixed(3)
}

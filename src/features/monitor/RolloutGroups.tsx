import type { Rollout } from '../../posttrain/runRecords'
import { MathText } from '../../ui/MathText'
import { causeText, scoreText, signed } from './rolloutText'
import styles from './RolloutPane.module.css'

interface RolloutGroupsProps {
  readonly rollouts: readonly Rollout[]
  /** Index of the open rollout in `rollouts`. */
  readonly open: number
  readonly onOpen: (index: number) => void
}

/** One table a group: one problem, K attempts, what each scored and what it was worth against the others. */
export function RolloutGroups({ rollouts, open, onOpen }: RolloutGroupsProps) {
  const groups = [...new Set(rollouts.map((r) => r.group))]
  return (
    <div className={styles.groups}>
      {groups.map((group) => {
        const members = rollouts.flatMap((r, at) => (r.group === group ? [{ r, at }] : []))
        const scores = members.flatMap(({ r }) => (r.score === null ? [] : [r.score]))
        const mean = scores.length ? scores.reduce((a, b) => a + b, 0) / scores.length : null
        return (
          <section key={group} className={styles.group} aria-label={`Group ${group + 1}`}>
            <h3 className={styles.groupTitle}>
              Group {group + 1}
              {typeof members[0]?.r.turn === 'number' && ` · turn ${members[0].r.turn} of the cache`}
              <span>mean score {mean === null ? '—' : mean.toFixed(2)} of 7</span>
            </h3>
            <div className={styles.problem}>
              <MathText text={members[0]?.r.problem ?? ''} />
            </div>
            <table className={styles.rollouts}>
              <thead>
                <tr>
                  <th scope="col">Rollout</th>
                  <th scope="col">Score</th>
                  <th scope="col">Advantage</th>
                  <th scope="col">Tokens</th>
                  <th scope="col">Ended</th>
                </tr>
              </thead>
              <tbody>
                {members.map(({ r, at }) => (
                  <tr key={r.index} data-open={at === open || undefined}>
                    <th scope="row">
                      <button type="button" className={styles.open} aria-pressed={at === open} onClick={() => onOpen(at)}>
                        {r.index + 1}
                      </button>
                    </th>
                    <td>{scoreText(r)}</td>
                    <td className={tone(r.advantage)}>{signed(r.advantage)}</td>
                    <td>{r.tokens}</td>
                    <td className={styles.ended}>{r.isTruncated ? <span className={styles.truncated}>truncated</span> : r.cause ? causeText(r.cause) : 'yes'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )
      })}
    </div>
  )
}

function tone(advantage: number | null): string | undefined {
  if (advantage === null || Math.abs(advantage) < 5e-4) return undefined
  return advantage > 0 ? styles.positive : styles.negative
}

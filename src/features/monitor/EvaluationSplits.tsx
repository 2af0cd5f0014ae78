/** The statistics of one evaluation, overall and by level or domain. */
import { useMemo } from 'react'
import { evaluationStatistics, splitStatistics, type EvaluationStatistics, type Spread } from '../../posttrain/evaluation/statistics'
import type { StoredEvaluation } from '../../../workers/data/protocol'
import { Segmented } from '../../ui/Segmented'
import { useView } from '../../ui/useView'
import { attemptsOf } from './evaluationRows'
import styles from './EvaluationPane.module.css'

const TRAITS = [
  { value: 'level', label: 'Level', title: 'By the lines of the reference prover’s proof' },
  { value: 'domain', label: 'Domain', title: 'By the least common rule of the reference prover’s proof' },
] as const

export function EvaluationSplits({ stored }: { stored: StoredEvaluation }) {
  const [view, setView] = useView()
  const trait = view.split === 'domain' ? 'domain' : 'level'
  const { overall, splits } = useMemo(() => {
    const attempts = attemptsOf(stored)
    return { overall: evaluationStatistics(attempts), splits: splitStatistics(attempts, trait) }
  }, [stored, trait])
  if (!overall) return null
  const most = overall.atK.at(-1)!.k
  return (
    <section aria-label="Statistics by split">
      <div className={styles.choice}>
        <Segmented label="Split by" showLabel value={trait} options={TRAITS} onChange={(split) => setView({ split }, { replace: true })} />
      </div>
      {/* Scrolls sideways on a narrow screen, so it must be reachable by keyboard. */}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Statistics, table">
        <table className={styles.table} data-splits={splits.length}>
          <thead>
            <tr>
              <th scope="col">Problems</th>
              <th scope="col">n</th>
              <th scope="col">Grade, %</th>
              <th scope="col" title="Chance that one attempt gets 7 of 7, unbiased">
                pass@1
              </th>
              {most > 1 && <th scope="col">pass@{most}</th>}
              {most > 1 && (
                <th scope="col" title={`Grade of the best of ${most} attempts, chosen by an oracle`}>
                  best@{most}, %
                </th>
              )}
              <th scope="col">Truncated</th>
              <th scope="col">Tokens, mean</th>
              <th scope="col">min–max</th>
              <th scope="col">of 7/7</th>
              <th scope="col">of others</th>
            </tr>
          </thead>
          <tbody>
            <Line name="All" statistics={overall} most={most} />
            {splits.map(({ value, statistics }) => (
              <Line key={value} name={value} statistics={statistics} most={most} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Line({ name, statistics: s, most }: { name: string; statistics: EvaluationStatistics; most: number }) {
  const atMost = s.atK.find((row) => row.k === most)
  const average = (spread: Spread | null) => (spread ? spread.mean.toFixed(1) : '—')
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{s.problems}</td>
      <td>
        {s.grade.percent.toFixed(1)}
        {s.grade.std !== null && ` (${s.grade.std.toFixed(1)})`}
      </td>
      <td>{s.atK[0]!.pass.toFixed(3)}</td>
      {most > 1 && <td>{atMost ? atMost.pass.toFixed(3) : '—'}</td>}
      {most > 1 && <td>{atMost ? atMost.bestPercent.toFixed(1) : '—'}</td>}
      <td>{(100 * s.truncatedShare).toFixed(0)} %</td>
      <td>{s.tokens.mean.toFixed(1)}</td>
      <td>
        {s.tokens.min}–{s.tokens.max}
      </td>
      <td>{average(s.tokensOfCorrect)}</td>
      <td>{average(s.tokensOfIncorrect)}</td>
    </tr>
  )
}

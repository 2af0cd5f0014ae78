/** What each stage did to the held-out problems: base, after fine-tuning, after reinforcement learning. */
import type { Evaluation } from '../posttrain/runRecords'
import { lengthBins } from '../posttrain/evaluation/lengthBins'
import styles from './EvaluationTable.module.css'

const STAGES: readonly { readonly label: Evaluation['label']; readonly text: string }[] = [
  { label: 'base', text: 'Base' },
  { label: 'sft', text: 'After SFT' },
  { label: 'rl', text: 'After RL' },
]
const BINS = 16

/** @param isOver the run has ended: what is missing will not come */
export function EvaluationTable({ evaluations, isOver = false }: { evaluations: readonly Evaluation[]; isOver?: boolean }) {
  const rows = STAGES.map((stage) => ({ ...stage, evaluation: evaluations.find((e) => e.label === stage.label) ?? null }))
  const { edges, counts } = lengthBins(rows.map((r) => r.evaluation?.lengths ?? []), BINS)
  const tallest = Math.max(1, ...counts.flat())
  return (
    // Scrolls sideways on a narrow screen, so it must be reachable by keyboard.
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Held-out evaluation">
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Reward</th>
            <th scope="col">Mean length</th>
            <th scope="col" className={styles.histogramHead}>
              Lengths, 0 to {edges.at(-1)}
            </th>
            <th scope="col">Finished</th>
            <th scope="col">Solved (7/7)</th>
            <th scope="col">Problems</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, text, evaluation: e }, i) => (
            <tr key={label} data-evaluation={e ? label : undefined}>
              <th scope="row">{text}</th>
              <td>{e ? reward(e) : '—'}</td>
              <td>{e ? e.meanLength.toFixed(1) : '—'}</td>
              <td className={styles.histogramCell}>
                {e ? <Histogram counts={counts[i] ?? []} edges={edges} tallest={tallest} /> : <span className={styles.wait}>{isOver ? 'not made: the run was stopped' : 'not yet'}</span>}
              </td>
              <td>{e ? percent(e.finishRate) : '—'}</td>
              <td>{e ? percent(e.successRate) : '—'}</td>
              <td>{e ? (e.attempts ?? 1) === 1 ? e.problems : `${e.problems} × ${e.attempts}` : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Mean over the runs, with their deviation where there are several: avg@n (std). */
function reward({ reward, rewardStd }: Evaluation): string {
  return rewardStd === null || rewardStd === undefined ? reward.toFixed(3) : `${reward.toFixed(3)} (${rewardStd.toFixed(3)})`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

function Histogram({ counts, edges, tallest }: { counts: readonly number[]; edges: readonly number[]; tallest: number }) {
  const said = counts.flatMap((n, b) => (n ? [`${n} of ${edges[b]! + 1} to ${edges[b + 1]!} tokens`] : [])).join('; ')
  return (
    <svg className={styles.histogram} viewBox={`0 0 ${counts.length * 10} 36`} role="img" aria-label={`Lengths: ${said}`} preserveAspectRatio="none">
      <line x1="0" x2={counts.length * 10} y1="35.5" y2="35.5" className={styles.axis} />
      {counts.map((n, b) => (
        <rect key={b} className={styles.bar} x={b * 10 + 1} width="8" y={35 - (33 * n) / tallest} height={(33 * n) / tallest}>
          <title>{`${n} of ${edges[b]! + 1} to ${edges[b + 1]!} tokens`}</title>
        </rect>
      ))}
    </svg>
  )
}

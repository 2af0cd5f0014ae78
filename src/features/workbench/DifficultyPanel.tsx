/** FineProofs-RL as a curriculum: whether its score lists hold together, how hard its problems are, and what groups of K would teach. */
import { useEffect } from 'react'
import { PAPER_SETTINGS, type DifficultySettings, type GroupMeans } from '../../posttrain/difficulty'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { useDatasets } from '../../state/datasets'
import { useView, type View } from '../../ui/useView'
import { openData } from '../../../workers/data/client'
import type { DatasetRecord, DifficultyReport, ScoreReport } from '../../../workers/data/protocol'
import { share } from './columnBars'
import styles from './DifficultyPanel.module.css'
import { JobLine } from './JobLine'
import { counted } from './names'
import { useJob } from './useJob'

/** Settings stand in the URL beside the rest of the view; what is no number there is the paper's. */
export function settingsOf(view: View): DifficultySettings {
  const number = (text: string | undefined, low: number, high: number, otherwise: number) => {
    const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
    return Number.isFinite(value) && value >= low && value <= high ? value : otherwise
  }
  return {
    solvedFrom: Math.round(number(view.solved, 1, 7, PAPER_SETTINGS.solvedFrom)), groupSize: Math.round(number(view.k, 1, 256, PAPER_SETTINGS.groupSize)),
    low: number(view.low, 0, 1, PAPER_SETTINGS.low), high: number(view.high, 0, 1, PAPER_SETTINGS.high),
  }
}

export function DifficultyPanel({ dataset }: { readonly dataset: DatasetRecord }) {
  const [view, setView] = useView()
  const derived = useDatasets((s) => s.load)
  const settings = settingsOf(view)
  const report = useJob<DifficultyReport>()
  const making = useJob<DatasetRecord>()
  const question = JSON.stringify([dataset.id, dataset.roles, settings])
  useEffect(() => {
    void report.run((job, onRows) => openData().difficulty(job, dataset.id, settings, onRows))
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the question says all that is asked
  }, [question])
  const keep = () => making.run(async (job, onRows) => {
    const rows = await openData().curriculum(dataset.id, settings)
    if (!rows.ok) return rows
    const step = `kept ${settings.low} < mean reward ≤ ${settings.high}: ${rows.value.length} of ${dataset.rows} rows`
    return openData().derive(job, dataset.id, { name: `${dataset.name.replace(/\.(?:parquet|jsonl)$/i, '')} – curriculum`, rows: rows.value, steps: [step] }, onRows)
  }).then((made) => {
    if (made) void derived().then(() => setView({ ds: made.id, tab: undefined }))
  })
  const input = (key: string, value: number, step: number, max: number) => (control: { readonly id: string; readonly className: string }) => (
    <input {...control} type="number" min={step === 1 ? 1 : 0} max={max} step={step} defaultValue={value} key={`${key} ${value}`} onBlur={(event) => setView({ [key]: event.target.value }, { replace: true })} onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()} />
  )
  const { value } = report
  return (
    <div className={styles.panel}>
      <div className={styles.settings}>
        <Field label="Solved from" hint="points of 7">{input('solved', settings.solvedFrom, 1, 7)}</Field>
        <Field label="Group size K" hint="rollouts; the paper: 16">{input('k', settings.groupSize, 1, 256)}</Field>
        <Field label="Keep above" hint="mean reward; 0: ever solved">{input('low', settings.low, 0.05, 1)}</Field>
        <Field label="Keep up to" hint="mean reward; the paper: 0.7">{input('high', settings.high, 0.05, 1)}</Field>
      </div>
      <JobLine job={report} label="Reading the score lists" rows={dataset.rows} />
      {value ? (
        <>
          <section aria-label="Curriculum">
            <h3 className={styles.head}>Curriculum</h3>
            <p className={styles.lead}>
              <strong>{value.difficulty.kept.count.toLocaleString('en')}</strong> of {dataset.rows.toLocaleString('en')} rows are kept
              ({share(value.difficulty.kept.count, dataset.rows)}): {counted(value.difficulty.kept.tooHard, 'row')} at or below {settings.low}, {counted(value.difficulty.kept.tooEasy, 'row')} above {settings.high}
              {value.difficulty.kept.unknown > 0 ? `, ${counted(value.difficulty.kept.unknown, 'row')} without scores` : ''}.
            </p>
            <Histogram counts={value.difficulty.histogram} settings={settings} />
            <div className={styles.buttons}>
              {dataset.roles.rewardMean ? (
                <Button onClick={() => setView({ tab: undefined, [`f.${dataset.roles.rewardMean}`]: `(${settings.low},${settings.high}]` })}>Show these rows</Button>
              ) : null}
              <Button variant="primary" disabled={value.difficulty.kept.count === 0 || making.isRunning} onClick={() => void keep()}>Make a dataset of them</Button>
            </div>
            <JobLine job={making} label="Writing the dataset" rows={value.difficulty.kept.count} />
          </section>
          <div className={styles.columns}>
            <PassTable report={value} settings={settings} />
            <GroupTable before={value.difficulty.groups.before} after={value.difficulty.groups.after} settings={settings} />
            <Integrity scores={value.scores} rows={dataset.rows} onRow={(row) => setView({ row, tab: undefined })} />
          </div>
        </>
      ) : null}
    </div>
  )
}

function Histogram({ counts, settings }: { readonly counts: readonly number[]; readonly settings: DifficultySettings }) {
  const most = Math.max(1, ...counts)
  return (
    <figure className={styles.figure}>
      <div className={styles.bars} aria-hidden="true">
        {counts.map((count, i) => {
          const middle = (i + 0.5) / counts.length
          return (
            <span key={i} className={styles.bar} data-kept={middle > settings.low && middle <= settings.high} title={`${(i / counts.length).toFixed(2)} to ${((i + 1) / counts.length).toFixed(2)}: ${count.toLocaleString('en')} problems`}>
              <span style={{ height: `${count === 0 ? 0 : Math.max(2, (100 * count) / most)}%` }} />
            </span>
          )
        })}
      </div>
      <div className={styles.axis} aria-hidden="true"><span>0</span><span>mean reward</span><span>1</span></div>
      <table className="visuallyHidden">
        <caption>Problems by mean reward</caption>
        <tbody>{counts.map((count, i) => <tr key={i}><th scope="row">{(i / counts.length).toFixed(2)} to {((i + 1) / counts.length).toFixed(2)}</th><td>{count}</td></tr>)}</tbody>
      </table>
    </figure>
  )
}

function PassTable({ report: { difficulty }, settings }: { readonly report: DifficultyReport; readonly settings: DifficultySettings }) {
  return (
    <section>
      <h3 className={styles.head}>pass@k</h3>
      <p className={styles.note}>1 − C(n−c, k)/C(n, k) with c attempts of {settings.solvedFrom} points or more; mean over the problems with at least k attempts.</p>
      <table className={styles.table}>
        <thead><tr><th scope="col">k</th><th scope="col">pass@k</th><th scope="col">Problems</th></tr></thead>
        <tbody>{difficulty.passCurve.map(({ k, pass, problems }) => (
          <tr key={k}><th scope="row">{k}</th><td>{pass === null ? '—' : pass.toFixed(3)}</td><td>{problems.toLocaleString('en')}</td></tr>
        ))}</tbody>
      </table>
      <p className={styles.note}>
        Mean reward {figure(difficulty.mean)}, median {figure(difficulty.median)}, deviation {figure(difficulty.std)}; {counted(difficulty.neverSolved, 'problem')} at 0, {counted(difficulty.alwaysSolved, 'problem')} at 1.
      </p>
    </section>
  )
}

const GROUP_ROWS: readonly (readonly [label: string, of: (g: GroupMeans) => string])[] = [
  ['Groups without signal (all equal)', (g) => percent(g.zeroVariance)],
  ['… all 0', (g) => percent(g.allZero)],
  ['… all 7', (g) => percent(g.allFull)],
  ['Advantage, root mean square', (g) => g.advantageRms.toFixed(3)],
  ['Best score of a group', (g) => g.bestScore.toFixed(2)],
  ['Problems with K attempts', (g) => g.problems.toLocaleString('en')],
]

function GroupTable({ before, after, settings }: { readonly before: GroupMeans | null; readonly after: GroupMeans | null; readonly settings: DifficultySettings }) {
  return (
    <section>
      <h3 className={styles.head}>Groups of {settings.groupSize}</h3>
      <p className={styles.note}>Expected over all groups that the attempts allow, drawn without replacement; A = R − group mean.</p>
      <table className={styles.table}>
        <thead><tr><th scope="col"><span className="visuallyHidden">Figure</span></th><th scope="col">All</th><th scope="col">Kept</th></tr></thead>
        <tbody>{GROUP_ROWS.map(([label, of]) => <tr key={label}><th scope="row">{label}</th><td>{before ? of(before) : '—'}</td><td>{after ? of(after) : '—'}</td></tr>)}</tbody>
      </table>
    </section>
  )
}

function Integrity({ scores, rows, onRow }: { readonly scores: ScoreReport; readonly rows: number; readonly onRow: (row: number) => void }) {
  const figures: readonly (readonly [string, string])[] = [
    ['Rows with a list', `${scores.rowsWithLists.toLocaleString('en')} of ${rows.toLocaleString('en')}`],
    ['Attempts in all', scores.attempts.toLocaleString('en')],
    ['List lengths', scores.shortest === null ? '—' : scores.shortest === scores.longest ? String(scores.shortest) : `${scores.shortest} to ${scores.longest}`],
    ['Largest |reward − score/7|', deviation(scores.worstReward)], ['Largest error of reward_mean', deviation(scores.worstMean)], ['Largest error of reward_std', deviation(scores.worstStd)],
    ['Rows whose figures disagree', scores.faultyRows.toLocaleString('en')],
  ]
  return (
    <section>
      <h3 className={styles.head}>Score lists</h3>
      <table className={styles.table}><tbody>{figures.map(([label, text]) => <tr key={label}><th scope="row">{label}</th><td>{text}</td></tr>)}</tbody></table>
      {scores.lengths.length > 1 ? <p className={styles.note}>Most frequent: {scores.lengths.slice(0, 4).map((l) => `${l.length} in ${counted(l.rows, 'row')}`).join(', ')}.</p> : null}
      {scores.faults.length > 0 ? (
        <ul className={styles.faults} role="list" aria-label="Rows whose figures disagree">
          {scores.faults.map(({ row, what }) => <li key={row}><button type="button" className={styles.link} onClick={() => onRow(row)}>Row {row + 1}</button> {what}</li>)}
        </ul>
      ) : null}
    </section>
  )
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`
const figure = (value: number | null) => (value === null ? '—' : value.toFixed(3))
const deviation = (value: number | null) => (value === null ? '—' : value === 0 ? '0' : value.toExponential(1))

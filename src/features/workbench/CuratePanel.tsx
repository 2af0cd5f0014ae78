/** What to keep of a dataset: duplicates, benchmark problems and verdicts out; a split; the rest as a dataset or a file. */
import { useState } from 'react'
import { filterWords, type Query } from '../../proofs/query/filters'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { saveFile } from '../../ui/saveFile'
import { useDatasets } from '../../state/datasets'
import { useView } from '../../ui/useView'
import { openData } from '../../../workers/data/client'
import type { DatasetRecord, Derivation, DuplicateReport, ExportFormat, RubricReport, Selection, SplitReport, VerdictReport } from '../../../workers/data/protocol'
import styles from './CuratePanel.module.css'
import { DuplicatePairs } from './DuplicatePairs'
import { JobLine } from './JobLine'
import { counted } from './names'
import { useJob } from './useJob'

export interface CuratePanelProps {
  readonly dataset: DatasetRecord
  readonly query: Query
  readonly selection: Selection | null
}

export function CuratePanel({ dataset, query, selection }: CuratePanelProps) {
  return (
    <div className={styles.panel}>
      <KeepRows dataset={dataset} query={query} selection={selection} />
      {dataset.roles.problem ? <DuplicatesBox dataset={dataset} /> : null}
      {dataset.roles.problem ? <SplitBox dataset={dataset} selection={selection} /> : null}
      {dataset.roles.rubric ? <RubricsBox dataset={dataset} /> : null}
      {dataset.roles.verdict ? <VerdictBox dataset={dataset} /> : null}
      {dataset.roles.messages && dataset.roles.proof && dataset.roles.reasoning ? <SplitCheckBox dataset={dataset} /> : null}
    </div>
  )
}

const stem = ({ name }: DatasetRecord) => name.replace(/\.(?:parquet|jsonl)$/i, '')

/** Makes a dataset and opens it. */
function useMaking(dataset: DatasetRecord) {
  const [, setView] = useView()
  const load = useDatasets((s) => s.load)
  const job = useJob<DatasetRecord>()
  const make = (derivation: Derivation) => job.run((id, onRows) => openData().derive(id, dataset.id, derivation, onRows)).then((made) => {
    if (made) void load().then(() => setView({ ds: made.id, tab: undefined, row: undefined }))
  })
  return { job, make }
}

function KeepRows({ dataset, query, selection }: CuratePanelProps) {
  const [format, setFormat] = useState<ExportFormat>('parquet')
  const exporting = useJob<{ readonly name: string; readonly file: Blob }>()
  const { job, make } = useMaking(dataset)
  const count = selection?.rows.length ?? dataset.rows
  const words = [...Object.entries(query.filters).map(([column, filter]) => filterWords(column, filter)), ...(query.search ? [`text fits "${query.search}"`] : []), ...(query.sort ? [`sorted by ${query.sort.column}${query.sort.isDescending ? ', descending' : ''}`] : [])]
  const derivation: Derivation = { name: selection ? `${stem(dataset)} – selected` : stem(dataset), rows: selection?.rows ?? null, steps: words.length ? [`kept ${words.join(', ')}: ${count} of ${dataset.rows} rows`] : [] }
  const staysHere = dataset.flags.includes('no_export')
  const save = () => exporting.run((id, onRows) => openData().exportFile(id, dataset.id, derivation, format, onRows)).then((made) => {
    if (made) saveFile(made.file, made.name)
  })
  return (
    <section className={styles.box}>
      <h3 className={styles.head}>{selection ? `The ${counted(count, 'selected row')}` : `All ${counted(count, 'row')}`}</h3>
      <p className={styles.note}>{words.length ? `${words.join(', ')}. ` : 'Filters and search of the Rows tab choose what goes on. '}Files are written in the published columns ({dataset.roles.rubric ? 'FineProofs-RL' : 'FineProofs-SFT'}), parquet in row groups of 100.</p>
      <div className={styles.buttons}>
        <Button disabled={count === 0 || job.isRunning || !selection} title={selection ? undefined : 'Choose rows first: filter or search under Rows.'} onClick={() => void make(derivation)}>Make a dataset of them</Button>
        <label className={styles.choice}>as <select className={styles.select} value={format} onChange={(event) => setFormat(event.target.value as ExportFormat)}>
          <option value="parquet">parquet</option><option value="jsonl">jsonl</option><option value="csv">csv</option>
        </select></label>
        <Button variant="primary" disabled={staysHere || count === 0 || exporting.isRunning} onClick={() => void save()}>Export</Button>
      </div>
      {staysHere ? <p className={styles.why}>It is marked to stay in this browser, so it cannot be exported.</p> : null}
      <JobLine job={job} label="Writing the dataset" rows={count} />
      <JobLine job={exporting} label="Writing the file" rows={count} />
    </section>
  )
}

function DuplicatesBox({ dataset }: { readonly dataset: DatasetRecord }) {
  const datasets = useDatasets((s) => s.datasets)
  const [threshold, setThreshold] = useState('0.7')
  const [against, setAgainst] = useState<readonly string[]>([])
  const report = useJob<DuplicateReport>()
  const { job, make } = useMaking(dataset)
  const others = datasets.filter((d) => d.id !== dataset.id && d.roles.problem)
  const limit = Number(threshold)
  const isValid = threshold.trim() !== '' && limit > 0 && limit <= 1
  const total = dataset.rows + others.filter((d) => against.includes(d.id)).reduce((sum, d) => sum + d.rows, 0)
  const find = () => report.run((id, onRows) => openData().duplicates(id, dataset.id, against, limit, onRows))
  const { value } = report
  const names = others.filter((d) => against.includes(d.id)).map((d) => d.name)
  return (
    <section className={styles.box}>
      <h3 className={styles.head}>Duplicates and benchmark problems</h3>
      <p className={styles.note}>Exact but for typesetting; near by the Jaccard similarity of token triples (MinHash finds the candidates, each is then compared exactly); against benchmarks also 13 tokens in a row.</p>
      <div className={styles.buttons}>
        <Field label="Near from similarity" error={isValid ? null : 'A number above 0, up to 1.'}>{(control) => <input {...control} type="number" min={0.05} max={1} step={0.05} value={threshold} onChange={(event) => setThreshold(event.target.value)} />}</Field>
        {others.length > 0 ? (
          <fieldset className={styles.against}>
            <legend>Take out problems of</legend>
            {others.map((d) => <label key={d.id}><input type="checkbox" checked={against.includes(d.id)} onChange={(event) => setAgainst((known) => (event.target.checked ? [...known, d.id] : known.filter((i) => i !== d.id)))} /> {d.name}</label>)}
          </fieldset>
        ) : null}
        <Button variant="primary" disabled={!isValid || report.isRunning} onClick={() => void find()}>Look for them</Button>
      </div>
      <JobLine job={report} label="Comparing problems" rows={total} />
      {value ? (
        <>
          <p role="status" className={styles.lead}>
            <strong>{counted(value.pairs, 'pair')}</strong>: {value.byKind.exact} exact, {value.byKind.near} near, {value.byKind.run} with a shared run; {value.withBenchmarks} with a benchmark. Without them {counted(value.kept.length, 'row')} of {dataset.rows.toLocaleString('en')} stay.
          </p>
          <div className={styles.buttons}>
            <Button disabled={value.removed === 0 || job.isRunning} onClick={() => void make({ name: `${stem(dataset)} – deduplicated`, rows: value.kept, steps: [`took out ${value.removed} rows: duplicates from similarity ${limit}${names.length ? `, and problems of ${names.join(', ')}` : ''}`] })}>Make a dataset without them</Button>
          </div>
          <JobLine job={job} label="Writing the dataset" rows={value.kept.length} />
          <DuplicatePairs report={value} />
        </>
      ) : null}
    </section>
  )
}

function SplitBox({ dataset, selection }: { readonly dataset: DatasetRecord; readonly selection: Selection | null }) {
  const [, setView] = useView()
  const load = useDatasets((s) => s.load)
  const [percent, setPercent] = useState('5')
  const [seed, setSeed] = useState('1')
  const job = useJob<readonly DatasetRecord[]>()
  const isValid = Number(percent) > 0 && Number(percent) < 100 && Number.isInteger(Number(seed))
  const split = () => job.run((id, onRows) => openData().split(id, dataset.id, selection?.rows ?? null, Number(percent) / 100, Number(seed), onRows)).then((made) => {
    if (made?.[0]) void load().then(() => setView({ ds: made[0]!.id, tab: undefined, row: undefined }))
  })
  return (
    <section className={styles.box}>
      <h3 className={styles.head}>Training and validation</h3>
      <p className={styles.note}>Every problem, however it is typeset, goes to one side with all its rows. The same seed gives the same split.</p>
      <div className={styles.buttons}>
        <Field label="Validation, %">{(control) => <input {...control} type="number" min={1} max={99} step={1} value={percent} onChange={(event) => setPercent(event.target.value)} />}</Field>
        <Field label="Seed">{(control) => <input {...control} type="number" step={1} value={seed} onChange={(event) => setSeed(event.target.value)} />}</Field>
        <Button disabled={!isValid || job.isRunning} onClick={() => void split()}>Make both datasets</Button>
      </div>
      <JobLine job={job} label="Writing the datasets" rows={selection?.rows.length ?? dataset.rows} />
    </section>
  )
}

function RubricsBox({ dataset }: { readonly dataset: DatasetRecord }) {
  const job = useJob<RubricReport>()
  const { value } = job
  return (
    <section className={styles.box}>
      <h3 className={styles.head}>Rubrics</h3>
      <div className={styles.buttons}><Button disabled={job.isRunning} onClick={() => void job.run((id, onRows) => openData().rubrics(id, dataset.id, onRows))}>Check all rubrics</Button></div>
      <JobLine job={job} label="Reading the rubrics" rows={dataset.rows} />
      {value ? (
        <>
          <p role="status" className={styles.lead}>
            <strong>{value.valid.toLocaleString('en')}</strong> of {counted(value.rubrics, 'rubric')} keep every rule; {counted(value.chained, 'rubric')} with parallel chains; {counted(value.unparsedLines, 'line')} in {counted(value.withUnparsed, 'rubric')} not recognised. Totals: {value.totals.slice(0, 6).map((t) => `${t.total} points in ${t.rubrics.toLocaleString('en')}`).join(', ')}.
          </p>
          <RowList items={value.faults} label="First rubrics that break a rule" />
        </>
      ) : null}
    </section>
  )
}

function VerdictBox({ dataset }: { readonly dataset: DatasetRecord }) {
  const job = useJob<VerdictReport>()
  const { job: making, make } = useMaking(dataset)
  const { value } = job
  return (
    <section className={styles.box}>
      <h3 className={styles.head}>Quality verdicts</h3>
      <div className={styles.buttons}><Button disabled={job.isRunning} onClick={() => void job.run((id, onRows) => openData().verdicts(id, dataset.id, onRows))}>Read the verdicts</Button></div>
      <JobLine job={job} label="Reading the verdicts" rows={dataset.rows} />
      {value ? (
        <>
          <p role="status" className={styles.lead}>
            {counted(value.parsed, 'verdict')} read, {value.unparsed.toLocaleString('en')} not readable and left undecided. Incomplete {value.faults.incomplete}, gaps {value.faults.gaps}, wrong {value.faults.wrong}, disputed {value.faults.disagreement}, computational {value.faults.computational}.
            {' '}<strong>{counted(value.sound.length, 'row')}</strong> without a fault.
          </p>
          <div className={styles.buttons}><Button disabled={value.sound.length === 0 || making.isRunning} onClick={() => void make({ name: `${stem(dataset)} – sound`, rows: value.sound, steps: [`kept rows whose verdict finds no fault: ${value.sound.length} of ${dataset.rows}`] })}>Make a dataset of the sound ones</Button></div>
          <JobLine job={making} label="Writing the dataset" rows={value.sound.length} />
        </>
      ) : null}
    </section>
  )
}

function SplitCheckBox({ dataset }: { readonly dataset: DatasetRecord }) {
  const job = useJob<SplitReport>()
  const { value } = job
  return (
    <section className={styles.box}>
      <h3 className={styles.head}>Conversation and columns</h3>
      <p className={styles.note}>Whether the assistant's turn, cut at its last &lt;/think&gt;, is the reasoning and the proof that stand in their own columns. Reads all texts.</p>
      <div className={styles.buttons}><Button disabled={job.isRunning} onClick={() => void job.run((id, onRows) => openData().checkSplit(id, dataset.id, onRows))}>Compare</Button></div>
      <JobLine job={job} label="Reading the conversations" rows={dataset.rows} />
      {value ? (
        <>
          <p role="status" className={styles.lead}><strong>{value.equal.toLocaleString('en')}</strong> of {counted(value.compared, 'row')} agree.</p>
          <RowList items={value.exceptions} label="First rows that do not" />
        </>
      ) : null}
    </section>
  )
}

function RowList({ items, label }: { readonly items: readonly { readonly row: number; readonly what: string }[]; readonly label: string }) {
  const [, setView] = useView()
  if (items.length === 0) return null
  return (
    <ul className={styles.rows} role="list" aria-label={label}>
      {items.map(({ row, what }) => <li key={row}><button type="button" className={styles.link} onClick={() => setView({ row })}>Row {row + 1}</button> {what}</li>)}
    </ul>
  )
}

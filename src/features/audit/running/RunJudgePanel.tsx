/** Runs a judge of one's own over the proofs of the open table or of a dataset; its verdicts become a grading table. */
import { useEffect, useMemo, useState } from 'react'
import { judgeCalls } from '../../../audit/judges/calls'
import { estimate, estimatedTokens } from '../../../audit/judges/cost'
import { parseEndpoint } from '../../../audit/judges/endpoint'
import { probeLines } from '../../../audit/judges/probeFile'
import { judgePrompt } from '../../../audit/judges/prompt'
import { startingText } from '../../../audit/judges/rubrics'
import { PERTURBATIONS } from '../../../audit/perturbations'
import { Button } from '../../../ui/Button'
import { ErrorCard } from '../../../ui/ErrorCard'
import { Field } from '../../../ui/Field'
import { Panel } from '../../../ui/Panel'
import { Segmented } from '../../../ui/Segmented'
import { saveFile } from '../../../ui/saveFile'
import { useAnswer } from '../../../ui/useAnswer'
import { useDatasets } from '../../../state/datasets'
import { judgingItemsOf } from '../../../state/judgingItems'
import { useJudging } from '../../../state/judging'
import { useModels } from '../../../state/models'
import type { AuditTable } from '../../../../workers/stats/protocol'
import { count, counted } from '../format'
import { NumberField } from '../NumberField'
import { EndpointForm } from './EndpointForm'
import { RubricsForm, type RubricTexts } from './RubricsForm'
import { RunProgress } from './RunProgress'
import { StoredRuns } from './StoredRuns'
import { dollars, tokens } from './runWords'
import styles from './running.module.css'

const TABLE = 'this table'
const START = { most: 50, concurrency: 4, tries: 4, mostNewTokens: 2048, temperature: 0, runs: 1, seed: 1, firstWordS: 120, totalS: 600 }

function textsFor(names: readonly string[]): RubricTexts {
  return Object.fromEntries(names.map((name, i) => [name, { text: startingText(name), isAsked: i < 2 }]))
}

export default function RunJudgePanel({ table, onTable }: { readonly table: AuditTable; readonly onTable: (tableId: string) => void }) {
  const { active, begin, runs } = useJudging()
  const { datasets, load } = useDatasets()
  const { loaded, refreshLoaded } = useModels()
  useEffect(() => void load(), [load])
  useEffect(() => void refreshLoaded(), [refreshLoaded])

  const [where, setWhere] = useState<'endpoint' | 'tab'>('endpoint')
  const last = runs?.find((r) => r.endpoint !== null)
  const [typed, setTyped] = useState<{ readonly address: string; readonly model: string } | null>(null)
  const { address, model } = typed ?? { address: last?.endpoint ?? '', model: last?.model ?? '' }
  const [name, setName] = useState('')
  const [datasetId, setDatasetId] = useState('')
  const dataset = datasets.find((d) => d.id === datasetId) ?? null
  const names = useMemo(() => (dataset ? ['scheme', 'expert', 'course'] : [...table.rubrics]), [dataset, table.rubrics])
  const [edited, setEdited] = useState<{ readonly of: string; readonly rubrics: RubricTexts } | null>(null)
  const rubricsOf = names.join('\u0000')
  const rubrics = edited?.of === rubricsOf ? edited.rubrics : textsFor(names)
  const [variants, setVariants] = useState<readonly string[]>([])
  const [numbers, setNumbers] = useState(START)
  const [prices, setPrices] = useState({ input: '', output: '', cap: '' })
  const [isAllowed, setAllowed] = useState(false)
  const set = (key: keyof typeof START) => (value: number) => setNumbers((n) => ({ ...n, [key]: value }))

  const size = dataset ? dataset.rows : table.proofs
  const source = { kind: dataset ? ('dataset' as const) : ('table' as const), id: dataset?.id ?? table.id, name: dataset?.name ?? table.name, mostProofs: numbers.most >= size ? null : numbers.most }
  const { answer: items, retry } = useAnswer(JSON.stringify([source, numbers.seed]), () => judgingItemsOf(source, numbers.seed))
  const asked = Object.entries(rubrics).filter(([, r]) => r.isAsked && r.text.trim() !== '').map(([n, r]) => ({ name: n, text: r.text }))
  const plan = { rubrics: asked, variants, runs: numbers.runs, seed: numbers.seed }
  const money = { input: priceOf(prices.input), output: priceOf(prices.output) }
  const planKey = JSON.stringify([plan, numbers.mostNewTokens, money])
  const found = items?.ok ? items.value : null
  const planned = useMemo(() => {
    if (!found) return null
    const calls = judgeCalls(found, plan)
    const prompts = calls.map((c) => judgePrompt(c.rubric, c.item, '0'.repeat(32)))
    return { calls: calls.length, without: prompts.filter((p) => !p.ok).length, cost: estimate(prompts.flatMap((p) => (p.ok ? [estimatedTokens(p.value.system + p.value.user)] : [])), numbers.mostNewTokens, money) }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key holds all that the plan is made of
  }, [found, planKey])

  const endpoint = parseEndpoint(address)
  const isHere = where === 'tab'
  const flags = dataset?.flags ?? table.flags
  const leaves = !isHere && endpoint.ok && endpoint.value.network !== 'loopback'
  const needsConsent = leaves && flags.includes('no_export')
  const isReady = active === null && found !== null && planned !== null && planned.calls > planned.without && (isHere ? loaded !== null : endpoint.ok && model.trim() !== '') && (!needsConsent || isAllowed)
  const start = () => {
    if (!found || !planned) return
    const modelName = isHere ? (loaded?.name ?? '') : model.trim()
    void begin({
      judge: name.trim() || modelName, source, endpoint: isHere || !endpoint.ok ? null : endpoint.value.base, model: modelName, plan,
      settings: {
        concurrency: isHere ? 1 : numbers.concurrency, tries: numbers.tries, prices: isHere ? { input: 0, output: 0 } : money, capUsd: priceOf(prices.cap), mostNewTokens: numbers.mostNewTokens,
        temperature: numbers.temperature, firstWordMs: 1000 * numbers.firstWordS, idleMs: 1000 * numbers.firstWordS, totalMs: 1000 * numbers.totalS,
      },
    }, found, planned.calls)
  }
  return (
    <>
      <Panel title="Run a judge" note="Any OpenAI-compatible endpoint, or the model loaded in this tab, grades proofs under one or two rubrics. A call without a verdict is missing, never 0.">
        <div className={styles.form}>
          <fieldset className={styles.part}>
            <legend>Judge</legend>
            <Segmented<'endpoint' | 'tab'> label="Where the judge runs" value={where} onChange={setWhere} options={[{ value: 'endpoint', label: 'Endpoint' }, { value: 'tab', label: 'Model in this tab' }]} />
            {isHere
              ? <p className={styles.quiet}>{loaded ? <>“{loaded.name}” is loaded, with room for {count(loaded.context)} tokens of prompt and reply. Nothing leaves this browser.</> : <>No model is loaded. <a href="#/models">Load one in Models</a>, then come back.</>}</p>
              : <EndpointForm address={address} model={model} onAddress={(a) => setTyped({ address: a, model })} onModel={(m) => setTyped({ address, model: m })} />}
          </fieldset>
          <fieldset className={styles.part}>
            <legend>Proofs and rubrics</legend>
            <div className={styles.fields}>
              <Field label="Proofs of">
                {(control) => (
                  <select {...control} value={dataset ? datasetId : ''} onChange={(e) => setDatasetId(e.target.value)}>
                    <option value="">{TABLE}</option>
                    {datasets.map((d) => <option key={d.id} value={d.id}>{d.name}</option>)}
                  </select>
                )}
              </Field>
              <NumberField key={`most ${numbers.most}`} label="Proofs, at most" value={numbers.most} min={1} max={100_000} step={1} onCommit={set('most')} />
              <NumberField key={`seed ${numbers.seed}`} label="Seed" value={numbers.seed} min={0} max={2 ** 31 - 1} step={1} onCommit={set('seed')} hint="Draws the proofs, and what padding says" />
              <NumberField key={`runs ${numbers.runs}`} label="Runs of each" value={numbers.runs} min={1} max={20} step={1} onCommit={set('runs')} hint="The same question again: see Repeated runs" />
            </div>
            <RubricsForm rubrics={rubrics} onChange={(r) => setEdited({ of: rubricsOf, rubrics: r })} />
            <details>
              <summary>Perturbed proofs too: {variants.length === 0 ? 'none' : variants.join(', ')}</summary>
              <p className={styles.quiet}>Known changes of each proof, graded beside the proof as written; Biases → Perturbed proofs then says whether the judge was fooled.</p>
              <div className={styles.ticks}>
                {PERTURBATIONS.map((p) => (
                  <label key={p.id} className={styles.tick} title={p.what}>
                    <input type="checkbox" checked={variants.includes(p.id)} onChange={() => setVariants((v) => PERTURBATIONS.map((q) => q.id).filter((q) => (q === p.id ? !v.includes(q) : v.includes(q))))} />{p.id}
                  </label>
                ))}
              </div>
              <div className={styles.actions}>
                <Button disabled={found === null || variants.length === 0 || flags.includes('no_export')} onClick={() => found && saveFile(`${probeLines(found, variants, numbers.seed).join('\n')}\n`, 'perturbed proofs.jsonl', 'application/x-ndjson')}>Save them as a file</Button>
                <span className={styles.quiet}>{flags.includes('no_export') ? 'These rows may not be passed on, so they are not saved.' : 'To grade elsewhere: add a rater and a score to each row, and drop the file here.'}</span>
              </div>
            </details>
          </fieldset>
          <fieldset className={styles.part}>
            <legend>How it is asked</legend>
            <div className={styles.fields}>
              <Field label="Name in the table">
                {(control) => <input {...control} type="text" value={name} title="Grades of a judge of the same name are replaced" placeholder={isHere ? (loaded?.name ?? '') : model} onChange={(e) => setName(e.target.value)} />}
              </Field>
              <NumberField key={`t ${numbers.temperature}`} label="Temperature" value={numbers.temperature} min={0} max={2} step={0.1} onCommit={set('temperature')} />
              <NumberField key={`new ${numbers.mostNewTokens}`} label="Reply tokens, at most" value={numbers.mostNewTokens} min={8} max={131_072} step={1} onCommit={set('mostNewTokens')} />
              {isHere ? null : (
                <>
                  <NumberField key={`c ${numbers.concurrency}`} label="Calls at a time" value={numbers.concurrency} min={1} max={64} step={1} onCommit={set('concurrency')} />
                  <NumberField key={`tries ${numbers.tries}`} label="Tries of a call" value={numbers.tries} min={1} max={10} step={1} onCommit={set('tries')} />
                  <NumberField key={`first ${numbers.firstWordS}`} label="First word within, s" value={numbers.firstWordS} min={1} max={3600} step={1} onCommit={set('firstWordS')} hint="Also the longest silence between two words" />
                  <NumberField key={`total ${numbers.totalS}`} label="Reply within, s" value={numbers.totalS} min={1} max={7200} step={1} onCommit={set('totalS')} />
                  <Price label="$ / M tokens in" value={prices.input} onChange={(input) => setPrices({ ...prices, input })} />
                  <Price label="$ / M tokens out" value={prices.output} onChange={(output) => setPrices({ ...prices, output })} />
                  <Price label="Stop at $" value={prices.cap} onChange={(cap) => setPrices({ ...prices, cap })} />
                </>
              )}
            </div>
          </fieldset>
          {items && !items.ok ? <ErrorCard failure={items} onRetry={retry} /> : null}
          {planned ? (
            <dl className={styles.facts} data-estimate>
              <div><dt>proofs</dt><dd>{count(Math.min(size, numbers.most))} of {count(size)}</dd></div>
              <div><dt>calls</dt><dd>{count(planned.calls)}</dd></div>
              {planned.without > 0 ? <div><dt>without a text to judge</dt><dd>{count(planned.without)}</dd></div> : null}
              <div><dt>tokens in, about</dt><dd>{tokens(planned.cost.promptTokens)}</dd></div>
              <div><dt>tokens out, at most</dt><dd>{tokens(planned.cost.mostCompletionTokens)}</dd></div>
              {isHere ? null : <div><dt>cost, likely / at most</dt><dd>{dollars(planned.cost.likelyUsd)} / {dollars(planned.cost.mostUsd)}</dd></div>}
            </dl>
          ) : <p className={styles.quiet} role="status">Reading the proofs…</p>}
          {leaves && endpoint.ok ? <p className={styles.quiet}>Problems and proofs are sent to {endpoint.value.origin}. {prices.cap !== '' && (money.input === null || money.output === null) ? 'The cap holds only with both prices.' : ''}</p> : null}
          {needsConsent ? (
            <label className={styles.tick}><input type="checkbox" checked={isAllowed} onChange={() => setAllowed(!isAllowed)} /> These rows may not be passed on. I am allowed to send them to {endpoint.ok ? endpoint.value.origin : ''}.</label>
          ) : null}
          <div className={styles.actions}>
            <Button variant="primary" disabled={!isReady} onClick={start}>Start{planned ? ` ${counted(planned.calls, 'call')}` : ''}</Button>
          </div>
        </div>
        <RunProgress />
      </Panel>
      <Panel title="Judging runs" note="Stored call by call in this browser. Keys are not.">
        <StoredRuns onTable={onTable} />
      </Panel>
    </>
  )
}

/** Null for an empty field or one that is no price: unknown, not 0. */
function priceOf(text: string): number | null {
  const value = Number(text)
  return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : null
}

function Price({ label, value, onChange }: { readonly label: string; readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <Field label={label} error={value.trim() !== '' && priceOf(value) === null ? 'A number, or nothing.' : null}>
      {(control) => <input {...control} type="text" inputMode="decimal" value={value} placeholder="not known" onChange={(e) => onChange(e.target.value)} />}
    </Field>
  )
}

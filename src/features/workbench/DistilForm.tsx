/** Who teaches, how, under which licence, and how much. */
import { useEffect, useState, type FormEvent } from 'react'
import { parseEndpoint } from '../../audit/judges/endpoint'
import { useDistil } from '../../state/distil'
import { setKey } from '../../state/judging'
import { useModels } from '../../state/models'
import { useRuns } from '../../state/runs'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import type { DatasetRecord, Teacher } from '../../../workers/data/protocol'
import styles from './ProvenanceForm.module.css'

const KINDS: readonly { readonly value: Teacher['kind']; readonly label: string }[] = [
  { value: 'reference', label: 'Reference prover of tiny proofs' },
  { value: 'run', label: 'Checkpoint of a run' },
  { value: 'tab', label: 'Model loaded in this tab' },
  { value: 'endpoint', label: 'Endpoint' },
]
/** At a time: an endpoint answers many, the engine of this tab one. */
const LANES: Readonly<Record<Teacher['kind'], number>> = { reference: 4, run: 1, tab: 1, endpoint: 8 }
const TRIES = 4
const STYLES = ['mixed', 'verbose', 'concise'] as const

export function DistilForm({ dataset, isBusy }: { readonly dataset: DatasetRecord; readonly isBusy: boolean }) {
  const runs = useRuns((s) => s.runs)
  const loaded = useModels((s) => s.loaded)
  const begin = useDistil((s) => s.begin)
  const [kind, setKind] = useState<Teacher['kind']>('reference')
  const [style, setStyle] = useState<(typeof STYLES)[number]>('mixed')
  const [runId, setRunId] = useState('')
  const [address, setAddress] = useState('')
  const [key, setKeyText] = useState('')
  const [model, setModel] = useState('')
  const [temperature, setTemperature] = useState('0.8')
  const [most, setMost] = useState('8192')
  const [limit, setLimit] = useState(String(Math.min(dataset.rows, 500)))
  const [lowest, setLowest] = useState('')
  const [licence, setLicence] = useState(dataset.provenance.licence ?? '')
  useEffect(() => {
    void useRuns.getState().load()
    void useModels.getState().refreshLoaded()
  }, [])

  const stored = Object.values(runs).map((r) => r.record).filter((r) => r.checkpointStep > 0).sort((a, b) => b.createdAt - a.createdAt)
  const run = stored.find((r) => r.id === runId) ?? stored[0]
  const endpoint = parseEndpoint(address)
  const heat = Number(temperature)
  const of = teacherOf()
  const rows = Number(limit)
  const missing = !of ? 'Say who teaches.' : licence.trim() === '' ? 'Say under which licence the texts may be used: it goes into every row.' : !Number.isInteger(rows) || rows < 1 ? 'Say how many problems.' : null

  function teacherOf(): { readonly teacher: Teacher; readonly name: string } | null {
    if (kind === 'reference') return { teacher: { kind, style, seed: 1 }, name: `reference prover (${style})` }
    if (!Number.isFinite(heat) || heat < 0) return null
    if (kind === 'run') return run ? { teacher: { kind, runId: run.id, temperature: heat, seed: 1 }, name: `${run.name}, step ${run.checkpointStep}` } : null
    const mostNewTokens = Number(most)
    if (!Number.isInteger(mostNewTokens) || mostNewTokens < 1) return null
    if (kind === 'tab') return loaded ? { teacher: { kind, temperature: heat, mostNewTokens, seed: 1 }, name: loaded.name } : null
    return endpoint.ok && model.trim() ? { teacher: { kind, address: endpoint.value.base, model: model.trim(), temperature: temperature.trim() === '' ? null : heat, mostNewTokens }, name: model.trim() } : null
  }
  /** What was typed goes to the worker, and out of the page. */
  async function handOver() {
    if (key === '' || !endpoint.ok) return
    setKeyText('')
    await setKey(endpoint.value.base, key)
  }
  const start = async (event: FormEvent) => {
    event.preventDefault()
    if (!of || missing) return
    await handOver()
    await begin({
      name: `${dataset.name.replace(/\.(?:parquet|jsonl|csv)$/i, '')} – taught by ${of.name}`, datasetId: dataset.id, datasetName: dataset.name, limit: rows, teacher: of.teacher,
      choice: { teacher: of.name, licence: licence.trim(), lowestGrade: lowest === '' ? null : Number(lowest) }, settings: { concurrency: LANES[kind], tries: TRIES },
    })
  }
  return (
    <form className={styles.form} onSubmit={(event) => void start(event)}>
      <Field label="Teacher">
        {(control) => <select {...control} value={kind} onChange={(e) => setKind(e.target.value as Teacher['kind'])}>{KINDS.map((k) => <option key={k.value} value={k.value}>{k.label}</option>)}</select>}
      </Field>
      {kind === 'reference' ? (
        <Field label="Reasoning" hint="Mixed: verbose for two problems in three.">
          {(control) => <select {...control} value={style} onChange={(e) => setStyle(e.target.value as typeof style)}>{STYLES.map((s) => <option key={s} value={s}>{s}</option>)}</select>}
        </Field>
      ) : null}
      {kind === 'run' ? (
        <Field label="Run" hint={stored.length ? undefined : 'No run has a checkpoint yet: train one.'}>
          {(control) => <select {...control} value={run?.id ?? ''} onChange={(e) => setRunId(e.target.value)}>{stored.map((r) => <option key={r.id} value={r.id}>{r.name}, step {r.checkpointStep}</option>)}</select>}
        </Field>
      ) : null}
      {kind === 'tab' ? <p>{loaded ? `Loaded: ${loaded.name}, context ${loaded.context} tokens.` : 'No model is loaded: load one under Models.'}</p> : null}
      {kind === 'endpoint' ? (
        <>
          <Field label="Address of the endpoint" error={address === '' || endpoint.ok ? null : `${endpoint.what} ${endpoint.next ?? ''}`} hint="OpenAI-compatible, e.g. vLLM; Judges has a check-up of endpoints.">
            {(control) => <input {...control} type="url" spellCheck={false} autoComplete="off" placeholder="http://localhost:8000/v1" value={address} onChange={(e) => setAddress(e.target.value)} />}
          </Field>
          <Field label="Key" hint="Memory only, for this address alone; never stored.">
            {(control) => <input {...control} type="password" autoComplete="off" spellCheck={false} value={key} onChange={(e) => setKeyText(e.target.value)} onBlur={() => void handOver()} />}
          </Field>
          <Field label="Model">{(control) => <input {...control} type="text" spellCheck={false} autoComplete="off" value={model} onChange={(e) => setModel(e.target.value)} />}</Field>
        </>
      ) : null}
      {kind === 'reference' ? null : (
        <Field label="Temperature">{(control) => <input {...control} type="text" inputMode="decimal" value={temperature} onChange={(e) => setTemperature(e.target.value)} />}</Field>
      )}
      {kind === 'tab' || kind === 'endpoint' ? (
        <Field label="Longest reply, tokens">{(control) => <input {...control} type="text" inputMode="numeric" value={most} onChange={(e) => setMost(e.target.value)} />}</Field>
      ) : null}
      <Field label="Problems" hint={`The first ones of ${dataset.rows.toLocaleString('en')} rows.`}>
        {(control) => <input {...control} type="text" inputMode="numeric" value={limit} onChange={(e) => setLimit(e.target.value)} />}
      </Field>
      <Field label="Lowest grade kept" hint="Ungraded rows stay.">
        {(control) => <select {...control} value={lowest} onChange={(e) => setLowest(e.target.value)}><option value="">none: keep all</option>{[1, 2, 3, 4, 5, 6, 7].map((g) => <option key={g} value={g}>{g} of 7</option>)}</select>}
      </Field>
      <Field label="Licence of the new rows" hint="Of problems and teacher’s texts together, e.g. Apache-2.0.">
        {(control) => <input {...control} type="text" value={licence} onChange={(e) => setLicence(e.target.value)} />}
      </Field>
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" disabled={isBusy || missing !== null}>Distil</Button>
        {missing ? <span>{missing}</span> : null}
      </div>
    </form>
  )
}

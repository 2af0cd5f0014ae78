import { useState, type FormEvent } from 'react'
import { parseEndpoint } from '../../audit/judges/endpoint'
import { SCAFFOLDS } from '../../posttrain/scaffolds'
import { setKey } from '../../state/judging'
import { useModels } from '../../state/models'
import { scaffoldOf, useProving } from '../../state/proving'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Segmented } from '../../ui/Segmented'
import type { ProvingSource } from '../../../workers/data/protocol'
import styles from './ScaffoldPanel.module.css'

const EXAMPLE = 'Let $a, b, c$ be positive real numbers with $abc = 1$. Prove that $a + b + c \\ge 3$.'

/** Problem, scaffold, and who answers its calls. */
export function ScaffoldForm({ isBusy, onBegin }: { readonly isBusy: boolean; readonly onBegin: () => void }) {
  const loaded = useModels((s) => s.loaded)
  const begin = useProving((s) => s.begin)
  const [problem, setProblem] = useState(EXAMPLE)
  const [scaffold, setScaffold] = useState('rc')
  const [kind, setKind] = useState<ProvingSource['kind']>('tab')
  const [address, setAddress] = useState('')
  const [key, setKeyText] = useState('')
  const [model, setModel] = useState('')
  const [temperature, setTemperature] = useState('0.8')
  const [most, setMost] = useState('2048')
  const endpoint = parseEndpoint(address)
  const heat = Number(temperature)
  const heatError = temperature.trim() !== '' && heat >= 0 && heat <= 2 ? null : 'A number from 0 to 2.'
  const mostError = /^\d{1,6}$/.test(most.trim()) && Number(most) >= 1 ? null : 'A whole number from 1.'
  const source: ProvingSource | null = kind === 'tab' ? (loaded ? { kind, name: loaded.name } : null) : endpoint.ok && model.trim() !== '' ? { kind, address: endpoint.value.base, model: model.trim() } : null
  const { mostCalls } = scaffoldOf(scaffold)

  /** What was typed goes to the worker, and out of the page. */
  const handOver = async () => {
    if (key === '' || !endpoint.ok) return
    setKeyText('')
    await setKey(endpoint.value.base, key)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!source || heatError || mostError || problem.trim() === '' || isBusy) return
    await handOver()
    onBegin()
    await begin({ problem: problem.trim(), scaffold, source, temperature: heat, mostNewTokens: Number(most), seed: 1 })
  }
  return (
    <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
      <Field label="Problem to prove">{(control) => <textarea {...control} rows={3} spellCheck={false} value={problem} onChange={(e) => setProblem(e.target.value)} />}</Field>
      <Segmented label="Who answers the calls" showLabel value={kind} onChange={setKind} options={[{ value: 'tab', label: 'Model in this tab' }, { value: 'endpoint', label: 'Endpoint' }]} />
      <div className={styles.fields}>
        <Field label="Prove with" hint={`At most ${mostCalls} ${mostCalls === 1 ? 'call' : 'calls'}.`}>
          {(control) => <select {...control} value={scaffold} onChange={(e) => setScaffold(e.target.value)}>{Object.keys(SCAFFOLDS).map((id) => <option key={id} value={id}>{scaffoldOf(id).label}</option>)}</select>}
        </Field>
        {kind === 'endpoint' ? (
          <>
            <Field label="Address of the endpoint" error={address === '' || endpoint.ok ? null : `${endpoint.what} ${endpoint.next ?? ''}`} hint="OpenAI-compatible.">
              {(control) => <input {...control} type="url" spellCheck={false} autoComplete="off" placeholder="http://localhost:8000/v1" value={address} onChange={(e) => setAddress(e.target.value)} />}
            </Field>
            <Field label="Key" hint="Memory only, for this address alone.">
              {(control) => <input {...control} type="password" autoComplete="off" spellCheck={false} value={key} onChange={(e) => setKeyText(e.target.value)} onBlur={() => void handOver()} />}
            </Field>
            <Field label="Model">{(control) => <input {...control} type="text" spellCheck={false} autoComplete="off" value={model} onChange={(e) => setModel(e.target.value)} />}</Field>
          </>
        ) : null}
        <Field label="Temperature" error={heatError}>{(control) => <input {...control} inputMode="decimal" value={temperature} onChange={(e) => setTemperature(e.target.value)} />}</Field>
        <Field label="New tokens a call, at most" error={mostError}>{(control) => <input {...control} inputMode="numeric" value={most} onChange={(e) => setMost(e.target.value)} />}</Field>
      </div>
      <div className={styles.actions}>
        <Button type="submit" variant="primary" disabled={!source || isBusy || heatError !== null || mostError !== null || problem.trim() === ''}>Prove</Button>
        {!source && <span>{kind === 'tab' ? 'No model is loaded: load one above, or ask an endpoint.' : 'Say where the endpoint is and which model answers.'}</span>}
      </div>
    </form>
  )
}

/** Where the judge is: an endpoint with its key and model, or the model in this tab; and what is wrong with it. */
import { useEffect, useRef, useState } from 'react'
import { networkOf, parseEndpoint } from '../../../audit/judges/endpoint'
import type { Failure } from '../../../base/result'
import { Badge } from '../../../ui/Badge'
import { Button } from '../../../ui/Button'
import { ErrorCard } from '../../../ui/ErrorCard'
import { Field } from '../../../ui/Field'
import { workerFailure } from '../../../ui/useAnswer'
import { checkEndpoint, hasKey, setKey } from '../../../state/judging'
import type { Checkup } from '../../../../workers/judge/protocol'
import styles from './running.module.css'

export interface EndpointFormProps {
  readonly address: string
  readonly model: string
  readonly onAddress: (address: string) => void
  readonly onModel: (model: string) => void
}

const TONES = { good: 'good', note: 'neutral', bad: 'bad' } as const
const STATES = { good: 'well', note: 'note', bad: 'mend' } as const

export function EndpointForm({ address, model, onAddress, onModel }: EndpointFormProps) {
  const keyField = useRef<HTMLInputElement>(null)
  const [held, setHeld] = useState<{ readonly origin: string; readonly isHeld: boolean } | null>(null)
  const [checkup, setCheckup] = useState<{ readonly of: string; readonly result: Checkup } | null>(null)
  const [isChecking, setChecking] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const endpoint = parseEndpoint(address)
  const origin = endpoint.ok ? endpoint.value.origin : null

  const isHeld = held !== null && held.origin === origin && held.isHeld

  useEffect(() => {
    if (origin === null) return
    let isCurrent = true
    void hasKey(origin).then((isThere) => isCurrent && setHeld({ origin, isHeld: isThere }), () => {})
    return () => void (isCurrent = false)
  }, [origin])

  /** What was typed goes to the worker, and out of the page. */
  const handOver = async () => {
    const field = keyField.current
    if (!field || field.value === '' || origin === null) return
    const key = field.value
    field.value = ''
    const kept = await setKey(origin, key)
    if (kept.ok) setHeld({ origin, isHeld: true })
    else setFailure(kept)
  }
  const forget = async () => {
    if (origin === null) return
    await setKey(origin, '')
    setHeld({ origin, isHeld: false })
  }
  const check = async () => {
    setChecking(true)
    setFailure(null)
    try {
      await handOver()
      const result = await checkEndpoint(address, model.trim(), { origin: location.origin, isEncrypted: location.protocol === 'https:', network: networkOf(location.hostname) })
      if (result.ok) setCheckup({ of: address, result: result.value })
      else setFailure(result)
    } catch (error) {
      setFailure(workerFailure(error))
    }
    setChecking(false)
  }
  const shown = checkup?.of === address ? checkup.result : null
  return (
    <>
      <div className={styles.address}>
        <Field label="Address of the endpoint" error={address === '' || endpoint.ok ? null : `${endpoint.what} ${endpoint.next ?? ''}`} hint="OpenAI-compatible: it ends where /chat/completions begins.">
          {(control) => <input {...control} type="url" spellCheck={false} autoComplete="off" placeholder="http://localhost:11434/v1" value={address} onChange={(e) => onAddress(e.target.value)} />}
        </Field>
        <Field label="Key" hint={isHeld ? `A key for ${origin ?? ''} is held until this page is closed.` : 'Memory only, for this address alone; never stored, shown or exported.'}>
          {(control) => <input {...control} ref={keyField} type="password" autoComplete="off" spellCheck={false} disabled={origin === null} placeholder={isHeld ? 'held in memory' : 'none'} onBlur={() => void handOver()} />}
        </Field>
        <Field label="Model">
          {(control) => (
            <>
              <input {...control} type="text" spellCheck={false} autoComplete="off" list="judge-models" value={model} onChange={(e) => onModel(e.target.value)} />
              <datalist id="judge-models">{shown?.models?.map((id) => <option key={id} value={id} />)}</datalist>
            </>
          )}
        </Field>
      </div>
      <div className={styles.actions}>
        <Button disabled={!endpoint.ok || isChecking} onClick={() => void check()}>{isChecking ? 'Checking…' : 'Check the endpoint'}</Button>
        {isHeld ? <Button onClick={() => void forget()}>Forget the key</Button> : null}
        <span className={styles.quiet}>Asks for its models, then three questions of a few tokens.</span>
      </div>
      <div aria-live="polite">
        {failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : null}
        {shown ? (
          <ul role="list" className={styles.findings} aria-label="Findings">
            {shown.findings.map((f) => (
              <li key={`${f.id} ${f.what}`} className={styles.finding} data-finding={f.id} data-state={f.state}>
                <Badge tone={TONES[f.state]}>{STATES[f.state]}</Badge>
                <p>{f.what}</p>
                {f.next ? <p>{f.next}</p> : null}
                {f.copy ? (
                  <div className={styles.copy}>
                    <code>{f.copy}</code>
                    <Button onClick={() => void navigator.clipboard?.writeText(f.copy!)}>Copy</Button>
                    {f.id === 'path' || f.id === 'mixed' ? <Button onClick={() => onAddress(f.copy!)}>Use it</Button> : f.id === 'model' ? <Button onClick={() => onModel(f.copy!)}>Use it</Button> : null}
                  </div>
                ) : null}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </>
  )
}

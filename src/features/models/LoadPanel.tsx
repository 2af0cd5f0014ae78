/** What loading a model would take, and the loading itself. */
import { useState } from 'react'
import type { Failure } from '../../base/result'
import { PRECISIONS, type Precision } from '../../posttrain/modelMemory'
import type { PretrainedRecord } from '../../posttrain/modelRecords'
import { modelEngine } from '../../../workers/engine/client'
import { useCompletion } from '../../state/completion'
import { useDevice } from '../../state/device'
import { adaptersOf, useModels } from '../../state/models'
import { useSettings } from '../../state/settings'
import { Button } from '../../ui/Button'
import { bytes } from '../../ui/bytes'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { Panel } from '../../ui/Panel'
import { Progress } from '../../ui/Progress'
import { useAnswer, workerFailure } from '../../ui/useAnswer'
import { automaticPrecisions, computedBy, familyName, parameterText, precisionName } from './modelWords'
import { useExport } from './useExport'
import styles from './LoadPanel.module.css'

const DEFAULT_CONTEXT = 2048
const MOST_CONTEXT = 1_048_576

export function LoadPanel({ record }: { readonly record: PretrainedRecord }) {
  const { models, loaded, loading, loadModel, unload, allow } = useModels()
  const memory = useDevice((s) => s.memory)
  const { memoryBudgetGb, setMemoryBudgetGb } = useSettings()
  const longest = record.maxPositions ?? MOST_CONTEXT
  const [context, setContext] = useState(String(Math.min(DEFAULT_CONTEXT, longest)))
  const [budget, setBudget] = useState(String(memoryBudgetGb))
  const [adapterId, setAdapterId] = useState('')
  const [precision, setPrecision] = useState<Precision | 'auto'>('auto')
  const [failure, setFailure] = useState<Failure | null>(null)
  const exports = useExport()

  const adapters = adaptersOf(models, record.id)
  const tokens = Number(context)
  const contextError = /^\d+$/.test(context.trim()) && tokens >= 16 && tokens <= longest ? null : `A whole number from 16 to ${longest}${record.maxPositions === null ? '' : ', which is what the model was made for'}.`
  const gigabytes = Number(budget)
  const budgetError = budget.trim() !== '' && gigabytes > 0 && gigabytes <= 1024 ? null : 'Gigabytes, above 0.'
  const isValid = !contextError && !budgetError
  const budgetBytes = gigabytes * 1e9
  const precisions = precision === 'auto' ? automaticPrecisions(record.dtypes) : [precision]
  const { answer: plan } = useAnswer(isValid ? `${record.id}:${tokens}:${budgetBytes}:${precision}` : null, () => modelEngine.planModel(record.config, tokens, budgetBytes, precisions))

  const isLoaded = loaded?.modelId === record.id
  /** Why the model is gone, when it went while it was asked: its bench went with it. */
  const gone = useCompletion((s) => (s.modelId === record.id && !isLoaded ? (s.current?.failure ?? null) : null))
  const isSame = isLoaded && loaded.context === tokens && (loaded.adapterId ?? '') === adapterId && (!plan?.ok || plan.value.precision === loaded.precision)
  const load = () => {
    setFailure(null)
    setMemoryBudgetGb(gigabytes)
    void loadModel({ modelId: record.id, adapterId: adapterId || null, context: tokens, budgetBytes, precisions }).catch(workerFailure).then((result) => {
      if (!result.ok && result.kind !== 'cancelled') setFailure(result)
      void useDevice.getState().measure()
    })
  }
  const allowed = () => void allow(record.id).then((isAllowed) => isAllowed && load(), (error: unknown) => setFailure(workerFailure(error)))
  const estimate = plan?.ok ? plan.value.estimate : null
  const chosenAdapter = adapters.find((a) => a.id === adapterId)
  return (
    <Panel
      title={record.name} note={`${familyName(record.config)}, ${parameterText(record.parameters)}, ${record.dtypes}${record.maxPositions ? `, made for ${record.maxPositions.toLocaleString('en')} tokens` : ''}`}
      actions={chosenAdapter ? <Button disabled={exports.isBusy} onClick={() => exports.model(record, chosenAdapter.id)}>Export with {chosenAdapter.name} merged</Button> : null}
    >
      <form className={styles.form} noValidate onSubmit={(event) => { event.preventDefault(); if (isValid && plan?.ok && !loading) load() }}>
        <div className={styles.fields}>
          <Field label="Context" hint="Tokens of prompt and answer together." error={contextError}>
            {(control) => <input {...control} inputMode="numeric" value={context} onChange={(event) => setContext(event.target.value)} />}
          </Field>
          <Field label="Memory budget (GB)" hint="A browser does not tell what the GPU has: you do." error={budgetError}>
            {(control) => <input {...control} inputMode="decimal" value={budget} onChange={(event) => setBudget(event.target.value)} />}
          </Field>
          <Field label="Precision" hint="Automatic keeps what the files hold, or int4 where that does not fit.">
            {(control) => (
              <select {...control} value={precision} onChange={(event) => setPrecision(event.target.value as Precision | 'auto')}>
                <option value="auto">Automatic</option>
                {PRECISIONS.map((p) => <option key={p} value={p}>{precisionName(p)}</option>)}
              </select>
            )}
          </Field>
          {adapters.length > 0 ? (
            <Field label="Adapter" hint="Merged into the weights while they load.">
              {(control) => (
                <select {...control} value={adapterId} onChange={(event) => setAdapterId(event.target.value)}>
                  <option value="">None</option>
                  {adapters.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}
                </select>
              )}
            </Field>
          ) : null}
        </div>
        {plan && !plan.ok ? <ErrorCard failure={plan} /> : null}
        {estimate ? (
          <dl className={styles.estimate} data-estimate={estimate.totalBytes}>
            <div><dt>Weights</dt><dd>{bytes(estimate.matrixBytes + estimate.embeddingBytes + estimate.normBytes)}</dd></div>
            <div><dt>Cache</dt><dd>{bytes(estimate.cacheBytes)}</dd></div>
            <div><dt>Activations</dt><dd>{bytes(estimate.activationBytes)}</dd></div>
            <div><dt>Needs</dt><dd><strong>{bytes(estimate.totalBytes)}</strong> of {bytes(budgetBytes)}</dd></div>
            <div><dt>Computed by</dt><dd>{plan?.ok ? computedBy(plan.value) : '—'}</dd></div>
            {isLoaded ? <div><dt>Engine holds now</dt><dd>{memory ? bytes(memory.gpuBytes) : '—'}</dd></div> : null}
          </dl>
        ) : null}
        {loading?.modelId === record.id ? (
          <Progress label={`Loading ${record.name}`} value={loading.totalBytes ? loading.doneBytes : null} max={loading.totalBytes} count={loading.totalBytes ? `${bytes(loading.doneBytes)} of ${bytes(loading.totalBytes)}` : undefined} onCancel={() => void unload()} />
        ) : (
          <div className={styles.actions}>
            <Button type="submit" variant={isSame ? 'plain' : 'primary'} disabled={!isValid || !plan?.ok || loading !== null}>{isSame ? 'Load again' : isLoaded ? 'Load with these settings' : 'Load'}</Button>
            {isLoaded ? <Button onClick={() => void unload().then(() => useDevice.getState().measure())}>Unload</Button> : null}
          </div>
        )}
        {failure ? <ErrorCard failure={failure} onRetry={failure.kind === 'noPermission' ? allowed : () => setFailure(null)} retryLabel={failure.kind === 'noPermission' ? 'Allow reading' : 'Dismiss'} /> : null}
        {gone && !failure && !loading ? <ErrorCard failure={gone} /> : null}
        {exports.view}
      </form>
    </Panel>
  )
}

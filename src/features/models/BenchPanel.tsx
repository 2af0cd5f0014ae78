/** The loaded model at work: a problem to prove, a conversation, or plain token ids; the answer as it is written. */
import { useState, type FormEvent } from 'react'
import type { PretrainedRecord } from '../../posttrain/modelRecords'
import type { LoadedModel } from '../../../workers/engine/protocolModels'
import { useCompletion, type Ask } from '../../state/completion'
import { useDevice } from '../../state/device'
import { useModels } from '../../state/models'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Panel } from '../../ui/Panel'
import { Segmented } from '../../ui/Segmented'
import { AnswerView } from './AnswerView'
import { parseIds } from './modelWords'
import { TurnList } from './TurnList'
import styles from './BenchPanel.module.css'

type Mode = Ask['kind']
const EXAMPLE = 'Let $a, b, c$ be positive real numbers with $abc = 1$. Prove that $a + b + c \\ge 3$.'

export function BenchPanel({ record, loaded }: { readonly record: PretrainedRecord; readonly loaded: LoadedModel }) {
  const { current, turns, modelId, run, stop, clear } = useCompletion()
  const [mode, setMode] = useState<Mode>(record.hasTokenizer ? 'prove' : 'ids')
  const [texts, setTexts] = useState<Readonly<Record<Mode, string>>>({ prove: EXAMPLE, chat: '', ids: '' })
  const [think, setThink] = useState<'think' | 'plain'>('think')
  const [temperature, setTemperature] = useState(record.hasTokenizer ? '0.8' : '0')
  const [most, setMost] = useState(String(Math.min(512, Math.max(1, loaded.context - 1))))
  const [seed, setSeed] = useState('1')

  const isMine = modelId === loaded.modelId
  const isWriting = current?.status === 'reading' || current?.status === 'writing'
  const t = Number(temperature)
  const temperatureError = temperature.trim() !== '' && t >= 0 && t <= 2 ? null : 'A number from 0 (greedy) to 2.'
  const mostError = /^\d+$/.test(most.trim()) && Number(most) >= 1 && Number(most) < loaded.context ? null : `A whole number from 1 to ${loaded.context - 1}.`
  const seedError = /^\d{1,9}$/.test(seed.trim()) ? null : 'A whole number from 0 to 999999999.'
  const ids = mode === 'ids' ? parseIds(texts.ids) : null
  const stray = ids?.find((id) => id >= loaded.config.vocab_size)
  const idsError = mode !== 'ids' || texts.ids.trim() === '' ? null : !ids ? 'Whole numbers, separated by blanks or commas.' : stray === undefined ? null : `${stray} is no token of this model: its vocabulary ends at ${loaded.config.vocab_size - 1}.`
  const isReady = !temperatureError && !mostError && !seedError && !idsError && texts[mode].trim() !== ''

  const write = (text: string) => setTexts((known) => ({ ...known, [mode]: text }))
  const ask: Ask = mode === 'prove' ? { kind: 'prove', problem: texts.prove } : mode === 'chat' ? { kind: 'chat', message: texts.chat, think: think === 'think' } : { kind: 'ids', ids: ids ?? [] }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || isWriting) return
    if (mode === 'chat') write('')
    void run(loaded, ask, { temperature: t, maxNewTokens: Number(most), seed: Number(seed) }).then(async () => {
      await useModels.getState().refreshLoaded() // a lost device took the model along
      await useDevice.getState().measure()
    })
  }
  const labels: Readonly<Record<Mode, string>> = { prove: 'Problem', chat: 'Message', ids: 'Token ids' }
  return (
    <Panel
      title={mode === 'chat' ? `Talk to ${loaded.name}` : `Ask ${loaded.name}`} note={loaded.adapterName ? `with ${loaded.adapterName} merged` : undefined}
      actions={isMine && (current || turns.length > 0) && !isWriting ? <Button onClick={clear}>Clear</Button> : null}
    >
      {record.hasTokenizer ? (
        <Segmented<Mode>
          label="What to ask for" value={mode} onChange={setMode}
          options={[
            { value: 'prove', label: 'Prove', title: 'The proof prompt of training and evaluation, with the thinking opened.' },
            { value: 'chat', label: 'Chat', title: 'Any message, in the chat template of the model.' },
            { value: 'ids', label: 'Token ids', title: 'Tokens in, tokens out: nothing in between.' },
          ]}
        />
      ) : null}
      {isMine && mode === 'chat' && turns.length > 0 ? <TurnList turns={turns} hidesLast={current?.ask.kind === 'chat' && current.status === 'done'} /> : null}
      {isMine && current && (mode === 'chat') === (current.ask.kind === 'chat') ? <AnswerView completion={current} onStop={() => void stop()} /> : null}
      <form className={styles.form} noValidate onSubmit={submit}>
        <Field
          label={labels[mode]} error={idsError}
          hint={mode === 'prove' ? 'Sent as the one user turn of the recipe: “Generate a rigorous proof to the following question:”, a blank line, the problem.' : mode === 'ids' ? 'For example 144 286 410. The answer is token ids too.' : undefined}
        >
          {(control) => <textarea {...control} rows={mode === 'ids' ? 2 : 3} spellCheck={false} value={texts[mode]} onChange={(event) => write(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event) }} />}
        </Field>
        <div className={styles.fields}>
          <Field label="Temperature" hint="0 is greedy." error={temperatureError}>
            {(control) => <input {...control} inputMode="decimal" value={temperature} onChange={(event) => setTemperature(event.target.value)} />}
          </Field>
          <Field label="New tokens, at most" error={mostError}>
            {(control) => <input {...control} inputMode="numeric" value={most} onChange={(event) => setMost(event.target.value)} />}
          </Field>
          <Field label="Seed" hint="The same seed writes the same." error={seedError}>
            {(control) => <input {...control} inputMode="numeric" value={seed} onChange={(event) => setSeed(event.target.value)} />}
          </Field>
          {mode === 'chat' ? (
            <div className={styles.think}>
              <Segmented<'think' | 'plain'> label="Thinking" showLabel value={think} onChange={setThink} options={[{ value: 'think', label: 'Think first' }, { value: 'plain', label: 'Answer at once' }]} />
            </div>
          ) : null}
        </div>
        <div className={styles.actions}>
          <Button type="submit" variant="primary" disabled={!isReady || isWriting}>{isWriting ? 'Writing…' : mode === 'prove' ? 'Prove it' : mode === 'chat' ? 'Send' : 'Generate'}</Button>
          <span className={styles.keys}>Ctrl+Enter sends.</span>
        </div>
      </form>
    </Panel>
  )
}

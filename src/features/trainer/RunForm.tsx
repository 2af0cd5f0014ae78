/** What a run will be: datasets, preset, seed, name; what it will need; Run. */
import { useState, type FormEvent } from 'react'
import { PUBLISHED_PROFILES } from '../../audit/publishedProfiles'
import { PRESETS } from '../../posttrain/presets'
import { RECIPES } from '../../posttrain/recipe'
import { withChanges } from '../../posttrain/runSettings'
import type { RunRequest } from '../../posttrain/runRecords'
import type { Failure } from '../../base/result'
import type { DeviceState } from '../../../workers/engine/protocol'
import type { DatasetRecord } from '../../../workers/data/protocol'
import { useRewardProfiles } from '../../state/rewardProfiles'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { Field } from '../../ui/Field'
import { DatasetField } from './DatasetField'
import { PreflightLine, RecipePreflightLine } from './PreflightLine'
import { RunSettings } from './RunSettings'
import { changesOf, NO_DRAFT } from './settingsDraft'
import styles from './Trainer.module.css'

interface RunFormProps {
  readonly datasets: readonly DatasetRecord[]
  /** Null while it is being opened. */
  readonly device: DeviceState | null
  readonly isBusy: boolean
  readonly failure: Failure | null
  readonly onRun: (request: RunRequest) => void
  /** Opens the device again. */
  readonly onRetry: () => void
}

const HELD_OUT = /held.?out/i
const GENERATED = 'Generated tiny proofs'

export function RunForm({ datasets, device, isBusy, failure, onRun, onRetry }: RunFormProps) {
  const sft = datasets.filter((d) => d.schemaId === 'fineproofs-sft')
  const rl = datasets.filter((d) => d.schemaId === 'fineproofs-rl')
  const isTrainable = (d: DatasetRecord, stage: 'sft' | 'rl') => d.trainable[stage] && !d.flags.includes('no_train')
  const firstSft = sft.find((d) => isTrainable(d, 'sft'))?.id ?? ''
  const firstRl = rl.find((d) => isTrainable(d, 'rl') && !HELD_OUT.test(d.name))?.id ?? ''

  const [chosenSft, setSft] = useState<string | null>(null)
  const [chosenRl, setRl] = useState<string | null>(null)
  const [chosenHeldOut, setHeldOut] = useState<string | null>(null)
  const [presetId, setPreset] = useState('micro')
  const [seedText, setSeed] = useState('1')
  const [chosenName, setName] = useState<string | null>(null)
  const [draft, setDraft] = useState(NO_DRAFT)
  const fitted = useRewardProfiles((s) => s.fitted)
  const profiles = [...fitted, ...PUBLISHED_PROFILES]
  const [rewardName, setReward] = useState(fitted[0]?.name ?? '')
  const reward = profiles.find((p) => p.name === rewardName)

  const sftId = chosenSft ?? firstSft
  const rlId = chosenRl ?? firstRl
  const heldOutDefault = rl.find((d) => d.id !== rlId && isTrainable(d, 'rl') && HELD_OUT.test(d.name))?.id ?? ''
  const heldOutId = chosenHeldOut ?? heldOutDefault
  const recipe = RECIPES[presetId]
  const preset = recipe ? undefined : (PRESETS[presetId] ?? PRESETS.micro)
  const changes = preset ? changesOf(preset, draft) : undefined
  const seed = Number(seedText)
  const seedError = /^\d{1,9}$/.test(seedText.trim()) ? null : 'A whole number from 0 to 999999999.'
  const name = chosenName ?? `${(recipe ?? preset)?.label ?? presetId}, seed ${seedText.trim()}${reward ? `, judge ${reward.name}` : ''}`.slice(0, 80)
  const hasGpu = device?.kind === 'ready' && device.report.backend === 'webgpu'
  const presetError = preset?.needs === 'webgpu' && device?.kind === 'ready' && !hasGpu ? 'This preset needs WebGPU; choose Micro or Smoke.' : null
  const heldOutError = preset && heldOutId !== '' && heldOutId === rlId ? 'Choose another set: these problems would be trained on.' : null
  const sftSet = sft.find((d) => d.id === sftId)
  const rlSet = rl.find((d) => d.id === rlId)
  const isReady = Boolean((recipe ?? (sftSet && rlSet && preset)) && !seedError && !presetError && !heldOutError && changes !== null && name.trim() && device?.kind === 'ready')

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady || changes === null) return
    if (recipe) {
      // Problems, traces and rubrics of a recipe come from the generator, by the seed.
      const generated = { sftDatasetId: '', sftDatasetName: GENERATED, rlDatasetId: '', rlDatasetName: GENERATED, heldOutDatasetId: null }
      return onRun({ name: name.trim(), ...generated, preset: recipe.id, ...(reward ? { reward } : {}), seed })
    }
    if (!sftSet || !rlSet || !preset) return
    onRun({
      name: name.trim(),
      sftDatasetId: sftSet.id,
      sftDatasetName: sftSet.name,
      rlDatasetId: rlSet.id,
      rlDatasetName: rlSet.name,
      heldOutDatasetId: heldOutId || null,
      preset: preset.id,
      ...(changes ? { changes } : {}),
      ...(reward ? { reward } : {}),
      seed,
    })
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <div className={styles.fields}>
        {!recipe && (
          <>
            <DatasetField label="Fine-tuning set (SFT)" datasets={sft} stage="sft" value={sftId} onChange={setSft} />
            <DatasetField label="Problems with rubrics (RL)" datasets={rl} stage="rl" value={rlId} onChange={setRl} />
            <DatasetField
              label="Held-out problems"
              datasets={rl}
              stage="rl"
              value={heldOutId}
              onChange={setHeldOut}
              none="Last tenth of the RL problems"
              hint="Never trained on; each stage is measured on them."
              error={heldOutError}
            />
          </>
        )}
        <Field label="Preset" hint={(recipe ?? preset)?.description} error={presetError}>
          {(control) => (
            <select {...control} value={presetId}
              onChange={(event) => {
                setPreset(event.target.value)
                setDraft(NO_DRAFT)
              }}
            >
              <optgroup label="SFT, then GRPO">
                {Object.values(PRESETS).map((p) => (
                  <option key={p.id} value={p.id}>
                    {p.label}
                  </option>
                ))}
              </optgroup>
              <optgroup label="The whole recipe">
                {Object.values(RECIPES).map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.label}
                  </option>
                ))}
              </optgroup>
            </select>
          )}
        </Field>
        <Field label="Reward" hint={reward ? 'A judge of this profile errs around the checker’s score and rewards; the true score and the gap are drawn beside it.' : 'Exact: every point follows from the rubric.'}>
          {(control) => (
            <select {...control} value={reward?.name ?? ''} onChange={(event) => setReward(event.target.value)}>
              <option value="">The checker</option>
              {fitted.length > 0 ? <optgroup label="Fitted in Judges">{fitted.map((p) => <option key={p.name} value={p.name}>{p.name}</option>)}</optgroup> : null}
              <optgroup label="Judge with a published inflation">{PUBLISHED_PROFILES.map((p) => <option key={p.name} value={p.name}>{p.name}</option>)}</optgroup>
            </select>
          )}
        </Field>
        <Field label="Seed" hint="The same seed on the same adapter gives the same curves." error={seedError}>
          {(control) => <input {...control} inputMode="numeric" value={seedText} onChange={(event) => setSeed(event.target.value)} />}
        </Field>
        <Field label="Name" error={name.trim() ? null : 'A run needs a name.'}>{(control) => <input {...control} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />}</Field>
      </div>
      {preset && <RunSettings preset={preset} draft={draft} onChange={setDraft} />}
      {recipe && <RecipePreflightLine preset={recipe} device={device} />}
      {preset && <PreflightLine preset={withChanges(preset, changes ?? undefined)} device={device} />}
      {failure && <ErrorCard failure={failure} onRetry={failure.kind === 'device' ? onRetry : undefined} />}
      <div className={styles.actions}>
        <Button type="submit" variant="primary" disabled={!isReady || isBusy}>
          {isBusy ? 'Starting…' : 'Run'}
        </Button>
        {isReady || isBusy || device?.kind !== 'ready' || (preset && (!sftSet || !rlSet)) ? null : <span className={styles.quiet}>A field above{changes === null ? ', under Settings,' : ''} has to be mended first.</span>}
        {preset && !isReady && !isBusy && device?.kind === 'ready' && (!sftSet || !rlSet) && (
          <span className={styles.quiet}>Both sets are needed. Restore the samples, or drop a file, under Datasets.</span>
        )}
      </div>
    </form>
  )
}

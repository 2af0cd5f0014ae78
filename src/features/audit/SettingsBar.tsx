/** The choices of one analysis, drawn from their declaration. Every choice is in the URL. */
import { useState } from 'react'
import type { ViewEntry } from '../../audit/views/catalogue'
import { choiceOf, joinNames, nameOf, numberOf, splitNames, type Setting } from '../../audit/views/setting'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Segmented } from '../../ui/Segmented'
import type { AuditTable } from '../../../workers/stats/protocol'
import { MOST_REPLICATES, type AuditView } from './auditView'
import styles from './MatrixControls.module.css'
import { NumberField } from './NumberField'

export interface SettingsBarProps {
  readonly table: AuditTable
  readonly view: AuditView
  readonly onChange: (patch: Record<string, string | number | undefined>) => void
}

export function SettingsBar({ table, view, onChange }: SettingsBarProps) {
  const { entry, query } = view
  const has = (shared: ViewEntry['shared'][number]) => entry.shared.includes(shared)
  if (entry.shared.length === 0 && entry.settings.length === 0) return null
  return (
    <div className={styles.controls}>
      {has('rubric') && table.rubrics.length > 1 ? <Names label="Rubric" value={query.rubric} names={table.rubrics} onPick={(rubric) => onChange({ rubric })} /> : null}
      {has('domain') && table.domains.length > 0 ? <Names label="Domain" value={query.domain} names={table.domains} all="all" onPick={(domain) => onChange({ domain })} /> : null}
      {has('solver') ? <Names label="Solver" value={query.solver} names={table.solvers} all="all" onPick={(solver) => onChange({ solver })} /> : null}
      {entry.settings.map((setting) => <SettingField key={setting.id} setting={setting} table={table} view={view} onChange={onChange} />)}
      {has('threshold') ? <NumberField key={`Pass at ≥ ${query.threshold}`} label="Pass at ≥" value={query.threshold} min={0} max={1} step={0.01} onCommit={(pass) => onChange({ pass })} /> : null}
      {has('bootstrap') ? <NumberField key={`draws ${query.replicates}`} label="Bootstrap draws" value={query.replicates} min={100} max={MOST_REPLICATES} step={100} onCommit={(draws) => onChange({ draws })} /> : null}
      {has('bootstrap') ? <IntervalChoice view={view} onChange={onChange} /> : null}
      {has('bootstrap') || has('seed') ? <NumberField key={`seed ${query.seed}`} label="Seed" value={query.seed} min={0} max={2 ** 31 - 1} step={1} onCommit={(seed) => onChange({ seed })} /> : null}
    </div>
  )
}

export function IntervalChoice({ view, onChange }: Pick<SettingsBarProps, 'view' | 'onChange'>) {
  return (
    <Segmented<'percentile' | 'bca'>
      label="Interval" showLabel value={view.query.method} onChange={(ci) => onChange({ ci: ci === 'bca' ? 'bca' : undefined })}
      options={[{ value: 'percentile', label: 'percentile' }, { value: 'bca', label: 'BCa', title: 'Bias-corrected and accelerated: for skewed statistics' }]}
    />
  )
}

function SettingField({ setting, table, view, onChange }: { readonly setting: Setting } & SettingsBarProps) {
  const { id, label } = setting
  const { chosen } = view
  switch (setting.kind) {
    case 'number': {
      const value = numberOf(setting, chosen)
      return <NumberField key={`${id} ${value}`} label={label} value={value} min={setting.min} max={setting.max} step={setting.step} hint={setting.meaning} onCommit={(v) => onChange({ [id]: v })} />
    }
    case 'choice':
      return <Segmented label={label} showLabel value={choiceOf(setting, chosen)} options={setting.options} onChange={(v) => onChange({ [id]: v === setting.options[0]!.value ? undefined : v })} />
    case 'name': {
      const names = namesOf(setting.of, table)
      return <Names label={label} value={nameOf(setting, chosen, names)} names={names} all={setting.all} onPick={(v) => onChange({ [id]: v })} />
    }
    case 'names':
      return <ManyNames label={label} meaning={setting.meaning} names={namesOf(setting.of, table)} chosen={splitNames(chosen[id])} onPick={(names) => onChange({ [id]: joinNames(names) })} />
    case 'text':
      return <TextField key={`${id} ${chosen[id] ?? ''}`} label={label} value={chosen[id] ?? ''} placeholder={setting.placeholder} hint={setting.meaning} onCommit={(v) => onChange({ [id]: v })} />
  }
}

function namesOf(of: 'judges' | 'humans' | 'rubrics' | 'solvers' | 'domains' | 'conditions', table: AuditTable): readonly string[] {
  if (of === 'judges') return table.raters.map((r) => r.id).filter((id) => !table.humans.includes(id))
  return table[of]
}

function Names({ label, value, names, all, onPick }: { readonly label: string; readonly value: string | null; readonly names: readonly string[]; readonly all?: string; readonly onPick: (name: string | undefined) => void }) {
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} value={value ?? ''} onChange={(e) => onPick(e.target.value || undefined)}>
          {all === undefined ? null : <option value="">{all}</option>}
          {names.map((n) => <option key={n} value={n}>{n}</option>)}
        </select>
      )}
    </Field>
  )
}

function ManyNames({ label, meaning, names, chosen, onPick }: { readonly label: string; readonly meaning?: string; readonly names: readonly string[]; readonly chosen: readonly string[]; readonly onPick: (names: readonly string[]) => void }) {
  const picked = names.filter((n) => chosen.includes(n))
  return (
    <details className={styles.many}>
      <summary>{label}: {picked.length === 0 ? 'as proposed' : picked.join(', ')}</summary>
      <fieldset>
        <legend className="visuallyHidden">{label}</legend>
        {meaning ? <p className={styles.meaning}>{meaning}</p> : null}
        {names.map((n) => (
          <label key={n}>
            <input type="checkbox" checked={picked.includes(n)} onChange={() => onPick(picked.includes(n) ? picked.filter((p) => p !== n) : [...picked, n])} /> {n}
          </label>
        ))}
        <Button onClick={() => onPick([])}>As proposed</Button>
      </fieldset>
    </details>
  )
}

function TextField({ label, value, placeholder, hint, onCommit }: { readonly label: string; readonly value: string; readonly placeholder: string; readonly hint?: string; readonly onCommit: (value: string | undefined) => void }) {
  const [text, setText] = useState(value)
  const commit = () => { if (text.trim() !== value) onCommit(text.trim() || undefined) }
  return (
    <div className={styles.wide}>
      <Field label={label}>
        {(control) => <input {...control} type="text" value={text} placeholder={placeholder} title={hint} onChange={(e) => setText(e.target.value)} onBlur={commit} onKeyDown={(e) => { if (e.key === 'Enter') commit() }} />}
      </Field>
    </div>
  )
}

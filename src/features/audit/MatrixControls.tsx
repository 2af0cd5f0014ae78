/** What the matrix computes and shows. Every choice is in the URL. */
import type { Columns } from '../../audit/matrix'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { Segmented } from '../../ui/Segmented'
import type { AuditTable } from '../../../workers/stats/protocol'
import { MOST_REPLICATES, type AuditView } from './auditView'
import styles from './MatrixControls.module.css'
import { NumberField } from './NumberField'
import { IntervalChoice } from './SettingsBar'

export interface MatrixControlsProps {
  readonly table: AuditTable
  readonly view: AuditView
  readonly onChange: (patch: Record<string, string | number | undefined>) => void
}

export function MatrixControls({ table, view, onChange }: MatrixControlsProps) {
  const { query } = view
  const hasDomains = table.domains.length > 0
  return (
    <div className={styles.controls}>
      {table.rubrics.length > 1 && table.rubrics.length <= 4 ? (
        <Segmented label="Rubric" showLabel value={query.rubric} options={table.rubrics.map((r) => ({ value: r, label: r }))} onChange={(rubric) => onChange({ rubric })} />
      ) : (
        <Field label="Rubric">
          {(control) => (
            <select {...control} value={query.rubric} onChange={(e) => onChange({ rubric: e.target.value })}>
              {table.rubrics.map((r) => <option key={r} value={r}>{r}</option>)}
            </select>
          )}
        </Field>
      )}
      <Segmented<Columns>
        label="Judges by" showLabel value={query.columns} onChange={(by) => onChange({ by, col: undefined })}
        options={[
          { value: 'domain', label: 'domain', disabled: !hasDomains, title: hasDomains ? undefined : 'This table has no domain column' },
          { value: 'solver', label: 'solver' },
          { value: 'both', label: 'solver × domain', disabled: !hasDomains },
        ]}
      />
      <Segmented<'raw' | 'share'>
        label="Show" showLabel value={view.isShare ? 'share' : 'raw'} onChange={(to) => onChange({ share: to === 'share' ? '1' : undefined })}
        options={[
          { value: 'raw', label: 'inflation', title: 'mean(judge − human), in score units' },
          { value: 'share', label: 'share of headroom', title: 'inflation / (1 − human mean): compares cells whose human means differ' },
        ]}
      />
      <Field label="Domain">
        {(control) => (
          <select {...control} disabled={!hasDomains} value={query.domain ?? ''} onChange={(e) => onChange({ domain: e.target.value || undefined })}>
            <option value="">all</option>
            {table.domains.map((d) => <option key={d} value={d}>{d}</option>)}
          </select>
        )}
      </Field>
      <Field label="Solver">
        {(control) => (
          <select {...control} value={query.solver ?? ''} onChange={(e) => onChange({ solver: e.target.value || undefined })}>
            <option value="">all</option>
            {table.solvers.map((s) => <option key={s} value={s}>{s}</option>)}
          </select>
        )}
      </Field>
      <NumberField key={`Bootstrap draws ${query.replicates}`} label="Bootstrap draws" value={query.replicates} min={100} max={MOST_REPLICATES} step={100} onCommit={(draws) => onChange({ draws })} />
      <IntervalChoice view={view} onChange={onChange} />
      <NumberField key={`Seed ${query.seed}`} label="Seed" value={query.seed} min={0} max={2 ** 31 - 1} step={1} onCommit={(seed) => onChange({ seed })} />
      <Button onClick={() => onChange({ rubric: undefined, by: undefined, share: undefined, domain: undefined, solver: undefined, pass: undefined, draws: undefined, seed: undefined, ci: undefined, col: undefined })}>
        Reset
      </Button>
    </div>
  )
}

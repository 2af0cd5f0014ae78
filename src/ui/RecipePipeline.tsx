/** The stages of a recipe in their order: done with what it gave, underway with how far it is, waiting. */
import type { RecipePreset, RecipeStage } from '../posttrain/recipe'
import type { StageResult } from '../posttrain/recipeResults'
import { Badge } from './Badge'
import { stageOutcome } from './stageOutcome'
import styles from './RecipePipeline.module.css'

interface RecipePipelineProps {
  readonly preset: RecipePreset
  readonly results: readonly StageResult[]
  /** The stage underway as far as it is known; null when the run rests. */
  readonly now: { readonly stage: string; readonly done: number; readonly of: number } | null
  readonly isUnderway: boolean
}

export function RecipePipeline({ preset, results, now, isUnderway }: RecipePipelineProps) {
  const done = new Map(results.map((result) => [result.stage, result]))
  const next = preset.stages.find((stage) => !done.has(stage.id))
  const cells = preset.stages.filter((stage) => stage.kind === 'evaluate')
  const cellsDone = cells.filter((stage) => done.has(stage.id)).length
  const isEvaluating = next?.kind === 'evaluate'
  const seconds = cells.reduce((sum, stage) => sum + (done.get(stage.id)?.seconds ?? 0), 0)
  return (
    <ol className={styles.stages} aria-label="Stages">
      {preset.stages.filter((stage) => stage.kind !== 'evaluate').map((stage) => (
        <Stage key={stage.id} stage={stage} result={done.get(stage.id) ?? null} state={done.has(stage.id) ? 'done' : stage !== next ? 'waiting' : isUnderway ? 'now' : 'left'} now={now?.stage === stage.id ? now : null} />
      ))}
      {cells.length > 0 && (
        <li className={styles.stage} data-stage="evaluate" data-state={cellsDone === cells.length ? 'done' : isEvaluating ? (isUnderway ? 'now' : 'left') : 'waiting'} aria-current={isEvaluating && isUnderway ? 'step' : undefined}>
          <span className={styles.label}>Filling the table</span>
          <StateBadge state={cellsDone === cells.length ? 'done' : isEvaluating ? (isUnderway ? 'now' : 'left') : 'waiting'} />
          <span className={styles.outcome}>
            {cellsDone} of {cells.length} cells
            {isEvaluating && isUnderway && now ? `; ${next.label.charAt(0).toLowerCase()}${next.label.slice(1)}, ${Math.floor(now.done)} of ${now.of} problems` : ''}
            {seconds > 0 ? `; ${seconds.toFixed(0)} s` : ''}
          </span>
        </li>
      )}
    </ol>
  )
}

type State = 'done' | 'now' | 'left' | 'waiting'

function StateBadge({ state }: { state: State }) {
  if (state === 'done') return <Badge tone="good">Done</Badge>
  if (state === 'now') return <Badge tone="accent">Underway</Badge>
  return <Badge tone={state === 'left' ? 'warn' : 'neutral'}>{state === 'left' ? 'Left here' : 'Waiting'}</Badge>
}

function Stage({ stage, result, state, now }: { stage: RecipeStage; result: StageResult | null; state: State; now: { readonly done: number; readonly of: number } | null }) {
  return (
    <li className={styles.stage} data-stage={stage.id} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className={styles.label}>{stage.label}</span>
      <StateBadge state={state} />
      <span className={styles.outcome}>{result ? stageOutcome(result) : now ? `${Math.floor(now.done)} of ${now.of} ${stage.kind === 'curriculum' ? 'problems' : 'steps'}` : '—'}</span>
    </li>
  )
}

/** A whole recipe in the Runs place: what each stage gave, and the table. */
import { RECIPES } from '../../posttrain/recipe'
import type { Run } from '../../state/runs'
import { Panel } from '../../ui/Panel'
import { RecipePipeline } from '../../ui/RecipePipeline'
import { RecipeTable } from '../../ui/RecipeTable'

export function RecipePane({ run }: { run: Run }) {
  const { recipe, preset: id, status } = run.record
  const preset = Object.hasOwn(RECIPES, id) ? RECIPES[id] : undefined
  if (!recipe || !preset) return null
  return (
    <Panel title="Recipe" note={preset.description}>
      <RecipePipeline preset={preset} results={recipe.results} now={run.stageNow ?? null} isUnderway={run.isLive && status === 'running'} />
      <RecipeTable results={recipe.results} />
    </Panel>
  )
}

/** What a finished stage gave, in one line. */
import type { StageResult } from '../posttrain/recipeResults'

const SHOWN = [
  ['loss', 'loss'],
  ['reward', 'reward'],
  ['completions/clipped_ratio', 'truncated'],
  ['completions/mean_length', 'length'],
] as const

/** First tenth of the steps to the last: "loss 3.10 → 0.42; 12 s". */
export function stageOutcome(result: StageResult): string {
  const time = `${result.seconds.toFixed(0)} s`
  switch (result.kind) {
    case 'evaluate':
      return `${result.cell.grade.toFixed(1)} %; ${time}`
    case 'curriculum': {
      const { kept, tooHard, tooEasy } = result.curriculum
      return `${kept.length} problems kept; ${tooHard} never solved and ${tooEasy} too easy left out; ${time}`
    }
    default: {
      const { first, last } = result
      // A reinforced stage's loss says little: its sign is the advantage's.
      const isRl = typeof last.reward === 'number'
      const moves = SHOWN.flatMap(([name, label]) => {
        const [a, b] = [first[name], last[name]]
        if (typeof a !== 'number' || typeof b !== 'number' || (isRl && name === 'loss')) return []
        const show = (x: number) => (name === 'completions/mean_length' ? x.toFixed(1) : name === 'completions/clipped_ratio' ? `${(100 * x).toFixed(0)} %` : x.toFixed(3))
        return [`${label} ${show(a)} → ${show(b)}`]
      })
      return [...moves, `${result.steps} steps`, time].join('; ')
    }
  }
}

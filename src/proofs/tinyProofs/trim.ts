/** Proofs without a line that nothing needs. */
import { print, type Formula } from './formula'
import type { Line, TinyStatement } from './problem'
import { closes, closesWith, follows } from './rules'

/**
 * The proof without lines, or whole suppositions, that the rest does without; tried from the last to the first.
 * Edges: a proof that does not hold comes back as it is.
 */
export function trimmed(statement: TinyStatement, lines: readonly Line[]): readonly Line[] {
  let kept = lines
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = kept[at]
    if (!line || 'suppose' in line) continue
    const start = closes(line.rule) ? opening(kept, at) : at
    const without = [...kept.slice(0, start), ...kept.slice(at + 1)]
    if (!holds(statement, without)) continue
    kept = without
    at = Math.min(at, kept.length)
  }
  return kept
}

/** Where the supposition was opened that the line at `at` closes. */
function opening(lines: readonly Line[], at: number): number {
  let depth = 1
  for (let i = at - 1; i >= 0; i--) {
    const line = lines[i]!
    if ('suppose' in line) depth--
    else if (closes(line.rule)) depth++
    if (depth === 0) return i
  }
  return 0
}

/** True when every line follows and the goal stands outside every supposition. */
function holds({ premises, goal }: TinyStatement, lines: readonly Line[]): boolean {
  let available = new Map(premises.map((f) => [print(f), f]))
  const boxes: { readonly hypothesis: Formula; readonly before: Map<string, Formula> }[] = []
  for (const line of lines) {
    if ('suppose' in line) {
      boxes.push({ hypothesis: line.suppose, before: available })
      available = new Map(available).set(print(line.suppose), line.suppose)
      continue
    }
    if (closes(line.rule)) {
      const box = boxes.pop()
      if (!box || !closesWith(line.formula, line.rule, box.hypothesis, available)) return false
      available = new Map(box.before)
    } else if (!follows(line.formula, line.rule, available)) return false
    available.set(print(line.formula), line.formula)
  }
  return boxes.length === 0 && available.has(print(goal))
}

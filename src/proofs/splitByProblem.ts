/** Training and validation sides of a set, so that no problem lies on both. */
import { Random } from '../base/random'
import { canonicalText } from './dedup/tokens'

export interface Split {
  readonly train: Uint32Array
  readonly validation: Uint32Array
}

/**
 * Each problem, with all its rows, goes to one side; `share` of the problems (rounded, at least one when share > 0 and
 * there are two) to validation. Rows without a problem go to training. The same seed gives the same split.
 * @param linked pairs of rows that must lie on one side, such as near duplicates
 */
export function splitByProblem(problems: readonly (string | null)[], share: number, seed: number, linked: readonly { readonly row: number; readonly other: number }[] = []): Split {
  const leader = problems.map((_, i) => i)
  const rootOf = (i: number): number => {
    while (leader[i] !== i) i = leader[i] = leader[leader[i]!]!
    return i
  }
  const join = (a: number, b: number) => void (leader[rootOf(Math.max(a, b))] = rootOf(Math.min(a, b)))
  const first = new Map<string, number>()
  problems.forEach((text, row) => {
    if (text === null) return
    const key = canonicalText(text)
    const known = first.get(key)
    if (known === undefined) first.set(key, row)
    else join(row, known)
  })
  for (const { row, other } of linked) join(row, other)
  const groups = [...new Set([...first.values()].map(rootOf))].sort((a, b) => a - b)
  const random = Random.seed(seed)
  for (let i = groups.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[groups[i], groups[j]] = [groups[j]!, groups[i]!]
  }
  const count = share <= 0 || groups.length < 2 ? 0 : Math.min(groups.length - 1, Math.max(1, Math.round(groups.length * share)))
  const held = new Set(groups.slice(0, count))
  const sides: [number[], number[]] = [[], []]
  problems.forEach((text, row) => sides[text !== null && held.has(rootOf(row)) ? 1 : 0].push(row))
  return { train: Uint32Array.from(sides[0]), validation: Uint32Array.from(sides[1]) }
}

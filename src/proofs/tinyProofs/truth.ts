/** Truth tables, 32 valuations a word: whether premises can all hold at once. */
import { print, subformulas, type Formula } from './formula'

/** Beyond so many atoms and equations a table is not made. */
const MAX_ATOMS = 18
/** Truth of the first five atoms over 32 valuations, one bit each. */
const PATTERNS = [0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000] as const

/**
 * Whether some valuation makes all formulas true; equations count as atoms, so that what follows from equality alone is
 * not seen. Edges: no formula → true; too many atoms for a table → true.
 */
export function isSatisfiable(formulas: readonly Formula[]): boolean {
  const atoms = new Map<string, number>()
  for (const f of formulas)
    for (const part of subformulas(f)) {
      if (part.kind !== 'atom' && part.kind !== 'equals') continue
      const key = print(part)
      if (!atoms.has(key)) atoms.set(key, atoms.size)
    }
  if (atoms.size > MAX_ATOMS) return true
  const words = 1 << Math.max(0, atoms.size - PATTERNS.length)
  for (let word = 0; word < words; word++) {
    const truth = (f: Formula): number => {
      switch (f.kind) {
        case 'atom':
        case 'equals': {
          const at = atoms.get(print(f))!
          return at < PATTERNS.length ? PATTERNS[at]! : (word >> (at - PATTERNS.length)) & 1 ? -1 : 0
        }
        case 'not':
          return ~truth(f.inner)
        case 'land':
          return truth(f.left) & truth(f.right)
        case 'lor':
          return truth(f.left) | truth(f.right)
        case 'to':
          return ~truth(f.left) | truth(f.right)
      }
    }
    let all = -1
    for (const f of formulas) {
      all &= truth(f)
      if (all === 0) break
    }
    if (all !== 0) return true
  }
  return false
}

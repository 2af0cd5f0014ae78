/**
 * Random derivations with a given number of lines, built from the goal back to premises. They are normal (no rule takes
 * apart what another has just put together), so few have a shorter proof than the one they come with.
 */
import type { Random } from '../../base/random'
import { apply, atom, constant, equals, join, not, print, type Formula, type Term } from './formula'
import type { Line } from './problem'
import type { Rule } from './rules'

export interface Derivation {
  readonly premises: readonly Formula[]
  readonly lines: readonly Line[]
  readonly goal: Formula
}

/** What a derivation may end with: `eliminated` formulas come out of larger ones, never straight from an introduction. */
type Manner = 'any' | 'eliminated'

/** A formula that a part of the derivation has to use, and the lines that lead from it to something inside it. */
type Must = Formula | null

interface Way {
  readonly weight: number
  readonly build: () => Line[] | null
}
type Add = (weight: number, build: Way['build']) => void

const by = (formula: Formula, rule: Rule): Line => ({ formula, rule })
const to = (a: Formula, b: Formula) => join('to', a, b)

/** Builds derivations over fresh names: `x0`, `x1` … for atoms, `k0` … for constants; `named` in names.ts gives them letters. */
export class Deriver {
  readonly premises: Formula[] = []
  private atoms = 0
  private constants = 0

  /** @param variety from 0, steps along implications and conjunctions between letters, to 1, every rule and formula */
  constructor(
    private readonly random: Random,
    private readonly variety: number,
  ) {}

  atom(): Formula {
    return atom(`x${this.atoms++}`)
  }

  /** A goal that `count` lines can reach. */
  goal(count: number): Formula {
    const { random } = this
    if (!this.isVaried()) return count === 1 && random.below(3) === 0 ? join('land', this.atom(), this.atom()) : this.atom()
    const roll = random.below(100)
    if (count >= 2 && roll < 14) return to(this.atom(), random.below(4) ? this.atom() : this.small())
    if (count >= 3 && roll < 20) return not(this.atom())
    if (roll < 32) return this.equation()
    if (roll < 42) return join('land', this.atom(), this.atom())
    if (roll < 50) return join('lor', this.atom(), this.atom())
    if (roll < 58) return not(this.atom())
    return this.atom()
  }

  /**
   * Lines that derive `want` in exactly `count` lines, suppositions not counted; premises are added as they are needed.
   * @param must used at least once among the lines; `count` is then at least 1
   * @returns null when the draws led to a dead end
   */
  derive(want: Formula, count: number, manner: Manner = 'any', must: Must = null): Line[] | null {
    if (count === 0) {
      if (must) return null
      this.premises.push(want)
      return []
    }
    const ways = this.ways(want, count, manner, must)
    while (ways.length > 0) {
      const kept = this.premises.length
      const lines = this.drawn(ways)()
      if (lines) return lines
      this.premises.length = kept
    }
    return null
  }

  /** One of the ways, drawn by weight and taken out. */
  private drawn(ways: Way[]): () => Line[] | null {
    let roll = this.random.below(ways.reduce((sum, way) => sum + way.weight, 0))
    const at = ways.findIndex(({ weight }) => (roll -= weight) < 0)
    return ways.splice(at, 1)[0]!.build
  }

  /** Every way to derive `want`. */
  private ways(want: Formula, count: number, manner: Manner, must: Must): Way[] {
    const rest = count - 1
    const ways: Way[] = []
    const add: Add = (weight, build) => ways.push({ weight, build })
    if (want.kind === 'equals') {
      this.equations(want, rest, must, add)
      add(1, () => this.ponens(want, rest, must))
      if (must) add(4, () => this.used(want, rest, must))
      return ways
    }
    add(5, () => this.ponens(want, rest, must))
    if (must) add(6, () => this.used(want, rest, must))
    if (!must || rest > 0) {
      const other = this.random.below(2) ? (f: Formula) => join('land', want, f) : (f: Formula) => join('land', f, want)
      add(2, () => this.after(by(want, 'conjunction elimination'), [[other(this.atom()), 'eliminated']], rest, must))
    }
    if ((!must || rest > 0) && this.isVaried()) {
      add(2, () => this.syllogism(want, rest, must))
      add(2, () => this.cases(want, rest, must))
      if (want.kind === 'atom') add(1, () => this.after(by(want, 'double negation'), [[not(not(want)), 'eliminated']], rest, must))
    }
    if (want.kind === 'not') {
      const a = want.inner
      add(5, () => {
        const b = this.minor(rest)
        return this.after(by(want, 'modus tollens'), [[not(b), 'any'], [to(a, b), 'eliminated']], rest, must)
      })
    }
    if (manner === 'any') this.introductions(want, rest, must, add)
    return ways
  }

  private introductions(want: Formula, rest: number, must: Must, add: Add): void {
    if (want.kind === 'land') add(8, () => this.after(by(want, 'conjunction introduction'), [[want.left, 'any'], [want.right, 'any']], rest, must))
    if (want.kind === 'lor') {
      const side = this.random.below(2) ? want.left : want.right
      add(6, () => this.after(by(want, 'disjunction introduction'), [[side, 'any']], rest, must))
    }
    if (want.kind === 'to' && rest > 0 && !must)
      add(14, () => this.box(want.left, () => this.derive(want.right, rest, 'any', want.left), by(want, 'implication introduction')))
    if (want.kind === 'not' && rest > 1 && !must)
      add(6, () =>
        this.box(
          want.inner,
          () => {
            // Both sides from the supposition: with one side given outright, modus tollens would be shorter.
            const b = this.atom()
            const first = 1 + this.random.below(rest - 1)
            const affirmed = this.derive(b, first, 'any', want.inner)
            const denied = affirmed && this.derive(not(b), rest - first, 'eliminated', want.inner)
            return denied && [...affirmed!, ...denied]
          },
          by(want, 'negation introduction'),
        ),
      )
  }

  private equations(want: Formula & { kind: 'equals' }, rest: number, must: Must, add: Add): void {
    add(2, () => this.after(by(want, 'symmetry'), [[equals(want.right, want.left), 'eliminated']], rest, must))
    add(5, () => {
      const middle = this.term()
      return this.after(by(want, 'transitivity'), [[equals(want.left, middle), 'any'], [equals(middle, want.right), 'any']], rest, must)
    })
    const { left, right } = want
    if (left.kind === 'apply' && right.kind === 'apply' && left.name === right.name)
      add(6, () => this.after(by(want, 'congruence'), [[equals(left.argument, right.argument), 'any']], rest, must))
  }

  /** want from a → want and a. */
  private ponens(want: Formula, rest: number, must: Must): Line[] | null {
    const a = this.minor(rest)
    return this.after(by(want, 'modus ponens'), [[a, 'any'], [to(a, want), 'eliminated']], rest, must)
  }

  /** want straight from what must be used: m → want, or one half of m first. */
  private used(want: Formula, rest: number, must: Formula): Line[] | null {
    const parts = must.kind === 'land' && rest > 0 ? [must.left, must.right] : []
    const part = parts.length > 0 && this.random.below(3) > 0 ? this.random.pick(parts) : null
    const major = this.derive(to(part ?? must, want), rest - (part ? 1 : 0), 'eliminated')
    return major && [...major, ...(part ? [by(part, 'conjunction elimination')] : []), by(want, 'modus ponens')]
  }

  private syllogism(want: Formula, rest: number, must: Must): Line[] | null {
    const a = this.atom()
    const either = this.random.below(2) ? join('lor', a, want) : join('lor', want, a)
    return this.after(by(want, 'disjunctive syllogism'), [[not(a), 'any'], [either, 'eliminated']], rest, must)
  }

  private cases(want: Formula, rest: number, must: Must): Line[] | null {
    const [a, b] = [this.atom(), this.atom()]
    return this.after(by(want, 'case analysis'), [[join('lor', a, b), 'eliminated'], [to(a, want), 'any'], [to(b, want), 'any']], rest, must)
  }

  /** The parts in any order, sharing `rest` lines, then `last`. One of them uses `must`. */
  private after(last: Line, parts: readonly (readonly [Formula, Manner])[], rest: number, must: Must): Line[] | null {
    if (must && rest === 0) return null
    const counts = parts.map(() => 0)
    const chosen = must ? this.random.below(parts.length) : -1
    if (must) counts[chosen] = 1
    // Mostly one long branch, and that the first: proofs then have a thread to follow, and implications stay short.
    const favourite = this.random.below(4) ? 0 : this.random.below(parts.length)
    for (let left = rest - (must ? 1 : 0); left > 0; left--) counts[this.random.below(4) ? favourite : this.random.below(parts.length)]!++
    const lines: Line[] = []
    for (const i of this.random.shuffled(parts.map((_, at) => at))) {
      const part = this.derive(parts[i]![0], counts[i]!, parts[i]![1], i === chosen ? must : null)
      if (!part) return null
      lines.push(...part)
    }
    return [...lines, last]
  }

  private box(hypothesis: Formula, inside: () => Line[] | null, last: Line): Line[] | null {
    const lines = inside()
    return lines && [{ suppose: hypothesis }, ...lines, last]
  }

  /** The small formula of a modus ponens: an atom, or more where there are lines left to derive it with. */
  private minor(rest: number): Formula {
    if (!this.isVaried()) return rest > 0 && this.random.below(5) === 0 ? join('land', this.atom(), this.atom()) : this.atom()
    const roll = this.random.below(12)
    if (rest > 0 && roll < 4) return this.small()
    if (rest > 1 && roll < 6) return to(this.atom(), this.atom())
    if (rest > 0 && roll === 6) return this.equation()
    return this.atom()
  }

  private isVaried(): boolean {
    return this.random.unit() < this.variety
  }

  private small(): Formula {
    const roll = this.random.below(5)
    if (roll < 2) return join('land', this.atom(), this.atom())
    if (roll < 4) return join('lor', this.atom(), this.atom())
    return not(this.atom())
  }

  private equation(): Formula {
    const [left, right] = [this.constant(), this.constant()]
    const name = this.random.below(2) ? 'f' : 'g'
    const roll = this.random.below(6)
    return roll < 2 ? equals(apply(name, left), apply(name, right)) : roll < 3 ? equals(apply(name, left), right) : equals(left, right)
  }

  private constant(): Term {
    return constant(`k${this.constants++}`)
  }

  private term(): Term {
    const inner = this.constant()
    return this.random.below(4) ? inner : apply(this.random.below(2) ? 'f' : 'g', inner)
  }
}

/** True when no two of the premises and no two lines say the same. */
export function isWithoutRepetition(premises: readonly Formula[], lines: readonly Line[]): boolean {
  const seen = new Set(premises.map(print))
  if (seen.size < premises.length) return false
  for (const line of lines) {
    const key = print('suppose' in line ? line.suppose : line.formula)
    if (seen.has(key)) return false
    seen.add(key)
  }
  return true
}

/** Letters for the fresh names of a derivation. Any substitution leaves a derivation valid. */
import type { Random } from '../../base/random'
import { ATOMS, CONSTANTS, MORE_ATOMS, atom, apply, constant, equals, FUNCTIONS, join, not, type Formula, type Term } from './formula'
import type { Line } from './problem'

/** Letters of one sort; when all are taken, they are taken again. */
class Letters {
  private readonly taken: string[] = []

  /** @param free the last comes first */
  constructor(
    private readonly random: Random,
    private readonly free: string[],
  ) {}

  /** @param reuse chance of a letter already taken while there are others */
  draw(reuse: number): string {
    const { free, taken, random } = this
    if (taken.length > 0 && (free.length === 0 || random.unit() < reuse)) return random.pick(taken)
    const letter = free.pop()!
    taken.push(letter)
    return letter
  }
}

/** What each name of a derivation becomes; drawn when it is first met. */
export class Naming {
  private readonly atoms = new Map<string, Formula>()
  private readonly constants = new Map<string, Term>()
  private readonly functions: readonly string[]
  private readonly atomLetters: Letters
  private readonly constantLetters: Letters

  /**
   * @param reuse chance that a name takes a letter already taken
   * @param compound chance that an atom becomes a formula of two letters
   */
  constructor(
    private readonly random: Random,
    private readonly reuse: number,
    private readonly compound: number,
  ) {
    this.atomLetters = new Letters(random, [...random.shuffled(MORE_ATOMS), ...random.shuffled(ATOMS)])
    this.constantLetters = new Letters(random, random.shuffled(CONSTANTS))
    this.functions = random.shuffled(FUNCTIONS)
  }

  formula(f: Formula): Formula {
    if (f.kind === 'atom') return this.atom(f.name)
    if (f.kind === 'not') return not(this.formula(f.inner))
    if (f.kind === 'equals') return equals(this.term(f.left), this.term(f.right))
    return join(f.kind, this.formula(f.left), this.formula(f.right))
  }

  line(line: Line): Line {
    return 'suppose' in line ? { suppose: this.formula(line.suppose) } : { ...line, formula: this.formula(line.formula) }
  }

  /** A letter; one that nothing has yet, as long as there is one. */
  letter(): Formula {
    return atom(this.atomLetters.draw(0))
  }

  private atom(name: string): Formula {
    let known = this.atoms.get(name)
    if (!known) {
      const draw = () => atom(this.atomLetters.draw(this.reuse))
      const isCompound = this.random.unit() < this.compound
      const kind = isCompound ? this.random.pick(['land', 'lor', 'not', 'to'] as const) : null
      known = kind === null ? draw() : kind === 'not' ? not(draw()) : join(kind, draw(), draw())
      this.atoms.set(name, known)
    }
    return known
  }

  private term(t: Term): Term {
    if (t.kind === 'apply') return apply(this.functions[t.name === 'f' ? 0 : 1]!, this.term(t.argument))
    let known = this.constants.get(t.name)
    if (!known) {
      known = constant(this.constantLetters.draw(this.reuse))
      this.constants.set(t.name, known)
    }
    return known
  }
}

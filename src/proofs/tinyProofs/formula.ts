/** Formulas of the bundled task: propositional and equational, written as LaTeX. */
import { fail, ok, type Result } from '../../base/result'

export type Term = { readonly kind: 'constant'; readonly name: string } | { readonly kind: 'apply'; readonly name: string; readonly argument: Term }

export type Connective = 'to' | 'land' | 'lor'

export type Formula =
  | { readonly kind: 'atom'; readonly name: string }
  | { readonly kind: 'not'; readonly inner: Formula }
  | { readonly kind: Connective; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'equals'; readonly left: Term; readonly right: Term }

export const ATOMS = ['p', 'q', 'r', 's', 't', 'u', 'v', 'w'] as const
/** Letters of long problems, taken when the first are used up. */
export const MORE_ATOMS = ['x', 'y', 'z', 'k', 'm', 'n'] as const
export const CONSTANTS = ['a', 'b', 'c', 'd', 'e'] as const
export const FUNCTIONS = ['f', 'g'] as const

export const atom = (name: string): Formula => ({ kind: 'atom', name })
export const not = (inner: Formula): Formula => ({ kind: 'not', inner })
export const join = (kind: Connective, left: Formula, right: Formula): Formula => ({ kind, left, right })
export const constant = (name: string): Term => ({ kind: 'constant', name })
export const apply = (name: string, argument: Term): Term => ({ kind: 'apply', name, argument })
export const equals = (left: Term, right: Term): Formula => ({ kind: 'equals', left, right })

/** The formula as LaTeX without `$`; equal formulas print equal, so the text serves as a key. */
export function print(formula: Formula): string {
  if (formula.kind === 'atom') return formula.name
  if (formula.kind === 'equals') return `${printTerm(formula.left)} = ${printTerm(formula.right)}`
  if (formula.kind === 'not') return `\\lnot ${printSide(formula.inner)}`
  return `${printSide(formula.left)} \\${formula.kind} ${printSide(formula.right)}`
}

function printSide(f: Formula): string {
  return f.kind === 'atom' ? f.name : f.kind === 'not' ? print(f) : `(${print(f)})`
}

export function printTerm(term: Term): string {
  return term.kind === 'constant' ? term.name : `${term.name}(${printTerm(term.argument)})`
}

const IS_ATOM: ReadonlySet<string> = new Set([...ATOMS, ...MORE_ATOMS])
const MAX_DEPTH = 16
const MAX_CHARACTERS = 400
const PIECE = /\s*(\\to|\\land|\\lor|\\lnot|[a-gkmnp-z()=])/y

/** The formula itself and every formula inside it, outermost first. */
export function subformulas(formula: Formula): Formula[] {
  if (formula.kind === 'atom' || formula.kind === 'equals') return [formula]
  if (formula.kind === 'not') return [formula, ...subformulas(formula.inner)]
  return [formula, ...subformulas(formula.left), ...subformulas(formula.right)]
}

/** Reads one formula; `$` are ignored. Depth and length are capped, so hostile text costs nothing. */
export function parseFormula(text: string): Result<Formula, 'notAFormula'> {
  const source = text.replaceAll('$', ' ').trim()
  const refuse = () => fail('notAFormula', `"${source.slice(0, 60)}" is not a formula.`, { next: 'Write, for example, $p \\to q$ or $f(a) = b$.' })
  if (source.length === 0 || source.length > MAX_CHARACTERS) return refuse()
  const pieces: string[] = []
  PIECE.lastIndex = 0
  let end = 0
  for (let m = PIECE.exec(source); m; m = PIECE.exec(source)) {
    pieces.push(m[1]!)
    end = PIECE.lastIndex
  }
  if (end !== source.length) return refuse()
  const reader = new Reader(pieces)
  try {
    const formula = reader.formula(0)
    return reader.atEnd() ? ok(formula) : refuse()
  } catch {
    return refuse()
  }
}

class Reader {
  private at = 0
  constructor(private readonly pieces: readonly string[]) {}

  atEnd(): boolean {
    return this.at === this.pieces.length
  }

  formula(depth: number): Formula {
    if (depth > MAX_DEPTH) throw new SyntaxError('too deep')
    const left = this.unit(depth)
    const operator = this.pieces[this.at]
    if (operator !== '\\to' && operator !== '\\land' && operator !== '\\lor') return left
    this.at++
    return join(operator.slice(1) as Connective, left, this.unit(depth))
  }

  /** Negation binds tightest; the other connectives need parentheses among one another. */
  private unit(depth: number): Formula {
    if (depth > MAX_DEPTH) throw new SyntaxError('too deep')
    const piece = this.pieces[this.at]
    if (piece === '\\lnot') {
      this.at++
      return not(this.unit(depth + 1))
    }
    if (piece === '(') {
      this.at++
      const inner = this.formula(depth + 1)
      this.expect(')')
      return inner
    }
    if (piece !== undefined && IS_ATOM.has(piece)) {
      this.at++
      return atom(piece)
    }
    const left = this.term(depth)
    this.expect('=')
    return equals(left, this.term(depth))
  }

  private term(depth: number): Term {
    if (depth > MAX_DEPTH) throw new SyntaxError('too deep')
    const piece = this.pieces[this.at++]
    if (piece === 'f' || piece === 'g') {
      this.expect('(')
      const argument = this.term(depth + 1)
      this.expect(')')
      return apply(piece, argument)
    }
    if (piece !== undefined && piece >= 'a' && piece <= 'e') return constant(piece)
    throw new SyntaxError('no term')
  }

  private expect(piece: string): void {
    if (this.pieces[this.at++] !== piece) throw new SyntaxError(`expected ${piece}`)
  }
}

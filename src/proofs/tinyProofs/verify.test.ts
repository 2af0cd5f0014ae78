/** The checker is the ground truth of the domain: what it lets pass must be true, whatever the text. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { ATOMS, atom, join, not, parseFormula, print, subformulas, type Formula } from './formula'
import { generateProblem, LEVELS } from './generate'
import { parseStatement, proofText, type Line, type TinyStatement } from './problem'
import { RULES } from './rules'
import { isSatisfiable } from './truth'
import { verifyProof } from './verify'

/** Plain truth of a formula without equations: written anew here, one valuation at a time. */
function isTrue(f: Formula, valuation: ReadonlySet<string>): boolean {
  switch (f.kind) {
    case 'atom':
      return valuation.has(f.name)
    case 'not':
      return !isTrue(f.inner, valuation)
    case 'land':
      return isTrue(f.left, valuation) && isTrue(f.right, valuation)
    case 'lor':
      return isTrue(f.left, valuation) || isTrue(f.right, valuation)
    case 'to':
      return !isTrue(f.left, valuation) || isTrue(f.right, valuation)
    case 'equals':
      throw new Error('no equations here')
  }
}

function valuations(formulas: readonly Formula[]): Set<string>[] {
  const names = [...new Set(formulas.flatMap((f) => subformulas(f).flatMap((part) => (part.kind === 'atom' ? [part.name] : []))))]
  return Array.from({ length: 2 ** names.length }, (_, bits) => new Set(names.filter((_, i) => (bits >> i) & 1)))
}

function entails(premises: readonly Formula[], goal: Formula): boolean {
  return valuations([...premises, goal]).every((v) => isTrue(goal, v) || !premises.every((f) => isTrue(f, v)))
}

const hasEquation = (formulas: readonly Formula[]) => formulas.some((f) => subformulas(f).some((part) => part.kind === 'equals'))

const formulas: fc.Arbitrary<Formula> = fc.letrec<{ f: Formula }>((tie) => ({
  f: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...ATOMS.slice(0, 4)).map(atom),
    tie('f').map(not),
    fc.tuple(fc.constantFrom('to', 'land', 'lor' as const), tie('f'), tie('f')).map(([kind, left, right]) => join(kind as 'to', left, right)),
  ),
})).f

describe('what the checker lets pass is true', () => {
  /** Every line outside all suppositions that the checker takes as following must follow by truth tables. */
  function checkSound(statement: TinyStatement, proof: string): number {
    let depth = 0
    let passed = 0
    for (const line of verifyProof(statement, proof).lines) {
      if (line.verdict === 'supposed') depth++
      if (line.verdict !== 'follows') continue
      if (/by (implication|negation) introduction$/.test(line.text)) depth--
      const formula = parseFormula(line.formula!)
      if (!formula.ok) throw new Error(formula.what)
      if (depth === 0) {
        passed++
        expect(entails(statement.premises, formula.value), `${statement.premises.map(print).join(', ')} ⊢ ${proof}: ${line.text}`).toBe(true)
      }
    }
    return passed
  }

  test('on proofs of generated problems with their lines shuffled, swapped and given other rules', () => {
    const random = Random.seed(3)
    let passed = 0
    for (let i = 0; i < 1000; i++) {
      const problem = generateProblem(random, LEVELS[i % 6]!)
      if (hasEquation([...problem.premises, problem.goal])) continue
      const pool = [...problem.premises, problem.goal].flatMap(subformulas)
      const mutated = problem.proof.flatMap((line): Line[] => {
        const roll = random.below(6)
        if (roll === 0) return []
        if (roll === 1) return [{ suppose: random.pick(pool) }, line]
        if (roll === 2) return [line, { formula: random.pick(pool), rule: random.pick(RULES) }]
        if (roll === 3 && !('suppose' in line)) return [{ ...line, rule: random.pick(RULES) }]
        return [line]
      })
      passed += checkSound(problem, proofText(random.below(3) ? mutated : random.shuffled(mutated)))
    }
    expect(passed).toBeGreaterThan(600)
  })

  test('on any lines over any premises', () => {
    const lines = fc.array(fc.oneof(formulas.map((suppose): Line => ({ suppose })), fc.record({ formula: formulas, rule: fc.constantFrom(...RULES) })), { maxLength: 14 })
    fc.assert(
      fc.property(fc.array(formulas, { minLength: 1, maxLength: 4 }), formulas, lines, (premises, goal, proof) => {
        checkSound({ premises, goal }, proofText(proof))
      }),
      { numRuns: 3000, seed: 1 },
    )
  })
})

describe('rules about negation', () => {
  const verdicts = (problem: string, proof: string) => {
    const statement = parseStatement(problem)
    if (!statement.ok) throw new Error(statement.what)
    const { lines, provesGoal } = verifyProof(statement.value, proof)
    return { verdicts: lines.map((l) => l.verdict), provesGoal }
  }
  test.each([
    ['Assume $p \\to q$, $\\lnot q$. Prove $\\lnot p$.', '$\\lnot p$ by modus tollens.', true],
    ['Assume $p \\to q$, $\\lnot p$. Prove $\\lnot q$.', '$\\lnot q$ by modus tollens.', false],
    ['Assume $p \\lor q$, $\\lnot p$. Prove $q$.', '$q$ by disjunctive syllogism.', true],
    ['Assume $p \\lor q$, $p$. Prove $\\lnot q$.', '$\\lnot q$ by disjunctive syllogism.', false],
    ['Assume $\\lnot \\lnot p$. Prove $p$.', '$p$ by double negation.', true],
    ['Assume $p$. Prove $\\lnot \\lnot p$.', '$\\lnot \\lnot p$ by double negation.', false],
    ['Assume $p \\to q$, $p \\to \\lnot q$. Prove $\\lnot p$.', 'Suppose $p$. $q$ by modus ponens. $\\lnot q$ by modus ponens. $\\lnot p$ by negation introduction.', true],
    ['Assume $p \\to q$, $p \\to \\lnot q$. Prove $\\lnot p$.', 'Suppose $p$. $q$ by modus ponens. $\\lnot p$ by negation introduction.', false],
    ['Assume $q$, $\\lnot q$. Prove $\\lnot p$.', '$\\lnot p$ by negation introduction.', false],
  ])('%s %s: %s', (problem, proof, holds) => {
    const verified = verdicts(problem, proof)
    expect(verified.provesGoal).toBe(holds)
    expect(verified.verdicts.at(-1)).toBe(holds ? 'follows' : 'wrong')
  })

  test('suppositions that the goal itself makes count, one inside the other; others do not', () => {
    const statement = parseStatement('Assume $p \\to (q \\to r)$, $r \\to s$. Prove $p \\to (q \\to \\lnot t)$.')
    if (!statement.ok) throw new Error(statement.what)
    const counts = (proof: string) => verifyProof(statement.value, proof).lines.map((l) => l.counts)
    const inside = 'Suppose $p$. $q \\to r$ by modus ponens. Suppose $q$. $r$ by modus ponens.'
    expect(counts(inside)).toEqual([false, true, false, true])
    expect(counts(`${inside} Suppose $t$. $s$ by modus ponens.`).at(-1)).toBe(true)
    expect(counts(`${inside} Suppose $u$. $s$ by modus ponens.`).at(-1)).toBe(false)
  })
})

describe('truth tables', () => {
  test('agree with one valuation at a time', () => {
    fc.assert(
      fc.property(fc.array(formulas, { minLength: 1, maxLength: 4 }), (all) => {
        expect(isSatisfiable(all)).toBe(valuations(all).some((v) => all.every((f) => isTrue(f, v))))
      }),
      { numRuns: 500, seed: 2 },
    )
  })

  test('hold beyond 32 valuations, and see equations as atoms', () => {
    const seven = ['p', 'q', 'r', 's', 't', 'u', 'v'].map(atom)
    const oneOf = seven.reduce((a, b) => join('lor', a, b))
    expect(isSatisfiable([oneOf, ...seven.slice(0, 6).map(not)])).toBe(true)
    expect(isSatisfiable([oneOf, ...seven.map(not)])).toBe(false)
    const same = parseFormula('a = b')
    expect(same.ok && isSatisfiable([same.value, not(same.value)])).toBe(false)
    expect(isSatisfiable([])).toBe(true)
  })

  test('no generated problem has premises that contradict one another', () => {
    for (let i = 0; i < 200; i++) expect(isSatisfiable(generateProblem(Random.seed(i, 5), LEVELS[i % LEVELS.length]!).premises)).toBe(true)
  })
})

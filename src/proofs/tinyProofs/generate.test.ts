import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { canonicalForm, sideOf } from './canonical'
import { makeSplit } from './dataset'
import { generateProblem, levelOf, LEVEL_LINES, LEVELS } from './generate'
import { parseFormula } from './formula'
import { derived, parseStatement, proofText, statementText, type TinyStatement } from './problem'
import { proveStatement } from './prove'
import { RULES } from './rules'
import { reasoning } from './teacher'
import { verifyProof } from './verify'
import { encode } from './vocabulary'

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const levels = fc.constantFrom(...LEVELS)
const problems = Array.from({ length: 600 }, (_, i) => generateProblem(Random.seed(i, 3), LEVELS[i % LEVELS.length]!))

/** The statement with its letters permuted and its premises shuffled. */
function renamed(statement: TinyStatement, random: Random): TinyStatement {
  const map = new Map<string, string>()
  for (const letters of ['pqrstuvwxyzkmn', 'abcde', 'fg']) {
    const to = random.shuffled([...letters])
    ;[...letters].forEach((letter, i) => map.set(letter, to[i]!))
  }
  const text = statementText({ premises: random.shuffled(statement.premises), goal: statement.goal })
  const changed = text.replace(/\$[^$]*\$/g, (formula) => formula.replace(/\\\w+|[a-z]/g, (name) => map.get(name) ?? name))
  const parsed = parseStatement(changed)
  if (!parsed.ok) throw new Error(`${changed}: ${parsed.what}`)
  return parsed.value
}

describe('generated problems', () => {
  test('read back as they were written', () => {
    for (const problem of problems) {
      const parsed = parseStatement(statementText(problem))
      expect(parsed.ok && parsed.value).toEqual({ premises: problem.premises, goal: problem.goal })
    }
  })

  test('their proofs hold line by line, on both routes', () => {
    for (const problem of problems)
      for (const proof of [problem.proof, ...(problem.alternative ? [problem.alternative] : [])]) {
        const verified = verifyProof(problem, proofText(proof))
        expect(verified.provesGoal, proofText(proof)).toBe(true)
        expect(verified.lines.every((line) => line.verdict === 'follows' || line.verdict === 'supposed')).toBe(true)
      }
  })

  test('no premise gives the goal away', () => {
    for (const problem of problems) expect(verifyProof(problem, 'Qed.').provesGoal).toBe(false)
  })

  test('the prover proves each, and none in fewer lines than its reference proof', () => {
    for (const problem of problems) {
      const found = proveStatement(problem)
      if (!found) throw new Error(`unproved: ${statementText(problem)}`)
      const verified = verifyProof(problem, proofText(found))
      expect(verified.provesGoal && verified.lines.every((l) => l.verdict !== 'wrong'), proofText(found)).toBe(true)
      expect(derived(found).length).toBeGreaterThanOrEqual(derived(problem.proof).length)
    }
  })

  test('every line of a reference proof is needed', () => {
    for (const problem of problems)
      for (const [at, line] of problem.proof.entries()) {
        if ('suppose' in line) continue
        const verified = verifyProof(problem, proofText(problem.proof.filter((_, i) => i !== at)))
        expect(verified.provesGoal && verified.lines.every((l) => l.verdict !== 'wrong'), `${statementText(problem)} ${proofText(problem.proof)} without line ${at + 1}`).toBe(false)
      }
  })

  test('the prover gives up on what does not follow', () => {
    const statement = parseStatement('Assume $p$, $q \\to r$. Prove $r$.')
    if (!statement.ok) throw new Error(statement.what)
    expect(proveStatement(statement.value)).toBeNull()
  })

  test('a higher level is a longer reference proof', () => {
    const seen = LEVELS.map((level) => problems.filter((p) => p.level === level).map((p) => derived(p.proof).length))
    seen.forEach((lengths, i) => {
      const [fewest, most] = LEVEL_LINES[LEVELS[i]!]
      expect(Math.min(...lengths)).toBeGreaterThanOrEqual(fewest)
      expect(Math.max(...lengths)).toBeLessThanOrEqual(most)
      if (i > 0) expect(Math.min(...lengths)).toBeGreaterThan(Math.max(...seen[i - 1]!))
      for (const lines of lengths) expect(levelOf(lines)).toBe(LEVELS[i])
    })
  })

  test('every rule is used somewhere, and every kind occurs', () => {
    const rules = new Set(problems.flatMap((p) => p.proof.flatMap((line) => ('suppose' in line ? [] : [line.rule]))))
    expect([...RULES].filter((rule) => !rules.has(rule))).toEqual([])
    expect(new Set(problems.map((p) => p.kind)).size).toBe(8)
  })

  test('the same seed gives the same problem', () => {
    fc.assert(fc.property(seeds, levels, (seed, level) => void expect(generateProblem(Random.seed(seed), level)).toEqual(generateProblem(Random.seed(seed), level))), { numRuns: 60 })
  })
})

describe('the canonical form', () => {
  test('does not change with names and premise order', () => {
    for (const [i, problem] of problems.entries()) expect(canonicalForm(renamed(problem, Random.seed(i, 8)))).toBe(canonicalForm(problem))
  })

  test('changes with the problem', () => {
    const form = (text: string) => {
      const statement = parseStatement(text)
      if (!statement.ok) throw new Error(statement.what)
      return canonicalForm(statement.value)
    }
    expect(form('Assume $p$, $p \\to q$. Prove $q$.')).toBe(form('Assume $r \\to s$, $r$. Prove $s$.'))
    expect(form('Assume $p$, $p \\to q$. Prove $q$.')).not.toBe(form('Assume $p$, $q \\to p$. Prove $q$.'))
    expect(form('Assume $p$, $q$. Prove $p \\land q$.')).not.toBe(form('Assume $p$, $q$. Prove $p \\land p$.'))
    expect(form('Assume $f(a) = b$. Prove $b = f(a)$.')).not.toBe(form('Assume $f(a) = b$. Prove $f(a) = a$.'))
  })
})

describe('the split', () => {
  const split = makeSplit(7, { train: 600, validation: 60, heldOut: 240 })
  const sides = [split.train, split.validation, split.heldOut]

  test('shares no canonical form between sides, whatever the names', () => {
    const forms = sides.map((side) => new Set(side.map((p, i) => canonicalForm(renamed(p, Random.seed(i, 9))))))
    for (const [i, some] of forms.entries()) for (const other of forms.slice(i + 1)) for (const form of some) expect(other.has(form)).toBe(false)
  })

  test('holds out at least 200 forms, of every level; training has many more', () => {
    expect(new Set(split.heldOut.map(canonicalForm)).size).toBeGreaterThanOrEqual(200)
    for (const side of sides) for (const level of LEVELS) expect(side.some((p) => p.level === level), `level ${level}`).toBe(true)
    for (const level of LEVELS) expect(new Set(split.heldOut.filter((p) => p.level === level).map(canonicalForm)).size, `level ${level}`).toBeGreaterThanOrEqual(8)
    const drawn = Array.from({ length: 4000 }, (_, i) => generateProblem(Random.seed(i, 17), LEVELS[i % 6]!))
    expect(new Set(drawn.filter((p) => sideOf(p) === 'train').map(canonicalForm)).size).toBeGreaterThan(1800)
  })

  test('has no problem twice, and is the same for the same seed', () => {
    const texts = sides.flat().map(statementText)
    expect(new Set(texts).size).toBe(900)
    expect(makeSplit(7, { train: 600, validation: 60, heldOut: 240 })).toEqual(split)
    expect(makeSplit(8, { train: 600, validation: 60, heldOut: 240 })).not.toEqual(split)
  })
})

describe('teacher traces', () => {
  test('the styles part at the first token, and the verbose one is several times as long', () => {
    const lengths: Record<string, number[]> = { concise: [], verbose: [] }
    for (const [i, problem] of problems.entries())
      for (const style of ['concise', 'verbose'] as const) {
        const ids = encode(reasoning(problem, style, Random.seed(i)))
        if (!ids.ok) throw new Error(ids.what)
        lengths[style]!.push(ids.value.length)
      }
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length
    expect(mean(lengths.verbose!)).toBeGreaterThan(2.5 * mean(lengths.concise!))
    const problem = problems[0]!
    expect(reasoning(problem, 'concise', Random.seed(1)).startsWith('Goal')).toBe(true)
    expect(reasoning(problem, 'verbose', Random.seed(1)).startsWith('Let me restate')).toBe(true)
  })
})

describe('formulas', () => {
  test.each(['(p \\to q) \\land r', 'f(g(a)) = b', '(a = b) \\to p', 'p \\lor (q \\lor r)', '\\lnot p \\to \\lnot \\lnot q', '\\lnot (a = b)'])('%s parses', (text) => {
    expect(parseFormula(`$${text}$`).ok).toBe(true)
  })

  test.each(['', '.', ':', 'p q', 'p \\to', 'p \\to q \\to r', 'p \\lnot q', '\\lnot', 'f(p) = a', 'f a', '<img onerror=alert(1)>', '('.repeat(300), `${'('.repeat(60)}p${')'.repeat(60)}`])(
    '%s does not',
    (text) => expect(parseFormula(text).ok).toBe(false),
  )
})

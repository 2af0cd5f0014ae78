import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { canonicalForm } from './canonical'
import { makeSplit } from './dataset'
import { generateProblem, LEVELS } from './generate'
import { parseFormula } from './formula'
import { derived, parseStatement, proofText, statementText, type TinyStatement } from './problem'
import { proveStatement } from './prove'
import { reasoning } from './teacher'
import { verifyProof } from './verify'
import { encode } from './vocabulary'

const problems = Array.from({ length: 600 }, (_, i) => generateProblem(Random.seed(i, 3), LEVELS[i % LEVELS.length]!))

/** The statement with its letters permuted and its premises shuffled. */
function renamed(statement: TinyStatement, random: Random): TinyStatement {
  const map = new Map<string, string>()
  for (const letters of ['pqrstuvw', 'abcde', 'fg']) {
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

  test('the prover proves each, in no more lines than the proof that came with it', () => {
    for (const problem of problems) {
      const found = proveStatement(problem)
      if (!found) throw new Error(`unproved: ${statementText(problem)}`)
      expect(verifyProof(problem, proofText(found)).provesGoal, proofText(found)).toBe(true)
      expect(derived(found).length).toBeLessThanOrEqual(derived(problem.proof).length)
    }
  })

  test('the prover gives up on what does not follow', () => {
    const statement = parseStatement('Assume $p$, $q \\to r$. Prove $r$.')
    if (!statement.ok) throw new Error(statement.what)
    expect(proveStatement(statement.value)).toBeNull()
  })

  test('the same seed gives the same problem', () => {
    for (const level of LEVELS) expect(generateProblem(Random.seed(9), level)).toEqual(generateProblem(Random.seed(9), level))
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
  const split = makeSplit(7, { train: 600, heldOut: 120 })

  test('shares no canonical form and has every level on both sides, in several forms', () => {
    const train = new Set(split.train.map(canonicalForm))
    for (const problem of split.heldOut) expect(train.has(canonicalForm(problem))).toBe(false)
    for (const side of [split.train, split.heldOut]) {
      for (const level of LEVELS) expect(side.some((p) => p.level === level), `level ${level}`).toBe(true)
      expect(new Set(side.map(canonicalForm)).size).toBeGreaterThan(LEVELS.length)
    }
  })

  test('has no problem twice, and is the same for the same seed', () => {
    const texts = [...split.train, ...split.heldOut].map(statementText)
    expect(new Set(texts).size).toBe(720)
    expect(makeSplit(7, { train: 600, heldOut: 120 })).toEqual(split)
    expect(makeSplit(8, { train: 600, heldOut: 120 })).not.toEqual(split)
  })

  test('refuses a size that its levels cannot fill', () => {
    expect(() => makeSplit(1, { train: 100_000, heldOut: 10, levels: [1] })).toThrow(RangeError)
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
    expect(mean(lengths.verbose!)).toBeGreaterThan(3 * mean(lengths.concise!))
    const problem = problems[0]!
    expect(reasoning(problem, 'concise', Random.seed(1)).startsWith('Goal')).toBe(true)
    expect(reasoning(problem, 'verbose', Random.seed(1)).startsWith('Let me restate')).toBe(true)
  })
})

describe('formulas', () => {
  test.each(['(p \\to q) \\land r', 'f(g(a)) = b', '(a = b) \\to p', 'p \\lor (q \\lor r)'])('%s parses', (text) => {
    expect(parseFormula(`$${text}$`).ok).toBe(true)
  })

  test.each(['', '.', ':', 'p q', 'p \\to', 'p \\to q \\to r', 'f(p) = a', 'f a', '<img onerror=alert(1)>', '('.repeat(300), `${'('.repeat(60)}p${')'.repeat(60)}`])(
    '%s does not',
    (text) => expect(parseFormula(text).ok).toBe(false),
  )
})

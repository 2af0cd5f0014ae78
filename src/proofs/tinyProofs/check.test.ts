import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { parseRubric, validateRubric } from '../rubric'
import { attempt, strengthAt } from './baseSolver'
import { gradeCompletion, gradeProof } from './check'
import { generateProblem, LEVELS } from './generate'
import { parseStatement, proofText, statementText } from './problem'
import { proveStatement } from './prove'
import { rubricFor } from './rubricFor'

/** The rubric of a statement given as text. */
function rubricOf(text: string): string {
  const statement = parseStatement(text)
  if (!statement.ok) throw new Error(statement.what)
  const proof = proveStatement(statement.value)
  if (!proof) throw new Error(`unproved: ${text}`)
  return rubricFor({ ...statement.value, level: 2, kind: '', proof, alternative: null }).raw
}

const CHAIN = 'Assume $p$, $p \\to q$, $q \\to r$. Prove $r$.'
const score = (problem: string, proof: string) => gradeProof(problem, rubricOf(problem), proof).score
const problems = Array.from({ length: 2000 }, (_, i) => generateProblem(Random.seed(i, 3), LEVELS[i % LEVELS.length]!))

describe('generated rubrics', () => {
  test('are of the three-part form and keep its invariants', () => {
    for (const problem of problems.slice(0, 600)) {
      const { raw, common, chains } = rubricFor(problem)
      expect(raw.startsWith('Checkpoints (7 pts total)')).toBe(true)
      expect(raw).toContain('Total (max 7)')
      const rubric = parseRubric(raw)
      expect(validateRubric(rubric), raw).toEqual([])
      for (const { items } of chains) expect([...common, ...items].reduce((sum, item) => sum + item.points, 0)).toBe(7)
      expect(rubric.unparsed).toEqual([])
      expect(rubric.chains.length).toBe(problem.alternative ? 2 : 0)
    }
  })
})

describe('honest proofs', () => {
  test('the reference proof of every problem gets 7, by either route', () => {
    for (const problem of problems) {
      const rubric = rubricFor(problem).raw
      for (const proof of [problem.proof, ...(problem.alternative ? [problem.alternative] : [])])
        expect(gradeProof(statementText(problem), rubric, proofText(proof)).score, statementText(problem)).toBe(7)
    }
  })

  test('a proof that leaves out its last line loses the goal, and says so', () => {
    const grade = gradeProof(CHAIN, rubricOf(CHAIN), '$q$ by modus ponens. Qed.')
    expect(grade.score).toBe(3)
    expect(grade.marks.map((m) => m.points)).toEqual([3, 0])
    expect(grade.marks[1]!.reason).toBe('the goal is never derived')
  })

  test('a missing Qed and a line that does not follow cost a point each', () => {
    expect(score(CHAIN, '$q$ by modus ponens. $r$ by modus ponens.')).toBe(6)
    expect(score(CHAIN, '$q$ by modus ponens. $s$ by modus ponens. $r$ by modus ponens. Qed.')).toBe(6)
    expect(score(CHAIN, '$q$ by modus ponens. $s$ by modus ponens. $r$ by modus ponens.')).toBe(5)
  })

  test('the base solver is graded everywhere between 0 and 7', () => {
    const seen = new Set<number>()
    for (const [i, problem] of problems.slice(0, 600).entries()) {
      const grade = gradeProof(statementText(problem), rubricFor(problem).raw, attempt(problem, strengthAt(problem), Random.seed(i, 6)))
      expect(Number.isInteger(grade.score) && grade.score! >= 0 && grade.score! <= 7).toBe(true)
      seen.add(grade.score!)
    }
    expect(seen.size).toBeGreaterThanOrEqual(6)
  })
})

describe('dishonest proofs', () => {
  test.each(['.', ':', ' ', 'Qed.', 'Solution', 'Therefore the goal holds. Qed.', '<score>7</score>', '7/7', '$r$. Qed.', 'Prove $r$. Qed.'])(
    'the master key %j gets 0',
    (proof) => expect(score(CHAIN, proof)).toBe(0),
  )

  test('the goal asserted by the wrong rule', () => {
    for (const rule of ['case analysis', 'conjunction elimination', 'symmetry', 'modus ponens', 'magic'])
      expect(score(CHAIN, `$r$ by ${rule}. Qed.`), rule).toBe(0)
  })

  test('a circle: two lines that need each other', () => {
    const problem = 'Assume $p$, $q \\to r$, $r \\to q$, $p \\to q$. Prove $r$.'
    expect(score(problem, '$r$ by modus ponens. $q$ by modus ponens. Qed.')).toBeLessThanOrEqual(3)
    expect(score('Assume $s$, $s \\to q$, $q \\to r$. Prove $r$.', '$r$ by modus ponens. $r$ by modus ponens. Qed.')).toBe(0)
  })

  test('a supposition is not a derivation, and what follows from it stays in its box', () => {
    expect(score(CHAIN, 'Suppose $r$. Qed.')).toBe(0)
    expect(score(CHAIN, 'Suppose $q$. $r$ by modus ponens. Qed.')).toBe(0)
    const closed = 'Suppose $q$. $r$ by modus ponens. $q \\to r$ by implication introduction. $r$ by conjunction elimination. Qed.'
    expect(score(CHAIN, closed)).toBe(0)
  })

  test('an implication must close the box of its own left side', () => {
    const problem = 'Assume $p \\to q$, $q \\to r$. Prove $p \\to r$.'
    const inside = 'Suppose $p$. $q$ by modus ponens. $r$ by modus ponens.'
    expect(score(problem, `${inside} $p \\to r$ by implication introduction. Qed.`)).toBe(7)
    expect(score(problem, `${inside} Qed.`)).toBeLessThanOrEqual(3)
    expect(score(problem, '$p \\to r$ by implication introduction. Qed.')).toBe(0)
    expect(score(problem, 'Suppose $r$. $p \\to r$ by implication introduction. Qed.')).toBe(0)
  })

  test('premises repeated earn nothing', () => {
    const problem = 'Assume $p \\land q$. Prove $q$.'
    expect(score(problem, '$p \\land q$ by conjunction introduction. Qed.')).toBe(0)
  })

  test('a rubric written into the proof changes nothing', () => {
    const injected = 'Checkpoints (7 pts total)\n1. Derives $p$ (7 points)\nTotal (max 7)\n$q$ by modus ponens. Qed.'
    expect(score(CHAIN, injected)).toBeLessThanOrEqual(3)
  })

  test('an unclosed thought, and an empty proof, are no proof', () => {
    const proof = '$q$ by modus ponens. $r$ by modus ponens. Qed.'
    const rubric = rubricOf(CHAIN)
    expect(gradeCompletion(CHAIN, rubric, proof)).toEqual({ score: 0, cause: 'no_input', marks: [] })
    expect(gradeCompletion(CHAIN, rubric, `have $p$. </think> ${proof}<|im_end|>`).score).toBe(7)
    expect(gradeCompletion(CHAIN, rubric, `${proof} </think>`).cause).toBe('no_input')
  })
})

describe('the rubric is what is graded by', () => {
  test('other points give another grade', () => {
    const rubric = rubricOf(CHAIN)
    const proof = '$q$ by modus ponens. Qed.'
    expect(gradeProof(CHAIN, rubric, proof).score).toBe(3)
    const edited = rubric.replaceAll('3 points', '1 point').replaceAll('3 pts', '1 pt').replaceAll('(3)', '(1)')
    expect(edited).not.toBe(rubric)
    expect(gradeProof(CHAIN, edited, proof).score).toBe(1)
  })
})

describe('hostile text', () => {
  test.each([
    ['a megabyte of letters', 'q '.repeat(500_000)],
    ['a megabyte of spaces in one line', `q${' '.repeat(1_000_000)}r by`],
    ['nineteen thousand spaces in one line', `q${' '.repeat(19_000)}r`],
    ['many suppositions', 'Suppose $p$. '.repeat(80_000)],
    ['deep parentheses', `$${'('.repeat(100_000)}p${')'.repeat(100_000)}$ by modus ponens. Qed.`],
    ['many lines that follow', '$q$ by modus ponens. '.repeat(50_000)],
    ['many thoughts', '</think>'.repeat(120_000)],
  ])('%s is graded at once', (_, text) => {
    const rubric = rubricOf(CHAIN)
    const startedAt = performance.now()
    const grade = gradeCompletion(CHAIN, rubric, `</think>${text}`)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(grade.score).toBeLessThan(7)
  })

  test('a thousand grades take well under a second', () => {
    const rubric = rubricOf(CHAIN)
    const startedAt = performance.now()
    for (let i = 0; i < 1000; i++) gradeProof(CHAIN, rubric, '$q$ by modus ponens. $r$ by modus ponens. Qed.')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})

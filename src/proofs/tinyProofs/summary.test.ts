import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { gradeProof } from './check'
import { continuationRow, continuationRows, referenceTurns, summaryRow } from './cacheTeacher'
import { generateProblem, LEVELS } from './generate'
import { lineText, parseStatement, proofText, statementText, type TinyStatement } from './problem'
import { rubricFor } from './rubricFor'
import { nextSummary, summaryLines, summaryText } from './summary'
import { reasoning, thoughts } from './teacher'
import { verifyProof } from './verify'
import { completionIds, decode, encode, promptIds, summariserPromptIds } from './vocabulary'

const problems = Array.from({ length: 400 }, (_, i) => generateProblem(Random.seed(i, 23), LEVELS[i % LEVELS.length]!))

function statement(text: string): TinyStatement {
  const parsed = parseStatement(text)
  if (!parsed.ok) throw new Error(parsed.what)
  return parsed.value
}

function ids(result: ReturnType<typeof encode>): number[] {
  if (!result.ok) throw new Error(`${result.where}: ${result.what}`)
  return result.value
}

describe('a summary', () => {
  test('is the beginning of a proof, and reads back', () => {
    for (const { proof } of problems)
      for (let done = 0; done <= proof.length; done++) {
        const text = summaryText(proof.slice(0, done))
        expect(summaryLines(text)).toEqual(proof.slice(0, done))
        if (done === 0) expect(text).toBe('')
        else expect(text).toBe(`So far ${proof.slice(0, done).map(lineText).join(' ')}`)
      }
  })

  test('passes over what is no line', () => {
    expect(summaryLines('So far I think $q$. $q$ by modus ponens. $r$ by magic. nothing by modus ponens. <img onerror=x>')).toEqual(summaryLines('So far $q$ by modus ponens.'))
  })
})

describe('the reference summariser', () => {
  test('finds the reference proof in a whole trace, concise or verbose', () => {
    for (const [i, problem] of problems.entries())
      for (const style of ['concise', 'verbose'] as const) {
        const summary = nextSummary(problem, '', reasoning(problem, style, Random.seed(i)))
        expect(summaryLines(summary).map(lineText), statementText(problem)).toEqual(problem.proof.map(lineText))
      }
  })

  test('cut anywhere and gone on from, the same proof comes out', () => {
    for (const problem of problems) {
      const all = thoughts(problem.premises, problem.proof)
      for (let cut = 0; cut <= all.length; cut++) {
        const first = nextSummary(problem, '', all.slice(0, cut).join(' '))
        expect(summaryLines(nextSummary(problem, first, all.slice(cut).join(' '))).map(lineText)).toEqual(problem.proof.map(lineText))
      }
    }
  })

  test('states only what follows, whatever the trace claims', () => {
    const random = Random.seed(4)
    for (const problem of problems) {
      const other = random.pick(problems)
      const mixed = random.shuffled([...thoughts(problem.premises, problem.proof), ...thoughts(other.premises, other.proof), 'so $p$.', 'Suppose $q$.', 'Wait, check again.'])
      const lines = summaryLines(nextSummary(problem, '', mixed.join(' ')))
      const verdicts = verifyProof(problem, lines.map(lineText).join(' ')).lines.map((line) => line.verdict)
      expect(verdicts.filter((v) => v !== 'follows' && v !== 'supposed')).toEqual([])
    }
  })

  test('keeps the summary when nothing new was derived', () => {
    const problem = statement('Assume $p$, $p \\to q$, $q \\to r$. Prove $r$.')
    const known = 'So far $q$ by modus ponens.'
    expect(nextSummary(problem, known, '')).toBe(known)
    expect(nextSummary(problem, known, 'Goal $r$. $p \\to q$ so $q$. so $s$. $q \\to r$ so')).toBe(known)
    expect(nextSummary(problem, known, '$q \\to r$ so $r$.')).toBe('So far $q$ by modus ponens. $r$ by modus ponens.')
  })

  test('a megabyte is summed up at once', () => {
    const problem = statement('Assume $p$, $p \\to q$. Prove $q$.')
    const startedAt = performance.now()
    expect(nextSummary(problem, '', 'Suppose $p \\land q$. so $q$. '.repeat(40_000))).toContain('So far')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})

describe('prompts of the cache', () => {
  test('the empty summary leaves the prompt of a problem as it is', () => {
    for (const problem of problems.slice(0, 50)) expect(promptIds(statementText(problem), '')).toEqual(promptIds(statementText(problem)))
  })

  test('problem and summary, and what the summariser sees, are words of the vocabulary', () => {
    for (const problem of problems) {
      const row = summaryRow(problem, Math.floor(problem.proof.length / 2), 20)
      const prompt = decode(ids(promptIds(row.problem, row.summary)))
      expect(prompt).toContain(row.problem)
      expect(prompt).toContain(row.summary)
      const asked = decode(ids(summariserPromptIds(row.problem, row.summary, row.reasoning)))
      expect(asked).toContain('Attempt:')
      expect(asked.endsWith('<|im_start|>assistant\n')).toBe(true)
      expect(decode(ids(encode(row.nextSummary)))).toBe(row.nextSummary)
    }
  })
})

describe('teacher data', () => {
  test('a continuation says what is left and proves the whole', () => {
    for (const problem of problems) {
      const rubric = rubricFor(problem).raw
      for (const row of continuationRows(problem, 3, Random.seed(1))) {
        expect(gradeProof(row.problem, rubric, row.proof).score).toBe(7)
        expect(summaryLines(nextSummary(problem, row.summary, row.reasoning)).map(lineText)).toEqual(problem.proof.map(lineText))
      }
      expect(continuationRow(problem, 0).reasoning).toBe(reasoning(problem, 'concise', Random.seed(1)))
      expect(continuationRow(problem, problem.proof.length).summary).toBe(`So far ${proofText(problem.proof).replace(/ Qed\.$/, '')}`)
    }
  })

  test('a trace for the summariser is no longer than its cut, and never loses what was known', () => {
    for (const problem of problems) {
      for (const cut of [0, 5, 17, 40]) {
        const row = summaryRow(problem, 1, cut)
        expect(ids(encode(row.reasoning)).length).toBeLessThanOrEqual(cut)
        expect(row.nextSummary.startsWith(row.summary)).toBe(true)
      }
    }
  })
})

describe('turns under a limit', () => {
  const limit = 96
  const turns = problems.map((problem) => referenceTurns(problem, limit))

  test('every turn keeps to the limit, goes on from the one before, and the last proves the goal', () => {
    for (const [i, sequence] of turns.entries()) {
      if (!sequence) continue
      const problem = problems[i]!
      let summary = ''
      for (const turn of sequence) {
        expect(turn.summary).toBe(summary)
        expect(ids(completionIds(turn.reasoning, turn.proof)).length - (turn.isFinished ? 0 : 2)).toBeLessThanOrEqual(limit)
        summary = nextSummary(problem, summary, turn.reasoning)
      }
      expect(sequence.filter((t) => t.isFinished)).toEqual([sequence.at(-1)])
      expect(gradeProof(statementText(problem), rubricFor(problem).raw, sequence.at(-1)!.proof).score).toBe(7)
    }
  })

  test('short problems fit one turn; long ones need the cache, and most come within its reach', () => {
    const share = (levels: readonly number[], test: (n: number | null) => boolean) => {
      const of = turns.filter((_, i) => levels.includes(problems[i]!.level))
      return of.filter((t) => test(t?.length ?? null)).length / of.length
    }
    expect(share([1, 2, 3], (n) => n === 1)).toBeGreaterThan(0.95)
    expect(share([6, 7], (n) => n === 1)).toBeLessThan(0.2)
    expect(share([6, 7], (n) => n !== null && n <= 3)).toBeGreaterThan(0.8)
  })
})

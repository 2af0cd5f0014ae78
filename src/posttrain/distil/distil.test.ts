import { describe, expect, test } from 'vitest'
import { neverStop } from '../../base/stop'
import { makeSplit } from '../../proofs/tinyProofs/dataset'
import { statementText } from '../../proofs/tinyProofs/problem'
import { recognise } from '../../proofs/schemas'
import { checkerGrade, CHECKER_NAME } from './checkerGrade'
import { runDistil, structure, type DistilHost, type DistilItem, type DistilProgress, type DistilRow, type TeacherReply } from './distil'
import { distilledRows, distilStep } from './distilledRows'
import { referenceTeacher } from './referenceTeacher'

const item = (index: number, problem = `P${index}`): DistilItem => ({ index, problem, rubric: null, category: null, competition: null, source: 'test' })
const items = Array.from({ length: 6 }, (_, i) => item(i))
const reply = (over: Partial<Extract<TeacherReply, { kind: 'reply' }>> = {}): TeacherReply => ({ kind: 'reply', reasoning: 'r', proof: 'p', isClosed: true, isTruncated: false, tokens: 5, ...over })
const settings = { concurrency: 2, tries: 3 }

function host(teach: (item: DistilItem, call: number) => TeacherReply, over: Partial<DistilHost> = {}) {
  const asked: number[] = []
  const kept: DistilRow[] = []
  const slept: number[] = []
  let last: DistilProgress | null = null
  const calls = new Map<number, number>()
  const one: DistilHost = {
    teach: (i) => {
      asked.push(i.index)
      calls.set(i.index, (calls.get(i.index) ?? 0) + 1)
      return Promise.resolve(teach(i, calls.get(i.index)!))
    },
    grade: () => ({ score: 4, cause: null, marks: [] }),
    keep: (row) => (kept.push(row), Promise.resolve(null)),
    waitMs: (tries, askedMs) => askedMs ?? 100 * tries,
    sleep: (ms) => (slept.push(ms), Promise.resolve()),
    progress: (p) => void (last = p),
    ...over,
  }
  return { one, asked, kept, slept, progress: () => last! }
}

describe('asking', () => {
  test('each problem once, in lanes; every row is stored and counted by its outcome', async () => {
    const h = host((i) => (i.index === 1 ? reply({ isTruncated: true }) : i.index === 2 ? reply({ isClosed: false }) : i.index === 3 ? reply({ proof: '  ' }) : i.index === 4 ? { kind: 'cannot', told: 'no' } : reply()))
    expect(await runDistil(items, [], settings, h.one, neverStop)).toEqual({ kind: 'finished' })
    expect([...h.asked].sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(h.progress()).toEqual({ total: 6, done: 6, tokens: 25, byOutcome: { kept: 2, truncated: 1, notClosed: 1, emptyProof: 1, failed: 1 } })
    expect(h.kept.find((r) => r.index === 0)).toMatchObject({ score: 4, tries: 1, outcome: 'kept' })
    expect(h.kept.find((r) => r.index === 1)).toMatchObject({ score: null, outcome: 'truncated' }) // what is left out is not graded
  })

  test('again where it may help, with the pause that was asked for, and no more than the tries', async () => {
    const h = host((i, call) => (i.index === 0 ? (call < 3 ? { kind: 'again', told: 'busy', waitMs: call === 1 ? 7 : null } : reply()) : { kind: 'again', told: 'down', waitMs: null }))
    await runDistil(items.slice(0, 2), [], settings, h.one, neverStop)
    expect(h.kept.map((r) => [r.index, r.outcome, r.tries, r.told]).sort()).toEqual([[0, 'kept', 3, null], [1, 'failed', 3, 'down']])
    expect(h.slept.sort((a, b) => a - b)).toEqual([7, 100, 200, 200])
  })

  test('killed at any row, it goes on without asking for a stored one again', async () => {
    for (let end = 0; end <= items.length; end++) {
      const stop = { aborted: false }
      const first = host(() => reply())
      const keep = first.one.keep
      const end1 = await runDistil(items, [], { ...settings, concurrency: 1 }, { ...first.one, keep: async (row) => { if (first.kept.length + 1 > end) stop.aborted = true; return keep(row) } }, stop)
      const second = host(() => reply())
      expect(await runDistil(items, first.kept, settings, second.one, neverStop)).toEqual({ kind: 'finished' })
      expect(second.asked.every((i) => !first.kept.some((r) => r.index === i))).toBe(true)
      expect([...first.kept, ...second.kept].map((r) => r.index).sort()).toEqual([0, 1, 2, 3, 4, 5])
      expect(end1.kind).toBe(end < items.length - 1 ? 'stopped' : 'finished')
    }
  })

  test('a teacher that refuses all, or a full disk, ends the job and leaves the rest open', async () => {
    const refused = host((i) => (i.index === 2 ? { kind: 'refused', told: 'no key' } : reply()))
    expect(await runDistil(items, [], { concurrency: 1, tries: 3 }, refused.one, neverStop)).toEqual({ kind: 'refused', told: 'no key' })
    expect(refused.kept.map((r) => r.index)).toEqual([0, 1])
    const full = host(() => reply(), { keep: () => Promise.resolve('no room') })
    expect(await runDistil(items, [], { concurrency: 1, tries: 1 }, full.one, neverStop)).toEqual({ kind: 'notStored', told: 'no room' })
    expect(full.asked).toEqual([0])
  })
})

test('structure: thinking that ends, then a proof', () => {
  expect([structure({ isClosed: true, isTruncated: false, proof: 'Qed.' }), structure({ isClosed: true, isTruncated: true, proof: 'Qed.' }), structure({ isClosed: false, isTruncated: false, proof: '' }), structure({ isClosed: true, isTruncated: false, proof: '\n' })]).toEqual(['kept', 'truncated', 'notClosed', 'emptyProof'])
})

describe('the reference prover', () => {
  const problems = makeSplit(4, { train: 20, heldOut: 0 }).train.map((p, i) => item(i, statementText(p)))

  test('teaches proofs that the checker gives full marks, the same for the same seed', () => {
    for (const one of problems) {
      const taught = referenceTeacher(one, 'mixed', 7)
      if (taught.kind !== 'reply') throw new Error(taught.kind)
      expect(checkerGrade(one, taught.proof)?.score).toBe(7)
      expect(referenceTeacher(one, 'mixed', 7)).toEqual(taught)
    }
    const lengths = (style: 'concise' | 'verbose') => problems.reduce((sum, p) => sum + (referenceTeacher(p, style, 7) as { reasoning: string }).reasoning.length, 0)
    expect(lengths('verbose')).toBeGreaterThan(1.5 * lengths('concise'))
  })

  test('cannot teach another domain, which has no checker either', () => {
    expect(referenceTeacher(item(0, 'Prove that $2$ is prime.'), 'concise', 1).kind).toBe('cannot')
    expect(checkerGrade(item(0, 'Prove that $2$ is prime.'), 'x')).toBeNull()
  })
})

test('rows are FineProofs-SFT, name teacher, grader and licence, and say what was left out', () => {
  const row = (index: number, over: Partial<DistilRow>): DistilRow => ({ schema: 1, index, outcome: 'kept', reasoning: 'r', proof: 'p', tokens: 3, score: 7, tries: 1, told: null, ...over })
  const rows = [row(2, { score: 2 }), row(0, {}), row(1, { outcome: 'truncated', score: null }), row(3, { score: null }), row(9, {})]
  const choice = { teacher: 'reference prover', licence: 'Apache-2.0', lowestGrade: 6 }
  const made = distilledRows(items, rows, choice, CHECKER_NAME)
  expect(made.map((r) => [r.problem, r.grade, r.grader, r.teacher, r.licence])).toEqual([['P0', 7, CHECKER_NAME, 'reference prover', 'Apache-2.0'], ['P3', null, null, 'reference prover', 'Apache-2.0']])
  expect(made[0]!.messages[1]).toEqual({ content: '<think>\nr\n</think>\np', role: 'assistant' })
  expect(distilledRows(items, rows, { ...choice, lowestGrade: null }, CHECKER_NAME)).toHaveLength(3)
  expect(distilStep(rows, 2, choice)).toBe('distilled from reference prover: 2 of 5 problems kept; left out: 1 cut off, 2 graded below 6')
  const type = (name: string) => (name === 'messages' ? 'list<struct{content, role}>' : name === 'grade' ? 'int64' : 'string')
  expect(recognise(Object.keys(made[0]!).map((name) => ({ name, type: type(name) }))).schema.id).toBe('fineproofs-sft')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowFaults } from './rowFaults'
import { scoreIntegrity } from './scoreLists'
import { splitByProblem } from './splitByProblem'
import { isSound, parseVerdict } from './verdict'

const sound = { incomplete: false, difficulty: 6, gaps: false, wrong: false, disagreement: false, computational: false }

test.each([
  ['bare', JSON.stringify(sound), 6],
  ['fenced, after thinking with braces', `The set {1, 2} … maybe {"difficulty": 3}.\n\`\`\`json\n${JSON.stringify(sound, null, 2)}\n\`\`\`\nDone.`, 6],
  ['the last of two', `${JSON.stringify({ ...sound, difficulty: 2 })} no: ${JSON.stringify({ ...sound, difficulty: 9 })}`, 9],
  ['cut', '{"incomplete": false, "difficulty": 6,', null],
  ['a key missing', JSON.stringify({ ...sound, gaps: undefined }), null],
  ['words for booleans', JSON.stringify({ ...sound, wrong: 'no' }), null],
  ['difficulty out of range', JSON.stringify({ ...sound, difficulty: 11 }), null],
  ['difficulty as text', JSON.stringify({ ...sound, difficulty: '6' }), null],
  ['nothing', '', null],
])('a verdict: %s', (_, reply, difficulty) => expect(parseVerdict(reply)?.difficulty ?? null).toBe(difficulty))

test('any fault makes a problem unsound', () => {
  expect(isSound(sound)).toBe(true)
  for (const key of ['incomplete', 'gaps', 'wrong', 'disagreement', 'computational'] as const) expect(isSound({ ...sound, [key]: true })).toBe(false)
})

test('lists that agree, and each way in which they may not', () => {
  const scores = [0, 7, 3, 7]
  const rewards = scores.map((s) => s / 7)
  const mean = 17 / 28
  const population = Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 4)
  const good = { scores, rewards, attempts: 4, rewardMean: mean, rewardStd: population }
  expect(scoreIntegrity(good)).toMatchObject({ faults: [], rewardDeviation: 0 })
  expect(scoreIntegrity({ ...good, rewardStd: population * Math.sqrt(4 / 3) }).faults).toEqual([]) // ÷ (n − 1) is a deviation too
  expect(scoreIntegrity({ ...good, scores: null }).faults).toEqual([])
  expect(scoreIntegrity({ ...good, rewards: [0, 1, 3 / 7] }).faults[0]).toBe('4 scores but 3 rewards')
  expect(scoreIntegrity({ ...good, rewards: [0, 1, 0.5, 1] }).faults[0]).toMatch(/differs from score \/ 7 by 0.071/)
  expect(scoreIntegrity({ ...good, attempts: 128 }).faults[0]).toBe('num_rewards says 128, the list has 4')
  expect(scoreIntegrity({ ...good, rewardMean: 0.6 }).faults[0]).toMatch(/reward_mean differs/)
  expect(scoreIntegrity({ ...good, rewardStd: 0.1 }).faults[0]).toMatch(/reward_std differs/)
  expect(scoreIntegrity({ ...good, scores: [0, 8, 3, 7] }).faults[0]).toMatch(/no whole number from 0 to 7/)
  expect(scoreIntegrity({ scores: [], rewards: [], attempts: 0, rewardMean: null, rewardStd: null })).toEqual({ faults: [], rewardDeviation: 0, meanDeviation: null, stdDeviation: null })
})

test('faults of a row', () => {
  const row = { problem: 'P', proof: 'Q', rubric: null, grade: 7, category: 'Algebra', scores: null, rewards: null, rewardMean: null, rewardStd: null }
  expect(rowFaults(row)).toEqual([])
  expect(rowFaults({ ...row, problem: ' ', proof: '', grade: 9, category: `${'x'.repeat(79)}…`, rubric: 'Checkpoints\n- A (3 pts)\n\nstray words' }).map((f) => f.kind))
    .toEqual(['noProblem', 'emptyProof', 'gradeRange', 'labelLength', 'rubricTotal', 'rubricLines'])
})

test('no problem lies on both sides, whatever it is typeset like; the share and the seed decide', () => {
  fc.assert(fc.property(fc.array(fc.option(fc.constantFrom('a b', 'a  b', 'c', 'd', 'e', '$e$', 'f g h')), { maxLength: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (problems, share, seed) => {
    const { train, validation } = splitByProblem(problems, share, seed)
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(problems.map((_, i) => i))
    const side = (rows: Uint32Array) => new Set([...rows].flatMap((r) => (problems[r] === null ? [] : [problems[r]!.replace(/[\s$]/g, '')])))
    for (const problem of side(validation)) expect(side(train).has(problem)).toBe(false)
    expect(splitByProblem(problems, share, seed)).toEqual({ train, validation })
  }))
  const many = Array.from({ length: 1000 }, (_, i) => `problem ${i}`)
  expect(splitByProblem(many, 0.1, 1).validation).toHaveLength(100)
  expect(splitByProblem(many, 0.1, 1)).not.toEqual(splitByProblem(many, 0.1, 2))
  const linked = splitByProblem(many, 0.5, 1, Array.from({ length: 500 }, (_, i) => ({ row: i + 500, other: i })))
  for (const row of linked.validation) expect(linked.validation.includes((row + 500) % 1000)).toBe(true)
})

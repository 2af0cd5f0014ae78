import { describe, expect, test } from 'vitest'
import { neverStop } from '../../base/stop'
import { planner, selfCheck, staticGraph } from './agents'
import { DEEPSEEK_MATH, deepseekMath } from './deepseekMath'
import { SCAFFOLDS } from './index'
import { lastBoxed, naturalLanguage, solutionSection, verdictOf } from './prompts'
import { nested, runScaffold } from './runScaffold'
import { digest, INSIDE, spent, standing, type Call, type LoggedReply, type Reply, type Scaffold } from './scaffold'
import { reasoningCache, single } from './simple'
import { nomos, rsa, rsaBlocks } from './tournament'

const PROBLEM = 'Prove that 1 + 1 = 2.'
const reply = (content: string, reasoning = ''): Reply => ({ content, reasoning, inputTokens: 10, outputTokens: 3, isTruncated: false, cost: 0.5 })

/** Runs a scaffold against a scripted model. */
async function run(scaffold: Scaffold, answer: (call: Call) => string | Reply) {
  const calls: Call[] = []
  const log = new Map<string, LoggedReply>()
  const result = await runScaffold(scaffold, PROBLEM, log, {
    concurrency: 3,
    stop: neverStop,
    keep: async () => undefined,
    generate: async (call) => {
      calls.push(call)
      const said = answer(call)
      return typeof said === 'string' ? reply(said) : said
    },
  })
  if (!result.ok || result.value.kind !== 'answered') throw new Error('no answer')
  const count = (role: Call['role']) => calls.filter((c) => c.role === role).length
  return { answer: result.value.answer, calls, count, log }
}

/** Never satisfied, so that every loop goes to its end. */
const harsh = (call: Call) => (call.role === 'verify' ? 'gap \\boxed{0}' : call.role === 'classify' ? '\\boxed{no}' : call.role === 'score' ? '\\boxed{3}' : `text of ${call.key}`)

describe('calls a problem', () => {
  test.each([
    ['single', 1],
    ['rc', 5],
    ['dsm', 60],
    ['rsa', 39],
    ['static', 29],
  ])('%s makes %i when nothing stops it early', async (id, want) => {
    const scaffold = SCAFFOLDS[id]!(naturalLanguage)
    const { calls } = await run(scaffold, harsh)
    expect(calls.length).toBe(want)
    expect(scaffold.mostCalls).toBe(want)
    expect(new Set(calls.map((c) => c.key)).size).toBe(want)
  })

  test.each(Object.keys(SCAFFOLDS))('%s never makes more than it says, whatever it is told', async (id) => {
    for (const said of ['', '\\boxed{1}', '\\boxed{7}', '\\boxed{yes}', '\\boxed{no}', '\\boxed{solve}', 'no box at all']) {
      const scaffold = SCAFFOLDS[id]!(naturalLanguage)
      const { calls } = await run(scaffold, () => said)
      expect(calls.length).toBeLessThanOrEqual(scaffold.mostCalls)
    }
  })
})

test('reasoning cache: the thinking is summarised, the summary replaces or is put behind, an empty last turn leaves the earlier answer', async () => {
  const said = (call: Call) =>
    call.role === 'summarise' ? `summary of ${call.key}` : reply(call.key === 'turn 3/reason' ? '' : `proof of ${call.key}`, `thoughts of ${call.key}`)
  const { answer, calls } = await run(reasoningCache(naturalLanguage), said)
  expect(answer).toEqual({ proof: 'proof of turn 2/reason', from: 'turn 2/reason' })
  expect(calls[0]!.prompt).toContain('There is no earlier work')
  expect(calls[1]!.prompt).toContain('thoughts of turn 1/reason')
  expect(calls[4]!.prompt).toContain('summary of turn 2/summarise')
  expect(calls[4]!.prompt).not.toContain('summary of turn 1/summarise')
  const appended = await run(reasoningCache(naturalLanguage, { turns: 3, style: 'append' }), said)
  expect(appended.calls[4]!.prompt).toContain('summary of turn 1/summarise\n\nsummary of turn 2/summarise')
})

describe('generate, verify, refine', () => {
  test('a proof that every review accepts ends it at once', async () => {
    const { answer, calls } = await run(deepseekMath(naturalLanguage), (call) =>
      call.role === 'verify' ? (call.key.startsWith('solve 3/') ? '\\boxed{1}' : '\\boxed{0.5}') : `## Solution\nby ${call.key}\n## Self Evaluation\nfine`,
    )
    expect(answer).toEqual({ proof: 'by solve 3', from: 'solve 3' })
    expect(calls.length).toBe(20)
  })

  test('the harshest reviews are handed to the refinement, and the best of ALL proofs are refined', async () => {
    const verdicts = ['1', '0', '0.5', '0']
    const { calls, answer } = await run(deepseekMath(naturalLanguage, { ...DEEPSEEK_MATH, iterations: 1 }), (call) => {
      if (call.role !== 'verify') return `proof ${call.key}`
      const review = Number(/verify (\d)$/.exec(call.key)![1]) - 1
      return call.key.startsWith('solve 2/') ? `review ${review} \\boxed{${verdicts[review]}}` : 'unreadable'
    })
    const first = calls.find((c) => c.key === 'iteration 1/refine 1')!
    expect(first.prompt).toContain('proof solve 2')
    expect(first.prompt).toContain('review 1')
    expect(first.prompt).toContain('review 3')
    expect(first.prompt).not.toContain('review 0')
    expect(answer.from).toBe('solve 2')
  })
})

describe('competitions', () => {
  test.each([[8, 3], [5, 2], [3, 3], [2, 3]])('blocks of %i solutions by %i use each equally often and never twice in one', (n, size) => {
    for (let round = 1; round <= 5; round++) {
      const blocks = rsaBlocks(n, size, round)
      expect(blocks.length).toBe(n)
      for (let s = 0; s < n; s++) expect(blocks.flat().filter((x) => x === s).length).toBe(Math.min(size, n))
      for (const block of blocks) expect(new Set(block).size).toBe(block.length)
      expect(rsaBlocks(n, size, round)).toEqual(blocks)
    }
    if (n > 3) expect(rsaBlocks(n, size, 1)).not.toEqual(rsaBlocks(n, size, 2))
  })

  test('in the knockout the named one goes on, the later one when nothing is named', async () => {
    const named = await run(rsa(naturalLanguage), (call) => (call.role === 'select' ? '\\boxed{1}' : `p ${call.key}`))
    expect(named.answer.from).toBe('round 3/merge 1')
    const silent = await run(rsa(naturalLanguage), (call) => (call.role === 'select' ? 'both fine' : `p ${call.key}`))
    expect(silent.answer.from).toBe('round 3/merge 8')
  })

  test('Nomos keeps full marks only when there are enough, else the best twelve; the grouping may narrow it', async () => {
    const graded = (full: number, keep: string) => (call: Call) => {
      if (call.role === 'score') return `\\boxed{${Number(/solve (\d+)/.exec(call.key)![1]) <= full ? 7 : 4}}`
      return call.role === 'consolidate' ? `\\boxed{${keep}}` : call.role === 'select' ? '\\boxed{1}' : `p ${call.key}`
    }
    const enough = await run(nomos(naturalLanguage), graded(9, ''))
    expect([enough.count('solve'), enough.count('score'), enough.count('consolidate'), enough.count('select')]).toEqual([16, 16, 1, 8])
    const few = await run(nomos(naturalLanguage), graded(2, ''))
    expect(few.count('select')).toBe(11)
    const narrowed = await run(nomos(naturalLanguage), graded(2, '2, 5'))
    expect(narrowed.count('select')).toBe(1)
    expect(narrowed.answer.from).toBe('solve 2')
  })
})

describe('agents', () => {
  test('self-check: five reviews in a row accept, ten in a row give up, a correction starts the count again', async () => {
    const good = await run(selfCheck(naturalLanguage), (call) => (call.role === 'classify' ? '\\boxed{yes}' : `t ${call.key}`))
    expect(good.count('verify')).toBe(5)
    const bad = await run(selfCheck(naturalLanguage), harsh)
    expect([bad.count('verify'), bad.count('refine')]).toEqual([10, 11])
    expect(bad.answer.from).toBe('check 10/correct')
    const mixed = await run(selfCheck(naturalLanguage), (call) => (call.role === 'classify' ? `\\boxed{${call.key.startsWith('check 4/') ? 'no' : 'yes'}}` : `t ${call.key}`))
    expect(mixed.count('verify')).toBe(9)
  })

  test('planner: carries out what is named, reminds once, submits what is asked', async () => {
    const plan = ['\\boxed{solve}', '\\boxed{verify 1}', '\\boxed{improve 1}', '\\boxed{merge 1 2}', '\\boxed{dance}', '\\boxed{submit 3}']
    const { answer, calls } = await run(planner(naturalLanguage), (call) => (call.role === 'plan' ? plan[Number(call.key.slice(5)) - 1]! : `made by ${call.key}`))
    expect(answer).toEqual({ proof: 'made by tool 4/merge', from: 'tool 4/merge' })
    expect(calls.at(-1)!.prompt).toContain('could not be carried out')
    expect(calls.length).toBe(10)
    expect((await run(planner(naturalLanguage), () => 'nothing')).answer).toEqual({ proof: '', from: null })
  })

  test('fixed graph: with approaches, and a choice that names none', async () => {
    const settings = { free: 2, approaches: 2, perApproach: 1 }
    const { calls, answer } = await run(staticGraph(naturalLanguage, settings), (call) => `say ${call.key}`)
    expect(calls.length).toBe(staticGraph(naturalLanguage, settings).mostCalls)
    expect(calls.find((c) => c.key === 'solve 3')!.prompt).toContain('say approach 1')
    expect(answer.from).toBe('merge 2')
  })
})

test.each(Object.keys(SCAFFOLDS))('%s killed after any reply repeats no finished call and ends on the same answer', async (id) => {
  const scaffold = SCAFFOLDS[id]!(naturalLanguage)
  const whole = await run(scaffold, harsh)
  const made = new Map<string, number>()
  const stored = new Map<string, LoggedReply>()
  for (let kills = 0; ; kills++) {
    let left = 1 + (kills % 3)
    try {
      const result = await runScaffold(scaffold, PROBLEM, new Map(stored), {
        concurrency: 2,
        stop: neverStop,
        keep: async (key, logged) => void stored.set(key, logged),
        generate: async (call) => {
          if (left-- <= 0) throw new Error('killed')
          made.set(call.key, (made.get(call.key) ?? 0) + 1)
          return reply(harsh(call))
        },
      })
      if (!result.ok || result.value.kind !== 'answered') throw new Error('no answer')
      expect(result.value.answer).toEqual(whole.answer)
      break
    } catch (error) {
      expect((error as Error).message).toBe('killed')
    }
  }
  expect([...made.values()].every((times) => times === 1)).toBe(true)
  expect([...made.keys()].sort()).toEqual(whole.calls.map((c) => c.key).sort())
})

test('an edited prompt is noticed: its stored reply is not taken for an answer to it', () => {
  const log = new Map([['solve', { digest: digest('another prompt'), reply: reply('x') }]])
  expect(standing(single(naturalLanguage), PROBLEM, log)).toMatchObject({ ok: false, kind: 'changed' })
})

test('a stop leaves the run where it can go on', async () => {
  const stop = { aborted: false }
  const log = new Map<string, LoggedReply>()
  const around = { concurrency: 1, stop, keep: async () => undefined, generate: async (call: Call) => ((stop.aborted = log.size === 2), reply(harsh(call))) }
  expect(await runScaffold(reasoningCache(naturalLanguage), PROBLEM, log, around)).toMatchObject({ ok: true, value: { kind: 'stopped' } })
  expect(log.size).toBe(3)
  stop.aborted = false
  expect(await runScaffold(reasoningCache(naturalLanguage), PROBLEM, log, { ...around, generate: async (call) => reply(harsh(call)) })).toMatchObject({ value: { kind: 'answered' } })
})

test('an agent in the place of a model: its calls are logged inside, counted once, and not repeated', async () => {
  const outer = deepseekMath(naturalLanguage, { poolSize: 2, verifications: 1, reviewsPerRefinement: 1, iterations: 0 })
  const log = new Map<string, LoggedReply>()
  let calls = 0
  const around = { concurrency: 2, stop: neverStop, keep: async () => undefined, generate: async (call: Call) => (calls++, reply(harsh(call))) }
  const first = await runScaffold(outer, PROBLEM, log, { ...around, generate: nested(reasoningCache(naturalLanguage), ['solve'], log, around) })
  expect(first).toMatchObject({ ok: true, value: { kind: 'answered', answer: { from: 'solve 1' } } })
  expect(calls).toBe(2 * 5 + 2)
  expect([...log.keys()].filter((key) => key.startsWith(`solve 1${INSIDE}`)).length).toBe(5)
  expect(spent(log)).toEqual({ calls: 12, inputTokens: 120, outputTokens: 36, cost: 6 })
  log.delete('solve 1') // killed before the outer reply was kept
  await runScaffold(outer, PROBLEM, log, { ...around, generate: nested(reasoningCache(naturalLanguage), ['solve'], log, around) })
  expect(calls).toBe(12)
})

test('reading replies', () => {
  expect([lastBoxed('a \\boxed{0} b \\boxed{ 0.5 }'), lastBoxed('none'), lastBoxed('\\boxed{open')]).toEqual(['0.5', null, null])
  expect(['\\boxed{1}', '\\boxed{.5}', '\\boxed{0.7}', 'x', '\\boxed{}'].map(verdictOf)).toEqual([1, 0.5, 0, 0, 0])
  expect(solutionSection('intro\n## Solution\nA\n## Self Evaluation\nB')).toBe('A')
  expect(solutionSection('just text')).toBe('just text')
  expect(digest('abc')).toMatch(/^[0-9a-f]{16}$/)
  expect(digest('abc')).not.toBe(digest('abd'))
  expect(spent(new Map([['a', { digest: '', reply: { ...reply(''), cost: null } }]])).cost).toBeNull()
})

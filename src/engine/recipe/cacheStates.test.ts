/** The reasoning cache's states with scripted models: which prompt holds which summary, and what is drawn. */
import { expect, test } from 'vitest'
import { Random } from '../../base/random'
import { neverStop } from '../../base/stop'
import type { CacheSettings } from '../../posttrain/recipe'
import { encode, EOS, promptIds, summariserPromptIds } from '../../proofs/tinyProofs/vocabulary'
import { scriptedModel } from '../loops/scriptedModel'
import { cacheTrajectories, drawStates, promptState } from './cacheStates'

const ids = (text: string) => {
  const got = encode(text)
  if (!got.ok) throw new Error(got.what)
  return got.value
}
const text = 'Assume $p$, $p \\to q$, $q \\to s$. Prove $s$.'
const asked = promptIds(text)
const problem = { problem: text, rubric: '', prompt: asked.ok ? asked.value : [] }
const cache: CacheSettings = { turns: 3, style: 'replace', states: 2, problems: 1, temperature: 0.7, replay: 0 }
const limits = { maxNewTokens: 12, summaryTokens: 10, temperature: 0.8 }
const thought = '$p \\to q$ so $q$.'
const trajectory = async (style: CacheSettings['style']) => {
  const policy = scriptedModel(() => [...ids(`${thought} </think> $s$ by modus ponens. Qed.`), EOS])
  let turn = 0
  const summariser = scriptedModel(() => [...ids(turn++ === 0 ? 'So far $q$ by modus ponens.' : 'So far $s$ by modus ponens.'), EOS])
  const [states] = (await cacheTrajectories(policy, summariser, [problem], { ...cache, style }, limits, 5, neverStop, () => Promise.resolve()))!
  return { states: states!, policy, summariser }
}

test('three turns leave four states: the empty summary, then each summary in the prompt of the next turn', async () => {
  const { states, policy, summariser } = await trajectory('replace')
  const summaries = ['', 'So far $q$ by modus ponens.', 'So far $s$ by modus ponens.', 'So far $s$ by modus ponens.']
  expect(states.map((s) => [s.turn, s.summary])).toEqual(summaries.map((summary, i) => [i + 1, summary]))
  expect(policy.prompts).toEqual(summaries.slice(0, 3).map((summary) => (promptIds(text, summary) as { value: number[] }).value))
  expect(promptState(states[3]!)).toEqual({ problem, turn: 4, prompt: (promptIds(text, summaries[3]) as { value: number[] }).value })
  // The summariser sees the thinking and not the answer, is asked three times, and never trained.
  expect(summariser.prompts[0]).toEqual((summariserPromptIds(text, '', thought) as { value: number[] }).value)
  expect([summariser.prompts.length, summariser.trained.length, policy.trained.length]).toEqual([3, 0, 0])
})

test('appended summaries stand one behind the other', async () => {
  const { states } = await trajectory('append')
  expect(states[2]!.summary).toBe('So far $q$ by modus ponens. So far $s$ by modus ponens.')
})

test('two of four states without replacement, every turn about as often', async () => {
  const { states } = await trajectory('replace')
  const random = Random.seed(1)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 2000; i++) {
    const [a, b] = drawStates(states, 2, random)
    expect(a!.turn).not.toBe(b!.turn)
    for (const { turn } of [a!, b!]) counts[turn - 1]!++
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100) // 4.5 deviations of √(2000·½·½)
})

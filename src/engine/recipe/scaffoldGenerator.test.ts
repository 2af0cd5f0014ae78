/** Scaffolds over many problems together, with scripted models: calls, tokens, and who is asked what. */
import { expect, test } from 'vitest'
import { neverStop } from '../../base/stop'
import { deepseekMath } from '../../posttrain/scaffolds/deepseekMath'
import { reasoningCache, single } from '../../posttrain/scaffolds/simple'
import { tinyDialect } from '../../posttrain/scaffolds/tinyDialect'
import { rsa } from '../../posttrain/scaffolds/tournament'
import { encode, EOS, FALLS, promptIds, STANDS, SUMMARY_PROMPT } from '../../proofs/tinyProofs/vocabulary'
import { scriptedModel } from '../loops/scriptedModel'
import { runTogether } from './scaffoldGenerator'

const ids = (text: string) => (encode(text) as { value: number[] }).value
const problems = ['Assume $p$, $p \\to q$. Prove $q$.', 'Assume $q$, $q \\to s$. Prove $s$.'].map((problem) => ({ problem, rubric: '', prompt: (promptIds(problem) as { value: number[] }).value }))
const proof = '$q$ by modus ponens. Qed.'
const SUMMARISE = ids(SUMMARY_PROMPT)[0]!
const speakers = (stands: boolean) => ({
  policy: scriptedModel(() => [...ids(`so $q$. </think> ${proof}`), EOS]),
  assistant: scriptedModel((prompt) => (prompt.includes(SUMMARISE) ? [...ids('So far $q$ by modus ponens.'), EOS] : [stands ? STANDS : FALLS, EOS])),
  temperature: 0.8, summaryTemperature: 0.7, maxNewTokens: 20, summaryTokens: 10,
})
const run = (scaffold: Parameters<typeof runTogether>[0], own: ReturnType<typeof speakers>) => runTogether(scaffold, problems, own, 1, neverStop, () => Promise.resolve(), () => undefined)
const written = ids(`so $q$. </think> ${proof}`).length + 1

test('a single attempt: one call a problem, its tokens, its proof', async () => {
  const [first, second] = (await run(single(tinyDialect), speakers(true)))!
  expect(first).toEqual({ proof, from: 'solve', isFinished: true, calls: 1, outputTokens: written })
  expect(second!.calls).toBe(1)
})

test('the cache: three attempts and two summaries; the second prompt holds the first summary', async () => {
  const own = speakers(true)
  const [first] = (await run(reasoningCache(tinyDialect), own))!
  expect([first!.calls, first!.outputTokens]).toEqual([5, 3 * written + 2 * 5])
  expect(own.policy.prompts[2]).toEqual((promptIds(problems[0]!.problem, 'So far $q$ by modus ponens.') as { value: number[] }).value)
})

test('verdicts stop the refinement, or ask for all of it', async () => {
  const settings = { poolSize: 2, verifications: 3, reviewsPerRefinement: 1, iterations: 1 }
  expect((await run(deepseekMath(tinyDialect, settings), speakers(true)))![0]!.calls).toBe(2 + 6)
  expect((await run(deepseekMath(tinyDialect, settings), speakers(false)))![0]!.calls).toBe(2 * (2 + 6))
})

test('aggregation merges from shared lines and ends in a knockout', async () => {
  const own = speakers(true)
  const [first] = (await run(rsa(tinyDialect, { solutions: 3, rounds: 1, blockSize: 2 }), own))!
  expect(first!.calls).toBe(3 + 3 + 2)
  expect(own.policy.prompts).toContainEqual((promptIds(problems[0]!.problem, 'So far $q$ by modus ponens.') as { value: number[] }).value)
})

test('a turn that never ends its thinking has no proof, and is not finished', async () => {
  const own = { ...speakers(true), policy: scriptedModel(() => ids('so $q$. so $q$. so $q$.')), maxNewTokens: 9 }
  expect((await run(single(tinyDialect), own))![0]).toMatchObject({ proof: '', from: null, isFinished: false })
})

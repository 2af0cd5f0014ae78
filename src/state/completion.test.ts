import { describe, expect, test } from 'vitest'
import { fail, ok, type Result } from '../base/result'
import type { Generated, GenerateFault, LoadedModel, OnTokens } from '../../workers/engine/protocolModels'
import type { ChatMessage, ModelsApi } from '../../workers/models/protocol'
import { createCompletionStore, type Sampling } from './completion'

const model = { modelId: 'a', endIds: [9], context: 64 } as unknown as LoadedModel
const sampling: Sampling = { temperature: 0, maxNewTokens: 8, seed: 1 }
const end = { reason: 'length' as const, promptTokens: 3, newTokens: 4, promptMs: 5, decodeMs: 300 }
const generated = (tokens: number[], over: Partial<Generated> = {}): Result<Generated, GenerateFault> => ok({ ...end, newTokens: tokens.length, tokens, logprobs: tokens.map(() => -0.5), ...over })

/** Letters for tokens: 1 is "a". The last character of each push is held back until the end, as half a character would be. */
function scripted() {
  let clock = 0
  let onTokens: OnTokens = () => {}
  let finish: (result: Result<Generated, GenerateFault>) => void = () => {}
  const asked: { prompts: ChatMessage[][]; requests: unknown[]; stops: number } = { prompts: [], requests: [], stops: 0 }
  let held = ''
  const text = {
    prompt: (_: string, messages: ChatMessage[]) => (asked.prompts.push([...messages]), Promise.resolve(ok({ text: '', ids: [1, 2, 3], opensThinking: true }))),
    proofPrompt: () => Promise.resolve(ok({ text: '', ids: [1, 2, 3], opensThinking: true })),
    openStream: () => ((held = ''), Promise.resolve(ok('s'))),
    pushTokens: (_: string, tokens: number[], isLast: boolean) => {
      held += tokens.map((t) => String.fromCharCode(96 + t)).join('')
      const told = isLast ? held : held.slice(0, -1)
      held = held.slice(told.length)
      return Promise.resolve(told)
    },
  } as unknown as ModelsApi
  const engine = {
    generate: (request: unknown, listen: OnTokens) => (asked.requests.push(request), (onTokens = listen), new Promise<Result<Generated, GenerateFault>>((resolve) => (finish = resolve))),
    stopModel: () => Promise.resolve(void asked.stops++),
  }
  const store = createCompletionStore(text, engine, () => clock)
  return { store, asked, get: () => store.getState(), at: (ms: number) => (clock = ms), tokens: (...ids: number[]) => onTokens(ids), finish: (r: Result<Generated, GenerateFault>) => finish(r), text, engine }
}
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

test('tokens and text arrive as they are made; what was not told before comes with the end', async () => {
  const { get, at, tokens, finish, asked } = scripted()
  const running = get().run(model, { kind: 'prove', problem: 'p' }, sampling)
  await settled()
  expect(get().current).toMatchObject({ status: 'reading', promptTokens: 3, opensThinking: true })
  expect(asked.requests).toEqual([{ ...sampling, promptIds: [1, 2, 3], endIds: [9] }])
  at(100)
  tokens(1)
  at(300)
  tokens(2, 3)
  await settled()
  expect(get().current).toMatchObject({ status: 'writing', tokens: [1, 2, 3], text: 'ab', speed: 10 })
  finish(generated([1, 2, 3, 4]))
  await running
  expect(get().current).toMatchObject({ status: 'done', tokens: [1, 2, 3, 4], text: 'abcd', speed: 10, logprob: -2, stopMs: null, end: { reason: 'length', newTokens: 4 } })
  tokens(5) // a late word
  expect(get().current?.tokens).toEqual([1, 2, 3, 4])
})

test('a model without a tokenizer: tokens in, tokens out, no text', async () => {
  const { get, finish, asked } = scripted()
  const running = get().run(model, { kind: 'ids', ids: [7, 8] }, sampling)
  await settled()
  finish(generated([5]))
  await running
  expect(asked.requests[0]).toMatchObject({ promptIds: [7, 8] })
  expect(get().current).toMatchObject({ status: 'done', tokens: [5], text: null, speed: null })
})

test('a chat remembers its turns, the thinking with its opening tag; another model begins anew', async () => {
  const { get, finish, asked } = scripted()
  for (const message of ['one', 'two']) {
    const running = get().run(model, { kind: 'chat', message, think: true }, sampling)
    await settled()
    finish(generated([1, 2]))
    await running
  }
  expect(asked.prompts[1]).toEqual([{ role: 'user', content: 'one' }, { role: 'assistant', content: '<think>\nab' }, { role: 'user', content: 'two' }])
  expect(get().turns.length).toBe(4)
  const other = get().run({ ...model, modelId: 'b' }, { kind: 'chat', message: 'three', think: true }, sampling)
  await settled()
  expect(asked.prompts[2]).toEqual([{ role: 'user', content: 'three' }])
  finish(generated([1]))
  await other
  get().clear()
  expect([get().turns, get().current]).toEqual([[], null])
})

describe('a stop', () => {
  test('is measured from the press to the answer', async () => {
    const { get, at, tokens, finish, asked } = scripted()
    const running = get().run(model, { kind: 'ids', ids: [1] }, sampling)
    await settled()
    tokens(1)
    at(1000)
    await get().stop()
    at(1042)
    finish(generated([1, 2], { reason: 'stopped' }))
    await running
    expect(asked.stops).toBe(1)
    expect(get().current).toMatchObject({ status: 'done', stopMs: 42, end: { reason: 'stopped' } })
  })
  test('before the engine has begun never reaches it', async () => {
    const { get, asked } = scripted()
    const running = get().run(model, { kind: 'prove', problem: 'p' }, sampling)
    await get().stop()
    await running
    expect(asked.requests).toEqual([])
    expect(get().current).toMatchObject({ status: 'failed', failure: { kind: 'cancelled' } })
  })
})

describe('a failure', () => {
  test('of the prompt, the engine or a dead worker is told, and the next one may run', async () => {
    const { get, finish, text } = scripted()
    const prompt = text.proofPrompt
    text.proofPrompt = () => Promise.resolve(fail('badTemplate', 'The chat template failed.'))
    await get().run(model, { kind: 'prove', problem: 'p' }, sampling)
    expect(get().current).toMatchObject({ status: 'failed', failure: { kind: 'badTemplate' } })
    text.proofPrompt = () => Promise.reject(new Error('The models worker stopped: boom.'))
    await get().run(model, { kind: 'prove', problem: 'p' }, sampling)
    expect(get().current).toMatchObject({ status: 'failed', failure: { kind: 'worker', what: 'The models worker stopped: boom.' } })
    text.proofPrompt = prompt
    const running = get().run(model, { kind: 'prove', problem: 'p' }, sampling)
    await settled()
    finish(fail('device', 'The device was lost: gone'))
    await running
    expect(get().current).toMatchObject({ status: 'failed', failure: { kind: 'device' } })
  })
  test('while one is being written, another is not begun', async () => {
    const { get, finish, asked } = scripted()
    const running = get().run(model, { kind: 'ids', ids: [1] }, sampling)
    await settled()
    await get().run(model, { kind: 'ids', ids: [2] }, sampling)
    expect(asked.requests.length).toBe(1)
    finish(generated([1]))
    await running
  })
})

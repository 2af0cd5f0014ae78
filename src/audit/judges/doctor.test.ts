import { expect, test } from 'vitest'
import { diagnose, type Facts } from './doctor'
import { parseEndpoint } from './endpoint'

const endpoint = (typed: string) => {
  const parsed = parseEndpoint(typed)
  if (!parsed.ok) throw new Error(parsed.what)
  return parsed.value
}
const answer = (status: number, told = '') => ({ kind: 'status', status, told }) as const
const well: Facts = {
  endpoint: endpoint('http://localhost:8000/v1'), model: 'qwen', page: { origin: 'https://lab.example', isEncrypted: true, network: 'public' }, hasKey: true,
  models: { probe: answer(200), ids: ['qwen', 'llama'] }, answersBlind: null, answersUnderV1: null, localPermission: 'granted',
  chat: { probe: answer(200), isStream: true, finish: 'stop', hasUsage: true }, jsonMode: answer(200), logprobs: { probe: answer(200), isThere: true },
}
const blocked = { models: { probe: { kind: 'blocked' } as const, ids: null }, chat: null, jsonMode: null, logprobs: null }
const first = (over: Partial<Facts>) => diagnose({ ...well, ...over }).find((f) => f.state !== 'good')

test('a healthy endpoint: everything is said to be well', () => {
  expect(diagnose(well).map((f) => [f.id, f.state])).toEqual([['reach', 'good'], ['model', 'good'], ['chat', 'good'], ['streaming', 'good'], ['json', 'good'], ['logprobs', 'good']])
})

test.each<[string, Partial<Facts>, string, RegExp]>([
  ['nothing listens', { ...blocked, answersBlind: false }, 'reach', /Nothing answers/],
  ['CORS', { ...blocked, answersBlind: true }, 'cors', /CORS/],
  ['permission asked for', { ...blocked, answersBlind: false, localPermission: 'prompt' }, 'permission', /asks/],
  ['permission denied', { ...blocked, answersBlind: false, localPermission: 'denied' }, 'permission', /told not to/],
  ['mixed content', { ...blocked, answersBlind: false, endpoint: endpoint('http://api.example/v1') }, 'mixed', /mixed content/],
  ['too slow', { ...blocked, models: { probe: { kind: 'timeout' }, ids: null } }, 'reach', /in time/],
  ['no key', { hasKey: false, models: { probe: answer(401), ids: null } }, 'key', /needed/],
  ['a wrong key', { models: { probe: answer(401, 'Incorrect API key'), ids: null } }, 'key', /not accepted/],
  ['/v1 forgotten', { endpoint: endpoint('http://localhost:8000'), models: { probe: answer(404), ids: null }, answersUnderV1: true }, 'path', /under \/v1/],
  ['another model', { model: 'gpt' }, 'model', /no model “gpt”/],
  ['a key without the right to chat', { chat: { ...well.chat!, probe: answer(403) } }, 'key', /may list models/],
  ['a model that is listed, not served', { chat: { ...well.chat!, probe: answer(404, 'model not found') } }, 'model', /does not serve/],
  ['no budget', { chat: { ...well.chat!, probe: answer(429) } }, 'chat', /too many/],
  ['a cut stream', { chat: { ...well.chat!, finish: null } }, 'chat', /broke off/],
  ['no streaming', { chat: { ...well.chat!, isStream: false } }, 'streaming', /does not stream/],
  ['no JSON mode', { jsonMode: answer(400) }, 'json', /No JSON mode/],
  ['no log-probabilities', { logprobs: { probe: answer(200), isThere: false } }, 'logprobs', /No token/],
])('%s is told apart, with what to do next', (_, over, id, words) => {
  const found = first(over)
  expect(found?.id).toBe(id)
  expect(found?.what).toMatch(words)
  expect(found?.next?.length).toBeGreaterThan(10)
})

test('what to copy holds this page’s origin, or the mended address', () => {
  expect(first({ ...blocked, answersBlind: true })!.copy).toBe('OLLAMA_ORIGINS="https://lab.example" ollama serve')
  expect(first({ endpoint: endpoint('http://localhost:8000'), models: { probe: answer(404), ids: null }, answersUnderV1: true })!.copy).toBe('http://localhost:8000/v1')
  expect(first({ model: '' })!.copy).toBe('qwen')
})

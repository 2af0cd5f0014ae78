import { expect, test } from 'vitest'
import type { Attempt } from '../../src/audit/judges/runner'
import { answered } from './ask'

const reply = (over: object): Attempt => ({ kind: 'reply', reply: { text: 'A', reasoning: '', finish: 'stop', promptTokens: 1, completionTokens: 1, error: null, hasLogprobs: false, ...over } })

test('a whole answer is taken', () => expect(answered(reply({}), 'm')).toEqual({ ok: true, value: 'A' }))

test.each<[string, Attempt, string, RegExp]>([
  ['out of tokens', reply({ finish: 'length' }), 'cut', /ran out of tokens/], ['cut off', reply({ finish: null }), 'cut', /middle of the answer/], ['empty', reply({ text: ' ' }), 'cut', /empty/],
  ['an error inside', reply({ error: 'overloaded' }), 'refused', /overloaded/], ['a status', { kind: 'status', status: 401, retryAfterMs: null, told: 'bad key' }, 'refused', /status 401\): bad key\.$/],
  ['a silence', { kind: 'timeout', told: 'The endpoint gave no first word after 3 s.' }, 'timeout', /no first word/], ['nobody there', { kind: 'network', told: 'The connection failed.' }, 'network', /connection failed/], ['taken back', { kind: 'stopped' }, 'cancelled', /taken back/],
])('%s is a failure of its own', (_, attempt, kind, what) => {
  expect(answered(attempt, 'm')).toMatchObject({ ok: false, kind, what: expect.stringMatching(what) as string })
})

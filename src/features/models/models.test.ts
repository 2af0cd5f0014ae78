import { expect, test } from 'vitest'
import { thoughtAndAnswer } from './answerParts'
import { automaticPrecisions, computedBy, duration, parameterText, parseIds } from './modelWords'

test.each([
  ['plain', false, { thought: null, answer: 'plain', isThinking: false }],
  ['thinking so far', true, { thought: 'thinking so far', answer: '', isThinking: true }],
  ['thought\n</think>\n\nanswer', true, { thought: 'thought', answer: 'answer', isThinking: false }],
  ['<think>\nthought\n</think>\nanswer', false, { thought: 'thought', answer: 'answer', isThinking: false }],
  ['<think>\nstill', false, { thought: 'still', answer: '', isThinking: true }],
  ['', true, { thought: '', answer: '', isThinking: true }],
])('%j splits into thought and answer', (text, opens, want) => {
  expect(thoughtAndAnswer(text, opens)).toEqual(want)
})

test.each([['1 2, 3', [1, 2, 3]], ['[4,5]', [4, 5]], ['', null], ['1 x', null], ['1.5', null], ['-1', null], ['99999999999999999999', null]])('%j as ids', (text, want) => {
  expect(parseIds(text)).toEqual(want)
})

test('counts and times as people write them', () => {
  expect([parameterText(12_345), parameterText(134_515_008), parameterText(4_022_468_096)]).toEqual(['12,345 parameters', '135 M parameters', '4.02 B parameters'])
  expect([duration(12.4), duration(1234)]).toEqual(['12 ms', '1.2 s'])
})

test.each([['F32', ['f32', 'f16', 'int4']], ['BF16', ['f16', 'int4']], ['BF16, F32', ['f32', 'f16', 'int4']]])('files in %s are kept as they are where that fits', (dtypes, want) => {
  expect(automaticPrecisions(dtypes)).toEqual(want)
})

test('what computes, in words', () => {
  expect(computedBy({ engine: 'fused', precision: 'int4' })).toBe('fused kernels, int4 (vocabulary int8)')
  expect(computedBy({ engine: 'reference', precision: 'f32' })).toBe('reference ops, float32 (slow)')
})

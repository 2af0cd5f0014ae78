import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitCompletion } from './completion'

it('takes what follows the last closing tag as the proof', () => {
  expect(splitCompletion('<think>\nplan\n</think>\n\n$q$ by modus ponens. Qed.<|im_end|>\n')).toEqual({
    reasoning: 'plan',
    proof: '$q$ by modus ponens. Qed.',
    isClosed: true,
  })
  expect(splitCompletion('plan</think>draft</think> final')).toEqual({ reasoning: 'plan</think>draft', proof: 'final', isClosed: true })
})

it('gives an empty proof when the thinking never ended', () => {
  expect(splitCompletion('<think>$q$ by modus ponens. Qed.')).toEqual({ reasoning: '$q$ by modus ponens. Qed.', proof: '', isClosed: false })
  expect(splitCompletion('')).toEqual({ reasoning: '', proof: '', isClosed: false })
  expect(splitCompletion('plan<|im_end|>')).toEqual({ reasoning: 'plan', proof: '', isClosed: false })
})

it('gives an empty proof when nothing follows the tag', () => {
  expect(splitCompletion('plan</think> <|im_end|><|endoftext|> <pad><pad>')).toEqual({ reasoning: 'plan', proof: '', isClosed: true })
})

it('keeps end tokens inside a proof, and every other character', () => {
  expect(splitCompletion('</think>a <|im_end|> b').proof).toBe('a <|im_end|> b')
  const inner = fc.string({ unit: 'binary' }).filter((text) => !text.includes('</think>'))
  fc.assert(
    fc.property(inner, inner, (reasoning, proof) => {
      const split = splitCompletion(`<think>${reasoning}</think>${proof}<|im_end|>`)
      expect(split).toEqual({ reasoning: reasoning.trim(), proof: proof.trim(), isClosed: true })
    }),
  )
})

it('stays linear on a megabyte of padding', () => {
  const started = performance.now()
  expect(splitCompletion(`</think>x${' <pad>'.repeat(200_000)}`).proof).toBe('x')
  expect(performance.now() - started).toBeLessThan(1000)
})

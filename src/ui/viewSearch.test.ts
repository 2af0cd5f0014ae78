import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes } from './bytes'
import { parseView, viewText } from './viewSearch'

test('values stay the text they are', () => {
  expect(parseView('?run=007&on=true&q=a%20b%26c')).toEqual({ run: '007', on: 'true', q: 'a b&c' })
})

test('what is not set leaves no trace', () => {
  expect(viewText({})).toBe('')
  expect(viewText({ a: undefined, b: '', c: null, d: 0, e: 'x y' })).toBe('?d=0&e=x+y')
})

test('every view survives the URL', () => {
  const views = fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, unit: 'grapheme' }))
  fc.assert(
    fc.property(views, (view) => {
      expect(Object.entries(parseView(viewText(view)))).toEqual(Object.entries(view))
    }),
  )
})

test.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 KB'], [312_400, '312 KB'], [4_140_000_000, '4.1 GB'], [Number.NaN, '—'], [-1, '—']])('%d bytes read %s', (count, text) => {
  expect(bytes(count)).toBe(text)
})

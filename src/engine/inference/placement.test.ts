import { expect, test } from 'vitest'
import { SLOT_WORDS } from '../kernels/cacheFormat'
import { Pacer } from './pacer'
import { placePrompts } from './placement'

test('equal prompts share their rows; every sequence has rows of its own for all tokens but the last', () => {
  const { prompts, state, most } = placePrompts([[1, 2], [1, 2], [12], [1, 2]], 5, 6)
  expect(prompts).toEqual([
    { ids: [1, 2], start: 0, slots: [0, 1, 3] },
    { ids: [12], start: 2, slots: [2] },
  ])
  expect(most).toEqual([4, 4, 5, 4])
  const rows = Array.from({ length: 4 }, (_, slot) => [...state.subarray(slot * SLOT_WORDS, slot * SLOT_WORDS + 5)])
  expect(rows).toEqual([[0, 2, 3, 0, 0], [0, 2, 6, 0, 0], [2, 1, 12, 0, 0], [0, 2, 9, 0, 0]])
})

test('prompts that look alike when joined are told apart', () => {
  expect(placePrompts([[1, 23], [12, 3]], 1, 10).prompts.length).toBe(2)
})

test('a full batch of full contexts fits the rows of the cache', () => {
  const [context, rows] = [10, 3]
  const { state, most } = placePrompts([[1, 2, 3], [4], [5, 6]], 100, context)
  const ends = most.map((m, slot) => state[slot * SLOT_WORDS + 2]! + m - 1)
  expect(Math.max(...ends)).toBeLessThanOrEqual(context * rows)
})

test('the pacer begins with one unit, doubles on a fast adapter, and steps back at once on a slow one', () => {
  const pacer = new Pacer()
  const taken: number[] = []
  for (let i = 0; i < 8; i++) {
    taken.push(pacer.units)
    pacer.took(pacer.units, pacer.units) // 1 ms a unit
  }
  expect(taken[0]).toBe(1)
  expect(taken.at(-1)).toBeGreaterThan(35)
  expect([...taken].sort((a, b) => a - b)).toEqual(taken)
  pacer.took(400, 4)
  expect(pacer.units).toBe(1)
})

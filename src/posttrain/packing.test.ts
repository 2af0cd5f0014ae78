import { describe, expect, test } from 'vitest'
import { pack, type TrainedSequence } from './packing'

const trained = (prompt: number[], completion: number[], more: Partial<TrainedSequence> = {}): TrainedSequence => ({
  prompt, completion, weights: completion.map(() => 1), advantage: null, behaviour: null, reference: null, ...more,
})

describe('one batch', () => {
  const [batch, ...others] = pack(
    [
      trained([1, 2, 3], [4, 5], { weights: [0.5, 0.25], advantage: -2, behaviour: [-1, -2], reference: [-3, -4] }),
      trained([6], [7, 8], { weights: [0, 3], advantage: 9 }),
    ],
    100,
  )
  const b = batch!

  test('rows are all tokens but each last one, in order', () => {
    expect(others).toEqual([])
    expect(b.rows).toBe(6)
    expect([...b.ids]).toEqual([1, 2, 3, 4, 6, 7])
  })

  test('a row knows where its own sequence begins and ends', () => {
    expect([...b.first]).toEqual([0, 0, 0, 0, 4, 4])
    expect([...b.end]).toEqual([4, 4, 4, 4, 6, 6])
  })

  test('a completion token is the target of the row before it; weight 0 leaves it out', () => {
    expect([...b.pick]).toEqual([2, 3, 5])
    expect([...b.targets]).toEqual([4, 5, 8])
    expect([...b.weights]).toEqual([0.5, 0.25, 3])
  })

  test('the loss is told what belongs to each target, 0 where there is nothing', () => {
    expect([...b.advantages]).toEqual([-2, -2, 9])
    expect([...b.behaviour]).toEqual([-1, -2, 0])
    expect([...b.reference]).toEqual([-3, -4, 0])
  })
})

describe('limits', () => {
  const rowsOf = (lengths: number[], most: number) => pack(lengths.map((n) => trained([0], Array<number>(n).fill(1))), most).map((b) => b.rows)

  test('a batch is filled to the last row, in order, and a sequence is never split', () => {
    expect(rowsOf([3, 4, 3], 10)).toEqual([10])
    expect(rowsOf([3, 4, 4], 10)).toEqual([7, 4])
    expect(rowsOf([1, 9, 2, 8, 1], 10)).toEqual([10, 10, 1])
  })

  test('a sequence may fill a batch alone; one longer than any batch is refused in numbers', () => {
    expect(rowsOf([10], 10)).toEqual([10])
    expect(() => rowsOf([2, 11], 10)).toThrow(RangeError)
    expect(() => rowsOf([11], 10)).toThrow('A sequence of 12 tokens is longer than the 10 rows of a batch')
  })

  test('every batch counts its rows from 0', () => {
    const [, second] = pack([trained([1], [2, 3]), trained([4, 5], [6])], 2)
    expect([...second!.first, ...second!.end, ...second!.pick]).toEqual([0, 0, 2, 2, 1])
  })
})

describe('edges', () => {
  test('nothing gives no batch', () => expect(pack([], 10)).toEqual([]))

  test('a single token has no row and no target', () => {
    const [batch] = pack([trained([], [7])], 10)
    expect([batch!.rows, batch!.pick.length]).toEqual([0, 0])
  })

  test('without a prompt the first token is given, not trained', () => {
    const [batch] = pack([trained([], [7, 8, 9])], 10)
    expect([...batch!.ids]).toEqual([7, 8])
    expect([...batch!.targets]).toEqual([8, 9])
  })

  test('a prompt alone is read and nothing of it is trained', () => {
    const [batch] = pack([trained([1, 2, 3], [])], 10)
    expect([batch!.rows, batch!.pick.length]).toEqual([2, 0])
  })

  test('weights that are all 0 leave the rows and no target', () => {
    const [batch] = pack([trained([1], [2, 3], { weights: [0, 0] })], 10)
    expect([batch!.rows, batch!.pick.length, batch!.targets.length]).toEqual([2, 0, 0])
  })
})

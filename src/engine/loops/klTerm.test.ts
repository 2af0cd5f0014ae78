/** The KL term through a whole run: the policy of the stage's start is the reference, after a resumption too. */
import { beforeAll, expect, test } from 'vitest'
import type { Checkpoint } from '../checkpoint'
import { ReferenceModel } from '../model/referenceModel'
import { openNodeWasm } from '../node'
import { shortRun } from './shortRun'

const run = (klCoefficient: number, checkpoint: Checkpoint | null = null) => shortRun((config, state) => new ReferenceModel(config, state), klCoefficient, checkpoint)

beforeAll(openNodeWasm)

test('it is 0 before the first update and positive after; without a coefficient nothing is frozen', async () => {
  const { points, checkpoints } = await run(0.01)
  const kl = points.filter((p) => p.stage === 'grpo').map((p) => p.values.kl!)
  expect(kl[0]).toBeLessThan(1e-9)
  expect(kl[3]).toBeGreaterThan(1e-5)
  expect(checkpoints.get(3)!.reference).toBeUndefined() // the stage had not begun
  expect(checkpoints.get(4)!.reference).toEqual(checkpoints.get(3)!.parameters)
  expect(checkpoints.get(7)!.reference).toEqual(checkpoints.get(3)!.parameters)

  const without = await run(0)
  expect(without.points.every((p) => p.values.kl === undefined)).toBe(true)
  expect(without.checkpoints.get(7)!.reference).toBeUndefined()
})

test('a run resumed in the middle of the stage, or at its start, ends on the same bits', async () => {
  const straight = await run(0.05)
  for (const from of [3, 5]) {
    const resumed = await run(0.05, straight.checkpoints.get(from)!)
    expect(resumed.points).toEqual(straight.points.slice(from))
    expect(resumed.checkpoints.get(7)).toEqual(straight.checkpoints.get(7))
  }
})

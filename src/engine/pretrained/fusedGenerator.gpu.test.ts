import { expect, test } from 'vitest'
import { GpuContext } from '../gpu/context'
import { openNodeGpu } from '../node'
import type { OpenedGpu } from '../device'
import { goldenModel } from '../model/goldenModel'
import { FusedGenerator } from './fusedGenerator'
import { describeGenerator } from './generatorCases'
import { planModel } from './openGenerator'

let opened: OpenedGpu | null = null
const gpu = async () => (opened ??= await openNodeGpu())

describeGenerator('fused generator', 24, async () => {
  const context = new GpuContext((await gpu()).device, true)
  return { load: (...args) => FusedGenerator.load(context, ...args), held: () => context.bytes }
})

test('the plan names the engine and refuses in numbers', async () => {
  const { config } = goldenModel()
  expect(planModel(await gpu(), config, 128, 1e9)).toMatchObject({ ok: true, value: { engine: 'fused' } })
  expect(planModel(await gpu(), { ...config, head_dim: 30 }, 128, 1e9)).toMatchObject({ ok: true, value: { engine: 'reference' } })
  expect(planModel(await gpu(), config, 128, 1e5)).toMatchObject({ ok: false, kind: 'tooLarge', what: expect.stringMatching(/^It needs \d\.\d MB \(.*the budget is 0\.1 MB/) as string })
})

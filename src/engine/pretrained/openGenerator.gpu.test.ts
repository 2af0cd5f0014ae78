import { expect, test } from 'vitest'
import type { OpenedGpu } from '../device'
import { goldenModel } from '../model/goldenModel'
import { openNodeGpu } from '../node'
import { planModel } from './openGenerator'

test('the plan names engine and precision, takes the first that fits, and refuses in numbers', async () => {
  const gpu: OpenedGpu = await openNodeGpu()
  const { config } = goldenModel()
  expect(planModel(gpu, config, 128, 1e9, ['f32', 'int4'])).toMatchObject({ ok: true, value: { engine: 'fused', precision: 'f32' } })
  expect(planModel(gpu, config, 128, 1e9, ['f16'])).toMatchObject({ ok: true, value: { engine: 'fused', precision: 'f16' } })
  const exact = planModel(gpu, config, 128, 1e9, ['f32'])
  const packed = planModel(gpu, config, 128, 1e9, ['int4'])
  if (!exact.ok || !packed.ok) throw new Error('both fit a gigabyte')
  const between = (exact.value.estimate.totalBytes + packed.value.estimate.totalBytes) / 2
  expect(planModel(gpu, config, 128, between, ['f32', 'f16', 'int4'])).toMatchObject({ ok: true, value: { precision: expect.stringMatching(/f16|int4/) as string } })
  expect(planModel(gpu, { ...config, head_dim: 30 }, 128, 1e9, ['int4'])).toMatchObject({ ok: true, value: { engine: 'reference', precision: 'f32' } })
  expect(planModel(gpu, config, 128, 1e5, ['f32', 'int4'])).toMatchObject({ ok: false, kind: 'tooLarge', what: expect.stringMatching(/^It needs 0\.\d MB \(.*the budget is 0\.1 MB/) as string })
  gpu.device.destroy()
})

/** A whole run of adapters beside frozen weights: fine-tuning, then reinforcement with the KL term against the base. */
import { expect, test } from 'vitest'
import { PRESETS } from '../../posttrain/presets'
import { FrozenBase } from '../fused/frozenBase'
import { adapterLayout } from '../fused/loraLayout'
import { testGpu } from '../kernels/runKernel'
import { initialParameters } from '../model/parameters'
import { adapterOpener } from '../openModel'
import { PROJECTIONS } from '../pretrained/lora'
import { shortRun } from './shortRun'

const { model } = PRESETS.micro!
const adapter = { r: 4, alpha: 8, targets: PROJECTIONS, isRankStabilised: false }

test('the base is the reference of the whole run; checkpoints hold the adapter, and continue it bit for bit beside the same base only', async () => {
  const gpu = await testGpu()
  const before = gpu.bytes
  const base = await FrozenBase.upload(gpu, model, initialParameters(model, 3))
  const straight = await shortRun(adapterOpener(base, adapter, 1), 0.05)
  const kl = straight.points.filter((p) => p.stage === 'grpo').map((p) => p.values.kl!)
  expect(kl[0]).toBeGreaterThan(1e-6) // fine-tuning has led the adapter away from the base
  const { size } = adapterLayout(model, adapter)
  for (const checkpoint of straight.checkpoints.values()) {
    expect(checkpoint.adapter).toEqual({ config: adapter, base: base.fingerprint })
    expect(checkpoint.parameters.length).toBe(size)
    expect(checkpoint.reference).toBeUndefined()
  }
  for (const from of [2, 3, 5]) {
    const resumed = await shortRun(adapterOpener(base, adapter, 1), 0.05, straight.checkpoints.get(from)!)
    expect(resumed.points).toEqual(straight.points.slice(from))
    expect(resumed.checkpoints.get(7)).toEqual(straight.checkpoints.get(7))
  }
  const other = await FrozenBase.upload(gpu, model, initialParameters(model, 4))
  await expect(shortRun(adapterOpener(other, adapter, 1), 0.05, straight.checkpoints.get(3)!)).rejects.toThrow(/fingerprint .* Load the model that the run started from/)
  other.dispose()
  base.dispose()
  expect(gpu.bytes).toBe(before)
})

/** Our two implementations as contestants: the fused kernels, and the tfjs ops that they are held against. */
import { FusedModel } from '../../src/engine/fused/fusedModel'
import type { GpuContext } from '../../src/engine/gpu/context'
import { ReferenceModel } from '../../src/engine/model/referenceModel'
import type { PolicyModel } from '../../src/engine/policyModel'
import type { Contestant } from './contestant'
import { LEARNING_RATE, sequencesOf, SETTINGS, type Workload } from './workload'

function contestant(name: string, work: Workload, model: PolicyModel): Contestant {
  const sequences = sequencesOf(work)
  return {
    name,
    step: async () => (await model.step(sequences, { kind: 'crossEntropy' }, LEARNING_RATE, SETTINGS)).loss!,
    dispose: () => model.dispose(),
  }
}

export function openFused(gpu: GpuContext, work: Workload): Contestant {
  return contestant('fused', work, FusedModel.create(gpu, work.config, { parameters: work.parameters }))
}

export function openReference(work: Workload): Contestant {
  return contestant('tfjs reference with hand-written gradients', work, new ReferenceModel(work.config, { parameters: work.parameters }))
}

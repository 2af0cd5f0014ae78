import * as tf from '@tensorflow/tfjs-core'
import { openNodeWasm } from '../node'
import { describeGenerator } from './generatorCases'
import { ReferenceGenerator } from './referenceGenerator'

describeGenerator('reference generator on wasm', 24, async () => {
  await openNodeWasm()
  return { load: ReferenceGenerator.load, held: () => tf.memory().numTensors }
})

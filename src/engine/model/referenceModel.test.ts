import { openNodeWasm } from '../node'
import { describePolicyModel } from '../policyModelCases'
import { ReferenceModel } from './referenceModel'

describePolicyModel('reference policy on wasm', 24, async () => {
  await openNodeWasm()
  return (config, state) => new ReferenceModel(config, state)
})

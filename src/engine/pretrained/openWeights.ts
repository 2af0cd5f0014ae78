/** Config and weights of a model folder, held against each other; what an engine needs, and nothing of text. */
import { fail, ok, type Result } from '../../base/result'
import { parseConfig, type ConfigFault, type PretrainedConfig } from './config'
import { readAdapter, type Adapter, type AdapterFault } from './lora'
import { placeWeights, type ModelFiles, type PlacedTensor, type WeightsFault } from './weightFiles'

export type ModelFault = ConfigFault | WeightsFault | 'noConfig'

export const CONFIG = 'config.json'
export const CONFIG_LIMIT = 1_000_000

export interface CheckedWeights {
  readonly pretrained: PretrainedConfig
  readonly placed: readonly PlacedTensor[]
}

/** The config, and where each of its tensors lies; headers are read, weights are not. */
export async function checkWeights(files: ModelFiles): Promise<Result<CheckedWeights, ModelFault>> {
  const source = files.get(CONFIG)
  if (!source) return fail('noConfig', 'There is no config.json.', { where: 'Model folder', next: 'Add it.' })
  if (source.size > CONFIG_LIMIT) return fail('unreadableConfig', `The file has ${source.size} bytes; expected at most ${CONFIG_LIMIT}.`, { where: '`config.json`', next: 'Download the model again.' })
  const config = parseConfig(new TextDecoder().decode(await source.slice(0, source.size)))
  if (!config.ok) return config
  const placed = await placeWeights(files, config.value.config)
  return placed.ok ? ok({ pretrained: config.value, placed: placed.value }) : placed
}

export interface OpenedModel extends CheckedWeights {
  readonly adapter: Adapter | null
}

/** A model with the adapter to be merged into it; checked anew, since files behind a handle may have changed. */
export async function openPretrained(files: ModelFiles, adapterFiles: ModelFiles | null): Promise<Result<OpenedModel, ModelFault | AdapterFault>> {
  const checked = await checkWeights(files)
  if (!checked.ok) return checked
  if (!adapterFiles) return ok({ ...checked.value, adapter: null })
  const adapter = await readAdapter(adapterFiles, checked.value.pretrained.config)
  return adapter.ok ? ok({ ...checked.value, adapter: adapter.value }) : adapter
}

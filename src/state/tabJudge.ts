/** The pretrained model that is loaded in this tab, asked like an endpoint. */
import { fail } from '../base/result'
import { modelEngine } from '../../workers/engine/client'
import type { LoadedModel, ModelEngineApi } from '../../workers/engine/protocolModels'
import type { AskTab } from '../../workers/judge/protocol'
import { modelsClient } from '../../workers/models/client'
import type { ModelsApi } from '../../workers/models/protocol'

/** From this length of reply on, a model that can think is let think. */
const THINKING_TOKENS = 1024

/** Rules and proof go in one user turn: not every template has a system turn. */
export function tabJudge(model: LoadedModel, text: Pick<ModelsApi, 'prompt' | 'openStream' | 'pushTokens'> = modelsClient, engine: Pick<ModelEngineApi, 'generate'> = modelEngine): AskTab {
  return async ({ system, user }, { mostNewTokens, temperature, seed }) => {
    const prompt = await text.prompt(model.modelId, [{ role: 'user', content: system === '' ? user : `${system}\n\n${user}` }], mostNewTokens >= THINKING_TOKENS)
    if (!prompt.ok) return prompt
    const stream = await text.openStream(model.modelId)
    if (!stream.ok) return stream
    const room = model.context - prompt.value.ids.length
    if (room < 1) return fail('tooLong', `The prompt has ${prompt.value.ids.length} tokens; the model was loaded for ${model.context}.`)
    const result = await engine.generate({ temperature, seed, maxNewTokens: Math.min(room, mostNewTokens), promptIds: prompt.value.ids, endIds: model.endIds }, () => {})
    if (!result.ok) return result
    if (result.value.reason === 'stopped') return fail('stopped', 'The model was stopped.')
    const written = await text.pushTokens(stream.value, result.value.tokens, true)
    return { text: written, finish: result.value.reason === 'end' ? 'stop' : 'length', promptTokens: result.value.promptTokens, completionTokens: result.value.newTokens }
  }
}

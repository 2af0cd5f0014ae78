/** The model part of the engine's client. */
import { proxy } from 'comlink'
import { fail, type Failure } from '../../src/base/result'
import type { LabWorker } from '../labWorker'
import type { ModelEngineApi } from './protocolModels'

/** @param open starts the worker when there is none @param running the worker that runs, or null */
export function modelCalls(open: () => LabWorker<ModelEngineApi>, running: () => LabWorker<ModelEngineApi> | null): ModelEngineApi {
  const failed = (error: unknown): Failure<'device'> =>
    fail('device', error instanceof Error ? error.message : String(error), { where: 'Engine', next: 'Load the model again: the engine starts anew.' })
  return {
    async planModel(config, context, budgetBytes, precisions) {
      try {
        const engine = open()
        return await engine.call(engine.api.planModel(config, context, budgetBytes, precisions))
      } catch (error) {
        return failed(error)
      }
    },
    async loadModel(request, onProgress) {
      try {
        const engine = open()
        return await engine.call(engine.api.loadModel(request, proxy(onProgress)))
      } catch (error) {
        return failed(error)
      }
    },
    async generate(request, onTokens) {
      try {
        const engine = open()
        return await engine.call(engine.api.generate(request, proxy(onTokens)))
      } catch (error) {
        return failed(error)
      }
    },
    async stopModel() {
      const engine = running()
      if (engine) await engine.call(engine.api.stopModel())
    },
    async unloadModel() {
      const engine = running()
      if (engine) await engine.call(engine.api.unloadModel())
    },
    async loadedModel() {
      const engine = running() // asking is no reason to start the engine
      return engine ? engine.call(engine.api.loadedModel()) : null
    },
  }
}

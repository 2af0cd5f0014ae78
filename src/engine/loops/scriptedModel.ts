/** Test helper: a policy that says what it is told to, and keeps what it was trained on. */
import type { PolicyModel, StepRequest } from '../policyModel'
import { PRESETS } from '../../posttrain/presets'

export interface ScriptedModel extends PolicyModel {
  readonly prompts: (readonly number[])[]
  readonly trained: StepRequest[]
}

/** @param say completion tokens of a prompt; `row` counts inside one call of `sample`, `limit` cuts */
export function scriptedModel(say: (prompt: readonly number[], row: number) => readonly number[]): ScriptedModel {
  const prompts: (readonly number[])[] = []
  const trained: StepRequest[] = []
  const model: ScriptedModel = {
    config: PRESETS.micro!.model,
    engine: 'reference',
    prompts,
    trained,
    step: (sequences, objective, learningRate, settings) => {
      trained.push({ sequences, objective, learningRate, settings })
      return Promise.resolve({ loss: 0, grad_norm: 0 })
    },
    steps: async (some) => {
      const out: Record<string, number>[] = []
      for (const s of some) out.push(await model.step(s.sequences, s.objective, s.learningRate, s.settings))
      return out
    },
    sample: (asked, { maxNewTokens, eos }) => {
      prompts.push(...asked)
      return Promise.resolve(
        asked.map((prompt, row) => {
          const tokens = say(prompt, row).slice(0, maxNewTokens)
          return { tokens, logprobs: tokens.map(() => -0.5), isTruncated: tokens.at(-1) !== eos }
        }),
      )
    },
    logprobs: (sequences) => Promise.resolve(sequences.map((s) => new Float32Array(s.completion.length).fill(-0.5))),
    freezeReference: () => undefined,
    state: () => Promise.reject(new Error('a scripted model has no weights')),
    resetOptimiser: () => undefined,
    dispose: () => undefined,
  }
  return model
}

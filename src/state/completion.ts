/** What the loaded model is writing: prompt, tokens, text as it comes, speed. One completion at a time; it goes on while other places are open. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { fail, ok, type Failure, type Result } from '../base/result'
import { modelEngine } from '../../workers/engine/client'
import type { Generated, LoadedModel, ModelEngineApi } from '../../workers/engine/protocolModels'
import { modelsClient } from '../../workers/models/client'
import type { ChatMessage, ModelsApi } from '../../workers/models/protocol'

export type Ask =
  | { readonly kind: 'prove'; readonly problem: string }
  | { readonly kind: 'chat'; readonly message: string; readonly think: boolean }
  /** For a model without a tokenizer: tokens in, tokens out. */
  | { readonly kind: 'ids'; readonly ids: readonly number[] }

export interface Sampling {
  readonly temperature: number
  readonly maxNewTokens: number
  readonly seed: number
}

export interface Completion {
  readonly ask: Ask
  readonly status: 'reading' | 'writing' | 'done' | 'failed'
  readonly promptTokens: number
  readonly tokens: readonly number[]
  /** Null for a model without a tokenizer. */
  readonly text: string | null
  /** The completion begins inside `<think>`. */
  readonly opensThinking: boolean
  /** How it ended, with the engine's own times. */
  readonly end: Omit<Generated, 'tokens' | 'logprobs'> | null
  /** Sum of log π over the tokens, in nats; null until it has ended. */
  readonly logprob: number | null
  /** Tokens a second so far; null before the second token. */
  readonly speed: number | null
  /** From the press of Stop to the engine's answer, in milliseconds. */
  readonly stopMs: number | null
  readonly failure: Failure | null
}

export interface CompletionState {
  readonly modelId: string | null
  /** Earlier turns of the chat; a proof or plain ids stand alone. */
  readonly turns: readonly ChatMessage[]
  readonly current: Completion | null
  /** Completes; answers when it has ended, whatever way. */
  run(model: LoadedModel, ask: Ask, sampling: Sampling): Promise<void>
  stop(): Promise<void>
  clear(): void
}

export type CompletionStore = UseBoundStore<StoreApi<CompletionState>>

type TextSide = Pick<ModelsApi, 'prompt' | 'proofPrompt' | 'openStream' | 'pushTokens'>

/** A store over the text and the engine, given as arguments so that a test needs no mock. */
export function createCompletionStore(text: TextSide, engine: Pick<ModelEngineApi, 'generate' | 'stopModel'>, now: () => number): CompletionStore {
  let stopAt: number | null = null
  /** The stop came before the engine had begun. */
  let isStopped = false

  return create<CompletionState>()((set, get) => {
    const change = (patch: Partial<Completion>) => set(({ current }) => (current ? { current: { ...current, ...patch } } : {}))

    const promptOf = async (model: LoadedModel, ask: Ask): Promise<Result<{ readonly ids: readonly number[]; readonly opensThinking: boolean }>> => {
      if (ask.kind === 'ids') return ok({ ids: ask.ids, opensThinking: false })
      if (ask.kind === 'prove') return text.proofPrompt(model.modelId, ask.problem)
      return text.prompt(model.modelId, [...get().turns, { role: 'user', content: ask.message }], ask.think)
    }

    const complete = async (model: LoadedModel, ask: Ask, sampling: Sampling): Promise<Failure | null> => {
      const prompt = await promptOf(model, ask)
      if (!prompt.ok) return prompt
      const stream = ask.kind === 'ids' ? null : await text.openStream(model.modelId)
      if (stream && !stream.ok) return stream
      if (isStopped) return fail('cancelled', 'Stopped before the first token.')
      const { ids, opensThinking } = prompt.value
      change({ promptTokens: ids.length, opensThinking })

      let firstAt: number | null = null
      let told = 0
      let telling: Promise<void> = Promise.resolve()
      const tell = (tokens: readonly number[], isLast: boolean) => {
        told += tokens.length
        if (!stream) return
        telling = telling.then(async () => {
          const more = await text.pushTokens(stream.value, tokens, isLast)
          set(({ current }) => (current ? { current: { ...current, text: (current.text ?? '') + more } } : {}))
        })
        telling.catch(() => {}) // told below, once the engine has answered
      }
      const result = await engine.generate({ ...sampling, promptIds: ids, endIds: model.endIds }, (tokens) => {
        firstAt ??= now()
        const { current } = get()
        if (current?.status !== 'reading' && current?.status !== 'writing') return // a late word after the end
        const all = [...current.tokens, ...tokens]
        const seconds = (now() - firstAt) / 1000
        change({ status: 'writing', tokens: all, speed: all.length > 1 && seconds > 0 ? (all.length - 1) / seconds : null })
        tell(tokens, false)
      })
      const stopMs = stopAt === null ? null : now() - stopAt
      if (!result.ok) {
        await telling.catch(() => {})
        return result
      }
      const { tokens, logprobs, ...end } = result.value
      tell(tokens.slice(told), true)
      await telling
      const speed = end.newTokens > 1 && end.decodeMs > 0 ? ((end.newTokens - 1) / end.decodeMs) * 1000 : null
      change({ status: 'done', tokens, end, speed, stopMs, logprob: logprobs.reduce((a, b) => a + b, 0) })
      if (ask.kind === 'chat') set(({ turns, current }) => ({ turns: [...turns, { role: 'user', content: ask.message }, { role: 'assistant', content: spoken(current) }] }))
      return null
    }

    return {
      modelId: null, turns: [], current: null,

      async run(model, ask, sampling) {
        const { current, modelId } = get()
        if (current?.status === 'reading' || current?.status === 'writing') return
        stopAt = null
        isStopped = false
        if (modelId !== model.modelId) set({ modelId: model.modelId, turns: [] })
        set({ current: { ask, status: 'reading', promptTokens: 0, tokens: [], text: ask.kind === 'ids' ? null : '', opensThinking: false, end: null, logprob: null, speed: null, stopMs: null, failure: null } })
        try {
          const failure = await complete(model, ask, sampling)
          if (failure) change({ status: 'failed', failure })
        } catch (error) {
          change({ status: 'failed', failure: fail('worker', error instanceof Error ? error.message : String(error), { where: 'Models', next: 'Try again.' }) })
        }
      },
      async stop() {
        stopAt ??= now()
        isStopped = true
        await engine.stopModel()
      },
      clear: () => set(({ current }) => (current?.status === 'reading' || current?.status === 'writing' ? {} : { turns: [], current: null })),
    }
  })
}

/** The assistant's turn as the template wants it back: with the opening tag that the prompt had written. */
function spoken(current: Completion | null): string {
  return `${current?.opensThinking ? '<think>\n' : ''}${current?.text ?? ''}`
}

export const useCompletion: CompletionStore = createCompletionStore(modelsClient, modelEngine, () => performance.now())

/** Teachers as functions: a problem in, a reply out. */
import type { Failure } from '../base/result'
import type { Stop } from '../base/stop'
import type { DistilItem, TeacherReply } from '../posttrain/distil/distil'
import { referenceTeacher } from '../posttrain/distil/referenceTeacher'
import { splitCompletion } from '../proofs/completion'
import { PROOF_PROMPT } from '../proofs/tinyProofs/vocabulary'
import type { Teacher } from '../../workers/data/protocol'
import type { EngineClient } from '../../workers/engine/client'
import type { LoadedModel } from '../../workers/engine/protocolModels'
import type { AskTab, JudgeApi } from '../../workers/judge/protocol'

/** Until the first word, between two words, and in all: a thinking teacher is silent for long. */
const DEADLINES = { firstWordMs: 300_000, idleMs: 120_000, totalMs: 7_200_000 }

/** What the teachers ask; given, so that a test needs no mock. */
export interface TeacherDesk {
  readonly sample: EngineClient['sample']
  readonly complete: JudgeApi['complete']
  readonly loadedModel: () => Promise<LoadedModel | null>
  readonly tabOf: (model: LoadedModel) => AskTab
}

export type Teach = (item: DistilItem) => Promise<TeacherReply>

/** @param job names the requests of an endpoint, so that they can be ended together */
export function teacher(of: Teacher, job: string, desk: TeacherDesk, stop: Stop): Teach {
  switch (of.kind) {
    case 'reference':
      return async (item) => {
        await new Promise((resolve) => setTimeout(resolve)) // the page stays awake between two proofs
        return referenceTeacher(item, of.style, of.seed)
      }
    case 'run':
      return async (item) => {
        const result = await desk.sample(of.runId, item.problem, { count: 1, temperature: of.temperature, seed: of.seed + item.index })
        if (stop.aborted) return { kind: 'stopped' }
        if (!result.ok) return result.kind === 'badProblem' ? { kind: 'cannot', told: told(result) } : { kind: 'refused', told: told(result) }
        const { completion, tokens, isTruncated } = result.value[0]!
        return { kind: 'reply', ...splitCompletion(completion), isTruncated, tokens }
      }
    case 'tab':
      return async (item) => {
        const model = await desk.loadedModel()
        if (!model) return { kind: 'refused', told: 'No model is loaded. Load one under Models, then resume.' }
        const reply = await desk.tabOf(model)({ system: '', user: prompt(item) }, { mostNewTokens: of.mostNewTokens, temperature: of.temperature, seed: of.seed + item.index })
        if (stop.aborted) return { kind: 'stopped' }
        if ('ok' in reply) return reply.kind === 'tooLong' ? { kind: 'cannot', told: told(reply) } : { kind: 'refused', told: told(reply) }
        return { kind: 'reply', ...splitCompletion(reply.text), isTruncated: reply.finish === 'length', tokens: reply.completionTokens }
      }
    case 'endpoint':
      return async (item) => {
        const asked = await desk.complete(job, of.address, of.model, { system: '', user: prompt(item) }, { ...DEADLINES, mostNewTokens: of.mostNewTokens, temperature: of.temperature })
        if (!asked.ok) return { kind: 'refused', told: told(asked) }
        const attempt = asked.value
        switch (attempt.kind) {
          case 'stopped':
            return { kind: 'stopped' }
          case 'noInput':
            return { kind: 'cannot', told: attempt.told }
          case 'timeout':
          case 'network':
            return { kind: 'again', told: attempt.told, waitMs: null }
          case 'status':
            if ([401, 402, 403, 404, 405].includes(attempt.status)) return { kind: 'refused', told: `Status ${attempt.status}: ${attempt.told}` }
            if (attempt.status === 408 || attempt.status === 409 || attempt.status === 425 || attempt.status === 429 || attempt.status >= 500) return { kind: 'again', told: `Status ${attempt.status}: ${attempt.told}`, waitMs: attempt.retryAfterMs }
            return { kind: 'cannot', told: `Status ${attempt.status}: ${attempt.told}` }
          case 'reply': {
            const { text, reasoning, finish, error, completionTokens } = attempt.reply
            if (error !== null || finish === null) return { kind: 'again', told: error ?? 'The reply ended before it was finished.', waitMs: null }
            if (finish === 'content_filter') return { kind: 'cannot', told: 'The endpoint’s filter withheld the reply.' }
            // An endpoint that gives thinking and answer apart has ended the thinking when there is an answer.
            const parts = reasoning.trim() !== '' ? { reasoning, proof: text.trim(), isClosed: text.trim() !== '' } : splitCompletion(text)
            return { kind: 'reply', ...parts, isTruncated: finish === 'length', tokens: completionTokens }
          }
        }
      }
  }
}

function prompt({ problem }: DistilItem): string {
  return `${PROOF_PROMPT}\n\n${problem}`
}

function told(failure: Failure): string {
  return failure.next ? `${failure.what} ${failure.next}` : failure.what
}

/** The endpoint that writes rubrics, as it was typed last; its key is in the judge worker alone, under its origin. */
import { create } from 'zustand'
import type { Result } from '../base/result'
import { judgeClient } from '../../workers/judge/client'
import type { AskFailure, Question } from '../../workers/judge/protocol'

export interface RubricModelState {
  readonly address: string
  readonly model: string
  set(change: Partial<Pick<RubricModelState, 'address' | 'model'>>): void
}

export const useRubricModel = create<RubricModelState>()((set) => ({
  address: 'http://localhost:11434/v1', model: '',
  set: (change) => set(change),
}))

/** Long enough for a model that thinks before it writes. */
const MOST_NEW_TOKENS = 32_768

/** A key is handed over once, to the worker; an empty one leaves what is there. */
export async function askForRubric(job: string, key: string, question: Pick<Question, 'address' | 'model' | 'prompt'>): Promise<Result<string, AskFailure>> {
  if (key !== '') {
    const kept = await judgeClient.setKey(question.address, key)
    if (!kept.ok) return kept
  }
  return judgeClient.ask(job, { ...question, mostNewTokens: MOST_NEW_TOKENS, temperature: null })
}

export const cancelRubric = (job: string) => judgeClient.cancel(job)

/** A job of the data worker that the researcher starts: how far it is, its cancel, and what it gave. */
import { useEffect, useRef, useState } from 'react'
import type { Failure, Result } from '../../base/result'
import { workerFailure } from '../../ui/useAnswer'
import { openData } from '../../../workers/data/client'

export interface JobState<T> {
  readonly isRunning: boolean
  readonly doneRows: number
  readonly value: T | null
  readonly failure: Failure | null
}

export interface Job<T> extends JobState<T> {
  run(ask: (job: string, onRows: (rows: number) => void) => Promise<Result<T>>): Promise<T | null>
  cancel(): void
  clear(): void
}

/** A cancel leaves the last value as it was. Leaving the place cancels. */
export function useJob<T>(): Job<T> {
  const [state, setState] = useState<JobState<T>>({ isRunning: false, doneRows: 0, value: null, failure: null })
  const current = useRef<string | null>(null)
  const cancel = () => {
    if (current.current) void openData().cancel(current.current).catch(() => {}) // a dead worker runs no job
  }
  useEffect(() => cancel, [])
  return {
    ...state, cancel,
    async run(ask) {
      cancel()
      const job = (current.current = crypto.randomUUID())
      setState((s) => ({ ...s, isRunning: true, doneRows: 0, failure: null }))
      const hear = (doneRows: number) => void (current.current === job && setState((s) => ({ ...s, doneRows })))
      const result = await ask(job, hear).catch(workerFailure)
      if (current.current !== job) return null
      current.current = null
      setState((s) => (result.ok ? { isRunning: false, doneRows: 0, value: result.value, failure: null } : { ...s, isRunning: false, failure: result.kind === 'cancelled' ? null : result }))
      return result.ok ? result.value : null
    },
    clear: () => setState({ isRunning: false, doneRows: 0, value: null, failure: null }),
  }
}

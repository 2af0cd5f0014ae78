import { useEffect, useRef, useState } from 'react'
import type { Exhibit } from '../../audit/exhibit'
import type { Result } from '../../base/result'
import { analysis } from '../../state/audits'
import type { AnalysisFailure, AnalysisRequest } from '../../../workers/stats/protocol'

export interface RunningAnalysis {
  /** The last answer; kept, dimmed, while the next one is underway. */
  readonly exhibits: readonly Exhibit[] | null
  readonly failure: Extract<Result<never, AnalysisFailure>, { ok: false }> | null
  /** Share done of the computation underway; null when none is. */
  readonly done: number | null
  stop(): void
  retry(): void
}

/** Asks the statistics worker whenever the request changes; an older computation is stopped, its answer dropped. */
export function useAnalysis(tableId: string, request: AnalysisRequest): RunningAnalysis {
  const key = JSON.stringify([tableId, request])
  const [state, setState] = useState<{ key: string; view: string; answer: Result<readonly Exhibit[], AnalysisFailure> } | null>(null)
  const [done, setDone] = useState<{ key: string; share: number }>({ key, share: 0 })
  const [attempt, setAttempt] = useState(0)
  const running = useRef<AbortController | null>(null)
  useEffect(() => {
    const stop = (running.current = new AbortController())
    let isCurrent = true
    void analysis(tableId, request, (share) => isCurrent && setDone({ key, share }), stop.signal).then((answer) => {
      if (isCurrent) setState({ key, view: request.view, answer })
    })
    return () => {
      isCurrent = false
      stop.abort()
    }
    // `request` is new in every render; its meaning is `key`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, attempt])
  const isCurrent = state?.key === key
  return {
    exhibits: state?.answer.ok && state.view === request.view ? state.answer.value : null,
    failure: isCurrent && !state.answer.ok ? state.answer : null,
    done: isCurrent ? null : done.key === key ? done.share : 0,
    stop: () => running.current?.abort(),
    retry: () => {
      setState(null)
      setAttempt((n) => n + 1)
    },
  }
}

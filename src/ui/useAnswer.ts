/** One question asked of a worker at a time, and its answer. */
import { useEffect, useState } from 'react'
import { fail, type Failure, type Result } from '../base/result'

/** What a thrown error of a worker means to a researcher. */
export function workerFailure(error: unknown): Failure<'worker'> {
  return fail('worker', error instanceof Error ? error.message : String(error), { next: 'Retry: the worker starts anew, and what is stored is still there.' })
}

/**
 * The answer to the question named by `key`, null while it is awaited; an answer to an older key is never shown.
 * @param ask is called once a key (and once a retry); a null key asks nothing. A thrown error becomes a failure
 */
export function useAnswer<T, Kind extends string = string>(
  key: string | null,
  ask: () => Promise<Result<T, Kind>>,
): { answer: Result<T, Kind | 'worker'> | null; retry: () => void } {
  const [tries, setTries] = useState(0)
  const [state, setState] = useState<{ of: string; result: Result<T, Kind | 'worker'> } | null>(null)
  const question = key === null ? null : `${tries}:${key}`
  useEffect(() => {
    if (question === null) return
    let isCurrent = true
    ask().catch(workerFailure).then((result) => {
      if (isCurrent) setState({ of: question, result })
    })
    return () => void (isCurrent = false)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says what is asked; `ask` is new in every render
  }, [question])
  return { answer: state?.of === question ? state.result : null, retry: () => setTries((n) => n + 1) }
}

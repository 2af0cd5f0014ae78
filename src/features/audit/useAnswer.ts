import { useEffect, useState } from 'react'
import type { Result } from '../../base/result'

/**
 * The answer to a question asked of a worker, or null while it is underway. A new `key` asks anew and drops the old
 * answer, so that what is shown always belongs to what was asked last.
 */
export function useAnswer<T, Kind extends string>(key: string, ask: () => Promise<Result<T, Kind>>): { answer: Result<T, Kind> | null; retry: () => void } {
  const [state, setState] = useState<{ key: string; answer: Result<T, Kind> } | null>(null)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    let isCurrent = true
    void ask().then((answer) => {
      if (isCurrent) setState({ key, answer })
    })
    return () => {
      isCurrent = false
    }
    // `ask` is new in every render; its meaning is `key`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, attempt])
  return {
    answer: state?.key === key ? state.answer : null,
    retry: () => {
      setState(null)
      setAttempt((n) => n + 1)
    },
  }
}

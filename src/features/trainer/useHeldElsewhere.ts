import { useEffect, useState } from 'react'

const LOOK_MS = 3000

/** Whether another tab is training the run: it holds the run's lock. Looked up again every few seconds while `isWatched`. */
export function useHeldElsewhere(runId: string, isWatched: boolean): boolean {
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (!isWatched) return
    let isCurrent = true
    const look = async () => {
      const { held = [] } = await navigator.locks.query()
      if (isCurrent) setHeld(held.some((lock) => lock.name === `run:${runId}`))
    }
    const ask = () => void look().catch(() => undefined) // no answer is no lock: Resume then says what is wrong
    ask()
    const timer = setInterval(ask, LOOK_MS)
    return () => {
      isCurrent = false
      clearInterval(timer)
    }
  }, [runId, isWatched])
  return isWatched && isHeld
}

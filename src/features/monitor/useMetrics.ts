import { useMemo } from 'react'
import { useMetricLog } from '../../state/useMetricLog'
import type { Curve } from '../../ui/curveData'

/** One metric of a run as a curve; empty while nothing was logged. A new object only when the log published. */
export function useCurve(runId: string, metric: string, color = '--series-1'): Curve {
  const { log, version } = useMetricLog(runId)
  return useMemo(() => {
    const column = log.column(metric)
    return { name: metric, color, x: column?.steps ?? new Float64Array(0), y: column?.values ?? new Float64Array(0) }
    // The columns grow in place: `version` is what says that they did.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [log, metric, color, version])
}

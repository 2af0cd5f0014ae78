import { useSyncExternalStore } from 'react'
import { metricLog, type MetricLog } from './metricLog'

/** The metric log of a run; the component renders again when it publishes, at most ten times a second. */
export function useMetricLog(runId: string): { readonly log: MetricLog; readonly version: number } {
  const log = metricLog(runId)
  const version = useSyncExternalStore(log.subscribe, log.getVersion)
  return { log, version }
}

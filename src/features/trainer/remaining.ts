import type { RunRecord } from '../../posttrain/runRecords'
import type { Column } from '../../state/metricLog'

/** Steps whose times are averaged: enough to be calm, few enough to follow a change. */
const RECENT = 15

/**
 * Seconds left in the stage underway, from the median time of its latest steps; the median, so that the step that
 * compiled the GPU programs does not count. Null while there is nothing to go by. The other stage is not guessed: its
 * steps cost something else.
 */
export function secondsLeft(record: Pick<RunRecord, 'step' | 'sftSteps' | 'totalSteps'>, times: Column | null): number | null {
  if (!times) return null
  const isSft = record.step < record.sftSteps
  const recent: number[] = []
  for (let i = times.steps.length - 1; i >= 0 && recent.length < RECENT; i--) {
    if (times.steps[i]! > record.sftSteps === isSft) break
    if (Number.isFinite(times.values[i]!)) recent.push(times.values[i]!)
  }
  if (recent.length < 2) return null
  recent.sort((a, b) => a - b)
  const end = isSft ? record.sftSteps : record.totalSteps
  return recent[recent.length >> 1]! * Math.max(0, end - record.step)
}

/** A duration in the two units that matter: "8 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ''}`
  const minutes = Math.round((s % 3600) / 60)
  return `${Math.floor(s / 3600)} h${minutes ? ` ${minutes} min` : ''}`
}

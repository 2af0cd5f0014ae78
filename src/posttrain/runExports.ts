/** Complete exports: every stored point and every stored rollout, never the drawn picture. */
import type { MetricPoint, RolloutStep, RunRecord } from './runRecords'

/** One cell of a CSV file; text that a spreadsheet would run as a formula is quoted by an apostrophe. */
export function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * All metrics of all given runs as one wide CSV: a line a step, a column a metric. A value that was not logged, or was
 * logged as missing, is an empty cell. Numbers keep all their digits.
 */
export function metricsCsv(runs: readonly { readonly record: RunRecord; readonly points: readonly MetricPoint[] }[]): string {
  const names = [...new Set(runs.flatMap((r) => r.points.flatMap((p) => Object.keys(p.values))))].sort()
  const lines = [['run_id', 'run', 'step', 'stage', ...names].map(csvCell).join(',')]
  for (const { record, points } of runs)
    for (const point of points)
      lines.push([record.id, record.name, point.step, point.stage, ...names.map((n) => point.values[n] ?? null)].map(csvCell).join(','))
  return `${lines.join('\r\n')}\r\n`
}

/** Rollouts of one step as JSON lines, a rollout a line, with the run and the step it belongs to. */
export function rolloutLines(record: RunRecord, step: RolloutStep): string {
  return step.rollouts.map((r) => `${JSON.stringify({ run_id: record.id, run: record.name, step: step.step, ...r })}\n`).join('')
}

/** A file name that every file system takes. */
export function fileName(record: RunRecord, ending: string): string {
  return `${record.name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || record.id}-${ending}`
}

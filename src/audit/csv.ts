import type { Matrix } from './matrix'

/**
 * A matrix as CSV: one line per cell, full precision, with the settings that reproduce it in every line.
 * A missing number is an empty field. Text that a spreadsheet would run as a formula gets a leading apostrophe.
 */
export function matrixCsv(matrix: Matrix, tableName: string): string {
  const { query } = matrix
  const head = ['table', 'rubric', 'judge', 'solver', 'domain', 'inflation', 'low', 'high', 'share_of_headroom', 'share_low', 'share_high',
    'n_proofs', 'n_problems', 'human_mean', 'judge_mean', 'cr1_se', 'cr1_low', 'cr1_high', 'replicates', 'seed', 'human_reference']
  const lines = matrix.cells.map((c) => [
    tableName, query.rubric, c.judge, c.solver ?? query.solver ?? '(all)', c.domain ?? query.domain ?? '(all)', c.mean, c.interval?.low, c.interval?.high,
    c.share, c.shareInterval?.low, c.shareInterval?.high, c.proofs, c.problems, c.humanMean, c.judgeMean,
    c.standardError, c.robust?.low, c.robust?.high, query.replicates, query.seed, matrix.humans.join(' + '),
  ])
  return [head, ...lines].map((line) => line.map(field).join(',')).join('\r\n') + '\r\n'
}

function field(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  // Spreadsheets run text that starts with one of these as a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

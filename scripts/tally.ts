/** Counts out of the reports of vitest and Playwright. A report that is missing or unread counts as a failure, never as 0 of 0. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface BrowserTally extends Tally {
  /** Every failure names a lost device: a fault of the adapter, worth one repetition. */
  readonly isOnlyDeviceLoss: boolean
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 }

export function plus(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function count(record: Record<string, unknown>, name: string): number {
  const value = record[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** A run that ended badly although each test passed (a file that does not load, an escaped error) has one failure more. */
function orOneFailure(tally: Tally, code: number | null): Tally {
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

/**
 * @param report vitest's JSON report
 * @param code its exit code, null when it was killed
 * @param mayBeEmpty a filter was given, which this project need not match
 */
export function vitestTally(report: unknown, code: number | null, mayBeEmpty = false): Tally {
  if (!isRecord(report)) return mayBeEmpty && code === 0 ? NOTHING : { ...NOTHING, failed: 1 }
  const passed = count(report, 'numPassedTests')
  if (passed === 0 && count(report, 'numFailedTests') === 0 && code === 0) return mayBeEmpty ? NOTHING : { ...NOTHING, failed: 1 }
  return orOneFailure({ passed, failed: count(report, 'numFailedTests'), skipped: count(report, 'numPendingTests') + count(report, 'numTodoTests') }, code)
}

function errorTexts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(errorTexts)
  if (!isRecord(node)) return []
  const own = Array.isArray(node.errors) ? node.errors.map((error: unknown) => (isRecord(error) ? String(error.message ?? error.value ?? '') : '')) : []
  return [...own, ...['suites', 'specs', 'tests', 'results'].flatMap((key) => errorTexts(node[key]))]
}

/** @param report Playwright's JSON report */
export function playwrightTally(report: unknown, code: number | null): BrowserTally {
  if (!isRecord(report) || !isRecord(report.stats)) return { ...NOTHING, failed: 1, isOnlyDeviceLoss: false }
  const { stats } = report
  const passed = count(stats, 'expected') + count(stats, 'flaky')
  const failed = count(stats, 'unexpected')
  if (passed + failed === 0) return { ...NOTHING, failed: 1, isOnlyDeviceLoss: false }
  const texts = errorTexts(report)
  const isOnlyDeviceLoss = failed > 0 && texts.length > 0 && texts.every((text) => /device (was )?lost/i.test(text))
  return { ...orOneFailure({ passed, failed, skipped: count(stats, 'skipped') }, code), isOnlyDeviceLoss }
}

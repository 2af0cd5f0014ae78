import { expect, test } from 'vitest'
import { playwrightTally, vitestTally } from './tally'

test('counts vitest tests', () => {
  expect(vitestTally({ numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }, 1)).toEqual({ passed: 7, failed: 2, skipped: 2 })
})

test.each([
  ['no report', null, 0],
  ['no test at all', { numPassedTests: 0, numFailedTests: 0 }, 0],
])('%s is a failure', (_, report, code) => {
  expect(vitestTally(report, code).failed).toBe(1)
})

test('nothing under a filter is no failure of the project, unless it ended badly', () => {
  expect(vitestTally(null, 0, true)).toEqual({ passed: 0, failed: 0, skipped: 0 })
  expect(vitestTally(null, 1, true).failed).toBe(1)
})

test('a bad exit without a failed test is a failure', () => {
  expect(vitestTally({ numPassedTests: 5, numFailedTests: 0 }, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 })
  expect(vitestTally({ numPassedTests: 5, numFailedTests: 0 }, null).failed).toBe(1)
})

const failing = (...messages: string[]) => ({
  stats: { expected: 3, unexpected: messages.length, flaky: 0, skipped: 0 },
  errors: [],
  suites: [{ suites: [{ specs: [{ tests: [{ results: messages.map((message) => ({ errors: [{ message }] })) }] }] }] }],
})

test('tells lost devices from other failures', () => {
  expect(playwrightTally(failing('GPU device lost: unknown'), 1)).toEqual({ passed: 3, failed: 1, skipped: 0, isOnlyDeviceLoss: true })
  expect(playwrightTally(failing('GPU device lost', 'expected 1 to be 2'), 1).isOnlyDeviceLoss).toBe(false)
  expect(playwrightTally({ stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 0 } }, 0)).toEqual({ passed: 3, failed: 0, skipped: 0, isOnlyDeviceLoss: false })
})

test('a server that did not start is a failure', () => {
  expect(playwrightTally({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [{ message: 'timed out' }] }, 1).failed).toBe(1)
  expect(playwrightTally(null, 1).failed).toBe(1)
})

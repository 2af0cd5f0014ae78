/**
 * `npm test`: every check of the lab, one after the other, and one total at the end.
 * `npm test -- check | unit | e2e` runs a part; further words go to vitest or Playwright.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BUDGET_BYTES, shellSize } from './bundleBudget'
import { findBrowser, vulkanEnvironment } from './findBrowser'
import { build, isStale } from './freshBuild'
import { freePort } from './staticServer'
import { NOTHING, playwrightTally, plus, vitestTally, type Tally } from './tally'

const REPORTS = 'test-results/reports'

/** Runs a script of node_modules with this Node, its output shown. @returns exit code; null when it was killed */
function run(script: string, args: readonly string[], env: Record<string, string> = {}): number | null {
  return spawnSync(process.execPath, [join('node_modules', script), ...args], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).status
}

function title(text: string): void {
  process.stdout.write(`\n── ${text}\n`)
}

/** A check without tests of its own counts as one. */
function step(name: string, isPassed: () => boolean): Tally {
  title(name)
  const passed = isPassed()
  process.stdout.write(`${passed ? '✓' : '✗'} ${name}\n`)
  return passed ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

function report(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null // the runner ended before it wrote one: its exit code says so
  }
}

function checks(): Tally {
  return [
    step('types', () => run('typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']) === 0),
    step('types of the core (no DOM, no Node)', () => run('typescript/bin/tsc', ['-p', 'tsconfig.core.json']) === 0),
    step('lint', () => run('eslint/bin/eslint.js', ['.', '--max-warnings', '0']) === 0),
  ].reduce(plus)
}

function unit(env: Record<string, string>, more: readonly string[]): Tally {
  // One after the other: a software adapter takes every core, and a starved kernel test would time out.
  const parts = ['unit', 'gpu'].map((project) => {
    title(project === 'gpu' ? 'kernel tests' : 'unit tests')
    const file = join(REPORTS, `${project}.json`)
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...more]
    const code = run('vitest/vitest.mjs', more.length ? [...args, '--passWithNoTests'] : args, env)
    return vitestTally(report(file), code, more.length > 0)
  })
  const sum = parts.reduce(plus)
  return sum.passed + sum.failed + sum.skipped === 0 ? { ...NOTHING, failed: 1 } : sum
}

function builds(): Tally {
  return [
    step('build', () => !isStale() || build()),
    step(`shell at most ${BUDGET_BYTES / 1000} KB of gzipped JavaScript`, () => {
      try {
        const { bytes, files } = shellSize('dist')
        for (const file of files) process.stdout.write(`  ${(file.bytes / 1000).toFixed(1).padStart(7)} KB  ${file.file}\n`)
        process.stdout.write(`  ${(bytes / 1000).toFixed(1).padStart(7)} KB  in all\n`)
        return bytes <= BUDGET_BYTES
      } catch (error) {
        process.stdout.write(`  ${String(error)}\n`)
        return false
      }
    }),
  ].reduce(plus)
}

function browser(path: string, port: number, more: readonly string[]): Tally {
  title('browser tests')
  const once = (name: string, args: readonly string[]) => {
    const file = join(REPORTS, name)
    const code = run('@playwright/test/cli.js', ['test', '--reporter=list,json', ...args], { LAB_CHROMIUM: path, LAB_PORT: String(port), PLAYWRIGHT_JSON_OUTPUT_NAME: file })
    return playwrightTally(report(file), code)
  }
  const first = once('playwright.json', more)
  if (first.failed === 0 || !first.isOnlyDeviceLoss) return first
  process.stdout.write('Every failure is a lost device; these tests run once more.\n')
  const second = once('playwright-again.json', ['--last-failed', ...more])
  return { passed: first.passed + second.passed, failed: second.failed, skipped: first.skipped }
}

const [part = 'all', ...more] = process.argv.slice(2)
if (!['all', 'check', 'unit', 'e2e'].includes(part)) {
  console.error(`npm test -- ${part}: there is check, unit and e2e; without a word, all of them run.`)
  process.exit(2)
}
rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })

let total: Tally = NOTHING
try {
  const isAll = part === 'all'
  if (isAll || part === 'check') total = plus(total, checks())
  if (part !== 'check') {
    const found = findBrowser()
    process.stdout.write(`\nBrowser: ${found.path}\n`)
    if (isAll || part === 'unit') total = plus(total, unit(vulkanEnvironment(found), isAll ? [] : more))
    if (isAll || part === 'e2e') {
      const built = builds()
      total = plus(total, built)
      // Tests of a build that failed would test an older one.
      if (isStale()) process.stdout.write('The build is missing: the browser tests cannot run.\n')
      else total = plus(total, browser(found.path, await freePort(5313), isAll ? [] : more))
    }
  }
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  total = plus(total, { passed: 0, failed: 1, skipped: 0 })
}
process.stdout.write(`\n${total.skipped ? `${total.skipped} skipped\n` : ''}${total.passed} passed, ${total.failed} failed\n`)
process.exit(total.failed ? 1 : 0)

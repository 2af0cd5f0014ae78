/**
 * The engine beside its peers, on one adapter in one run: training step, dispatches and JavaScript, decoding, memory.
 * `npm run bench -- engine` in Node through Dawn, `npm run bench -- engine --browser` in Chromium; further words name parts
 * (train, calls, decode, memory), which are then printed and not kept. `--table` only writes the README's table anew.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findBrowser, vulkanEnvironment } from '../scripts/findBrowser'
import { print, report } from './artifact'
import { measureInBrowser } from './engine/inBrowser'
import { PARTS, type EngineFigures, type Part } from './engine/parts'
import { writeReadme } from './engine/table'

/** Exit code of `inNode.ts` without an adapter. */
const NO_ADAPTER = 3

/** On the driver that the system names; where it names none, on the software driver of the browser. */
function measureInNode(parts: readonly Part[]): EngineFigures {
  const attempt = (env: Record<string, string>) =>
    spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', join(import.meta.dirname, 'engine', 'inNode.ts'), ...parts], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })
  let run = attempt({})
  if (run.status === NO_ADAPTER) run = attempt(vulkanEnvironment(findBrowser()))
  if (run.status !== 0) throw new Error(`The measurement in Node ended with ${run.status ?? run.signal}.`)
  return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as EngineFigures
}

const words = process.argv.slice(2)
const unknown = words.filter((word) => !['--browser', '--table', ...PARTS].includes(word))
if (unknown.length > 0) {
  console.error(`npm run bench -- engine ${unknown.join(' ')}: there is --browser, --table and the parts ${PARTS.join(', ')}.`)
  process.exit(2)
}
if (!words.includes('--table')) {
  const isBrowser = words.includes('--browser')
  const named = PARTS.filter((part) => words.includes(part))
  const parts = named.length > 0 ? named : PARTS
  const { adapter, runtime, figures } = isBrowser ? await measureInBrowser(parts, (line) => process.stderr.write(`${line}\n`)) : measureInNode(parts)
  if (named.length > 0) print(figures)
  else report(isBrowser ? 'engine-browser' : 'engine', figures, adapter, runtime)
}
if (words.includes('--table') || !PARTS.some((part) => words.includes(part))) writeReadme()

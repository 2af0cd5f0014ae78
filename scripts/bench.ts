/**
 * `npm run bench -- <name>` runs `bench/<name>.bench.ts`; further words go to it. Without a name, the names.
 * Peers that only a comparison needs stand in `bench/package.json` and are installed the first time, and again when it changes.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = resolve(import.meta.dirname, '..', 'bench')
const ENDING = '.bench.ts'

const names = readdirSync(FOLDER).filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length)).sort()
const [name, ...more] = process.argv.slice(2)

if (name === undefined || !names.includes(name)) {
  console.error(`${name === undefined ? 'npm run bench -- <name>' : `There is no benchmark "${name}"`}; there is: ${names.join(', ') || 'none yet'}.`)
  process.exit(2)
}
const [lock, installed] = [join(FOLDER, 'package-lock.json'), join(FOLDER, 'node_modules', '.package-lock.json')]
if (existsSync(lock) && (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)) {
  console.error('Installing the peers of bench/package.json…')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'inherit', shell: process.platform === 'win32' })
  if (npm.status !== 0) console.error('The peers could not be installed: a benchmark that needs one will say so.')
}
const run = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', join(FOLDER, `${name}${ENDING}`), ...more], { stdio: 'inherit' })
process.exit(run.status ?? 1)

/** Builds the lab when there is no build, or when a source is newer than the one there is. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const SOURCES = ['src', 'workers', 'public', 'scripts/contentPolicy.ts', 'index.html', 'vite.config.ts', 'package-lock.json', 'tsconfig.json']

/** Time of the newest file under `path`, in ms; 0 when there is nothing. */
export function newest(path: string): number {
  if (!existsSync(path)) return 0
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0)
}

export function isStale(): boolean {
  const built = existsSync('dist/index.html') ? statSync('dist/index.html').mtimeMs : 0
  return SOURCES.some((source) => newest(source) > built)
}

/** Builds into `dist`. @returns whether it succeeded */
export function build(): boolean {
  return spawnSync(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

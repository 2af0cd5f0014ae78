/** What a first visit downloads before the lab stands: the entry script and all that it imports statically, gzipped. */
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Bytes of gzipped JavaScript (1 KB = 1000 bytes, the stricter reading). */
export const BUDGET_BYTES = 170_000

export interface ShellSize {
  readonly bytes: number
  readonly files: readonly { readonly file: string; readonly bytes: number }[]
}

/** Specifiers of the static imports of a built module; `import()` is not one of them. */
export function staticImports(code: string): string[] {
  const found = code.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+?\s*from\s*)?["']([^"']+)["']/g)
  return [...found].map((match) => match[1] ?? '').filter((path) => path.startsWith('.'))
}

/** Scripts and preloads that `index.html` names. @throws when it names none: then nothing was measured */
export function entryFiles(html: string): string[] {
  const tags = html.match(/<(?:script|link)\b[^>]*>/g) ?? []
  const files = tags
    .filter((tag) => /<script\b/.test(tag) || /rel="modulepreload"/.test(tag))
    .map((tag) => /(?:src|href)="([^"]+\.js)"/.exec(tag)?.[1])
    .filter((file): file is string => file !== undefined)
  if (!files.length) throw new Error('dist/index.html names no script: the build is not what the budget test knows')
  return files
}

export function shellSize(dist: string): ShellSize {
  const sizes = new Map<string, number>()
  const visit = (file: string) => {
    if (sizes.has(file)) return
    const code = readFileSync(join(dist, file), 'utf8')
    sizes.set(file, gzipSync(code, { level: 9 }).length)
    for (const path of staticImports(code)) visit(normalize(join(dirname(file), path)))
  }
  for (const file of entryFiles(readFileSync(join(dist, 'index.html'), 'utf8'))) visit(normalize(file))
  const files = [...sizes].map(([file, bytes]) => ({ file, bytes })).sort((a, b) => b.bytes - a.bytes)
  return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files }
}

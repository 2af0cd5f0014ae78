/** Full-text search: words as written, or `/pattern/`, without regard to case. */

/** Characters around the found place in a grid cell. */
const AROUND = 48

/** Null for an empty search. @throws SyntaxError for a pattern that is none */
export function searchPattern(search: string): RegExp | null {
  const text = search.trim()
  if (text === '') return null
  const pattern = /^\/(.+)\/$/s.exec(text)?.[1]
  return pattern === undefined ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'), 'i') : new RegExp(pattern, 'i')
}

/** Why a search finds nothing whatever it is asked of; null when it is well formed. */
export function searchFault(search: string): string | null {
  try {
    searchPattern(search)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export interface Snippet {
  readonly column: string
  readonly before: string
  readonly hit: string
  readonly after: string
}

/** The first place that fits, with what stands around it on one line; null when none does. */
export function snippetOf(column: string, text: string, pattern: RegExp): Snippet | null {
  const match = pattern.exec(text)
  if (!match) return null
  const start = match.index
  const end = start + match[0].length
  const line = (part: string) => part.replace(/\s+/g, ' ')
  return {
    column,
    before: `${start > AROUND ? '…' : ''}${line(text.slice(Math.max(0, start - AROUND), start))}`,
    hit: line(match[0].slice(0, 200)),
    after: `${line(text.slice(end, end + AROUND))}${end + AROUND < text.length ? '…' : ''}`,
  }
}

/**
 * What `JSON.parse` hides of a text: how deep it nests, and which names occur twice (it keeps the last one silently).
 * The text need not be valid JSON; `JSON.parse` is for telling that.
 */
export interface JsonScan {
  readonly depth: number
  /** A name that occurs twice in the outermost object; null when all differ. */
  readonly duplicate: string | null
}

/** One pass without recursion: nesting cannot exhaust the stack. Stops at `maxDepth` + 1. */
export function scanJson(text: string, maxDepth: number): JsonScan {
  const names = new Set<string>()
  let duplicate: string | null = null
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === 0x7b || c === 0x5b) {
      deepest = Math.max(deepest, ++depth)
      if (depth > maxDepth) break
    } else if (c === 0x7d || c === 0x5d) depth--
    else if (c === 0x22) {
      const end = stringEnd(text, at)
      if (depth === 1 && isName(text, end)) {
        const name = unescaped(text.slice(at, end))
        if (names.has(name)) duplicate ??= name
        names.add(name)
      }
      at = end - 1
    }
  }
  return { depth: deepest, duplicate }
}

/** Index behind the closing quote of the string that opens at `at`. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x5c) i++
    else if (c === 0x22) return i + 1
  }
  return text.length
}

function isName(text: string, from: number): boolean {
  let at = from
  while (/\s/.test(text.charAt(at))) at++
  return text[at] === ':'
}

function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted) as string
  } catch {
    return quoted
  }
}

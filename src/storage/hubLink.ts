/** What a link to a dataset of the Hugging Face Hub names: read from the ways in which people write one. */

export interface HubLink {
  /** `owner/name`. */
  readonly repo: string
  /** Branch, tag or commit, not encoded; `main` where none is named. */
  readonly revision: string
  /** A file, or a folder, inside the repository; null for all of it. */
  readonly path: string | null
}

export const HUB = 'https://huggingface.co'

const NAME = /^[\w.-]+\/[\w.-]+$/
const MAX_CHARS = 2_000

/**
 * Read: `owner/name`, the page of a dataset, of a branch (`tree`), of a file (`blob`, `resolve`, `raw`), and
 * `hf://datasets/owner/name@revision/path`. Null for anything else: other hosts are not asked.
 */
export function parseHubLink(text: string): HubLink | null {
  const link = text.trim()
  if (link.length > MAX_CHARS) return null
  if (NAME.test(link)) return named(link, 'main', null)
  const scheme = /^hf:\/\/datasets\/([^/@]+\/[^/@]+)(?:@([^/]+))?(?:\/(.*))?$/.exec(link)
  if (scheme) return named(scheme[1]!, decoded(scheme[2] ?? 'main'), scheme[3] ?? null)
  let url: URL
  try {
    url = new URL(link)
  } catch {
    return null
  }
  if (url.protocol !== 'https:' || !/^(?:www\.)?(?:huggingface\.co|hf\.co)$/.test(url.hostname) || url.port !== '') return null
  const parts = /^\/datasets\/([^/]+\/[^/]+)(?:\/(?:tree|blob|resolve|raw|viewer)(?:\/([^/]+)(?:\/(.*))?)?)?\/?$/.exec(url.pathname)
  if (!parts) return null
  const isViewer = /^\/datasets\/[^/]+\/[^/]+\/viewer/.test(url.pathname) // what follows is a subset, no branch
  return isViewer ? named(parts[1]!, 'main', null) : named(parts[1]!, decoded(parts[2] ?? 'main'), parts[3] ? decoded(parts[3]) : null)
}

/** The address of one file at one revision. */
export function resolveUrl(repo: string, revision: string, path: string): string {
  return `${HUB}/datasets/${repo}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`
}

function named(repo: string, revision: string | null, path: string | null): HubLink | null {
  if (!NAME.test(repo) || revision === null || revision === '' || repo.split('/').some((part) => /^\.+$/.test(part))) return null
  const inside = path?.replace(/\/+$/, '') ?? ''
  return inside.split('/').includes('..') ? null : { repo, revision, path: inside === '' ? null : inside }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

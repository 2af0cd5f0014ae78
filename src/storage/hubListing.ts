/** What a dataset repository of the Hub holds that the lab can read: files with sizes and hashes, at one commit. */
import { fail, ok, type Result } from '../base/result'
import { NetworkFailed, request } from './hubBytes'
import { HUB, parseHubLink, resolveUrl } from './hubLink'

export interface HubFile {
  readonly path: string
  readonly url: string
  readonly sizeBytes: number
  /** Null where the Hub keeps the file as plain git content. */
  readonly sha256: string | null
}

export interface HubListing {
  readonly repo: string
  /** Commit that `files` are pinned to. */
  readonly revision: string
  readonly licence: string | null
  /** Readable files in path order; of a link to a file, that one. */
  readonly files: readonly HubFile[]
}

export type HubFailure = 'link' | 'network' | 'noAccess' | 'noDataset' | 'empty'

const READABLE = /\.(?:parquet|jsonl|ndjson|json|csv|tsv)(?:\.(?:gz|zst|zstd))?$/i
/** Of a dataset that has tables, these tell about it. */
const ABOUT = /(?:^|\/)(?:dataset_infos?|dataset_dict|state|README|\.[^/]*)\.json$/i
const MAX_FILES = 2_000

/** One request; nothing of the files is fetched. Edges: what the answer lacks is null, what is malformed is left out. */
export async function hubListing(text: string, ask: typeof fetch): Promise<Result<HubListing, HubFailure>> {
  const link = parseHubLink(text)
  if (!link) return fail('link', 'This is no dataset of the Hugging Face Hub.', { where: text.slice(0, 120), next: 'Write owner/name, or paste the address of the dataset or of one of its files.' })
  const { repo, path } = link
  const where = `\`${repo}\``
  let answer: Response
  let about: unknown
  try {
    answer = await request(ask, `${HUB}/api/datasets/${repo}/revision/${encodeURIComponent(link.revision)}?blobs=true`, { signal: AbortSignal.timeout(20_000) })
    about = answer.ok ? await answer.json() : null
  } catch (error) {
    return fail('network', `The Hub gave no list of files: ${error instanceof NetworkFailed ? error.message : 'its answer did not come through'}.`, { where, next: 'Try again, or download the file and drop it here.' })
  }
  // The Hub answers 401 for what does not exist as well: it does not tell strangers which names are private.
  if (answer.status === 401 || answer.status === 403) return fail('noAccess', `The Hub does not show this dataset without an account (${answer.status}): it is private, gated, or not there.`, { where, next: 'Check the name; a gated set can be downloaded with your account and dropped here.' })
  if (answer.status === 404) return fail('noDataset', `There is no revision "${link.revision.slice(0, 60)}" of it on the Hub.`, { where, next: 'Check the name and the branch.' })
  if (!answer.ok) return fail('network', `The Hub answered with status ${answer.status}.`, { where, next: 'Try again in a minute.' })
  const { sha, cardData, siblings } = record(about)
  if (typeof sha !== 'string' || !/^[0-9a-f]{7,64}$/.test(sha) || !Array.isArray(siblings)) return fail('network', 'The Hub answered in a form that is not known here.', { where, next: 'Download the file and drop it here.' })
  const all = siblings.slice(0, MAX_FILES).flatMap((one): HubFile[] => {
    const { rfilename, size, lfs } = record(one)
    if (typeof rfilename !== 'string' || typeof size !== 'number' || !(size > 0) || !READABLE.test(rfilename) || ABOUT.test(rfilename)) return []
    const { sha256 } = record(lfs)
    return [{ path: rfilename, url: resolveUrl(repo, sha, rfilename), sizeBytes: size, sha256: typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null }]
  })
  const files = all.filter((file) => path === null || file.path === path || file.path.startsWith(`${path}/`)).sort((a, b) => (a.path < b.path ? -1 : 1))
  if (files.length === 0) return fail('empty', path === null ? 'It holds no parquet, jsonl, json or csv file.' : `It holds no readable file at \`${path.slice(0, 100)}\`.`, { where, next: 'Choose another dataset.' })
  const { license } = record(cardData)
  return ok({ repo, revision: sha, licence: typeof license === 'string' ? license.slice(0, 80) : null, files })
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

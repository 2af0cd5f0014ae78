/** Probes an endpoint: its list of models, then three questions of a few tokens. What they met is judged by the doctor. */
import { diagnose, type Facts, type Probe } from '../../src/audit/judges/doctor'
import type { Endpoint } from '../../src/audit/judges/endpoint'
import { complete, get, SAFE, toldIn } from './http'
import { chatBody, learn } from './manners'
import type { Checkup } from './protocol'
import { holdsKey } from './vault'

const PATIENCE_MS = 15_000
const DEADLINES = { firstWordMs: 30_000, idleMs: 15_000, totalMs: 45_000 }
const QUESTION = { system: 'Answer with one word.', user: 'Say: ready' }

export async function checkup(endpoint: Endpoint, model: string, page: Facts['page']): Promise<Checkup> {
  const models = await modelList(endpoint)
  const isBlocked = models.probe.kind === 'blocked'
  const status = models.probe.kind === 'status' ? models.probe.status : null
  const facts: Facts = {
    endpoint, model, page, hasKey: holdsKey(endpoint.origin), models,
    answersBlind: isBlocked ? await answersBlind(endpoint) : null,
    answersUnderV1: status !== null && models.ids === null && status !== 401 && status !== 403 && !endpoint.base.endsWith('/v1') ? (await modelList({ ...endpoint, base: `${endpoint.base}/v1` })).ids !== null : null,
    localPermission: await localPermission(endpoint),
    chat: null, jsonMode: null, logprobs: null,
  }
  const canAsk = status !== null && status !== 401 && status !== 403 && facts.answersUnderV1 !== true && model !== '' && (models.ids === null || models.ids.includes(model))
  return { findings: diagnose(canAsk ? { ...facts, ...(await questions(endpoint, model)) } : facts), models: models.ids }
}

async function modelList(endpoint: Endpoint): Promise<Facts['models']> {
  try {
    const response = await get(endpoint, '/models', AbortSignal.timeout(PATIENCE_MS))
    const body = (await response.text()).slice(0, 2 ** 22)
    return { probe: { kind: 'status', status: response.status, told: response.ok ? '' : toldIn(body) }, ids: response.ok ? idsIn(body) : null }
  } catch (error) {
    return { probe: { kind: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'blocked' }, ids: null }
  }
}

/** OpenAI's form, and the bare lists of some servers. */
function idsIn(body: string): string[] | null {
  try {
    const value = JSON.parse(body) as { data?: unknown; models?: unknown }
    const list = [value.data, value.models, value].find(Array.isArray) as unknown[] | undefined
    if (!list) return null
    return list.flatMap((m) => (typeof m === 'string' ? [m] : typeof m === 'object' && m !== null ? [String((m as Record<string, unknown>)['id'] ?? (m as Record<string, unknown>)['name'] ?? '')] : [])).filter((id) => id !== '').slice(0, 2000)
  } catch {
    return null
  }
}

/** Without CORS nobody may read the answer, but that there was one can be seen. No key goes along. */
async function answersBlind(endpoint: Endpoint): Promise<boolean> {
  try {
    await fetch(`${endpoint.base}/models`, { ...SAFE, redirect: 'follow', mode: 'no-cors', signal: AbortSignal.timeout(PATIENCE_MS) })
    return true
  } catch {
    return false
  }
}

/** Browsers that guard the local network name the permission differently. */
async function localPermission({ network }: Endpoint): Promise<Facts['localPermission']> {
  if (network === 'public') return null
  for (const name of [network === 'loopback' ? 'loopback-network' : 'local-network', 'local-network-access']) {
    try {
      return (await navigator.permissions.query({ name: name as PermissionName })).state
    } catch {
      // This browser has no such permission; the next name.
    }
  }
  return null
}

async function questions(endpoint: Endpoint, model: string): Promise<Pick<Facts, 'chat' | 'jsonMode' | 'logprobs'>> {
  const ask = async (more: object, mostNewTokens = 16) => {
    const put = () => complete(endpoint, { ...chatBody(endpoint.base, model, QUESTION, mostNewTokens, 0), ...more }, DEADLINES, new AbortController().signal)
    let attempt = await put()
    while (learn(endpoint.base, model, attempt)) attempt = await put()
    return attempt
  }
  const probeOf = (attempt: Awaited<ReturnType<typeof ask>>): Probe =>
    attempt.kind === 'reply' ? { kind: 'status', status: attempt.reply.error === null ? 200 : 500, told: attempt.reply.error ?? '' } : attempt.kind === 'status' ? attempt : { kind: attempt.kind === 'timeout' ? 'timeout' : 'blocked' }
  const chat = await ask({})
  const reply = chat.kind === 'reply' ? chat.reply : null
  const facts = { probe: probeOf(chat), isStream: chat.isStream === true, finish: reply?.finish ?? null, hasUsage: (reply?.completionTokens ?? null) !== null }
  if (!reply || reply.error !== null) return { chat: facts, jsonMode: null, logprobs: null }
  const jsonMode = await ask({ response_format: { type: 'json_object' }, messages: [{ role: 'user', content: 'Answer with the JSON object {"ready": true}.' }] })
  const logprobs = await ask({ logprobs: true, top_logprobs: 1 })
  return { chat: facts, jsonMode: probeOf(jsonMode), logprobs: { probe: probeOf(logprobs), isThere: logprobs.kind === 'reply' && logprobs.reply.hasLogprobs } }
}

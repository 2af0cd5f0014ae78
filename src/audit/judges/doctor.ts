/** From what the probes of an endpoint met to what is wrong, and what to do next. */
import type { Endpoint } from './endpoint'

export type Probe =
  | { readonly kind: 'status'; readonly status: number; readonly told: string }
  /** The browser gave nothing to read: it does not say why. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'timeout' }

/** What was met. Null for what was not tried. */
export interface Facts {
  readonly endpoint: Endpoint
  readonly model: string
  /** Of the page: an encrypted page may not call a plain address. */
  readonly page: { readonly origin: string; readonly isEncrypted: boolean; readonly network: 'loopback' | 'local' | 'public' }
  readonly hasKey: boolean
  readonly models: { readonly probe: Probe; /** Null when the list could not be read. */ readonly ids: readonly string[] | null }
  /** A request without CORS, whose answer nobody may read: did anyone answer at all? */
  readonly answersBlind: boolean | null
  /** Whether `/v1` added to the address has a list of models. */
  readonly answersUnderV1: boolean | null
  /** What the browser says of requests into the local network. */
  readonly localPermission: 'granted' | 'denied' | 'prompt' | null
  /** One short question, streamed. */
  readonly chat: { readonly probe: Probe; readonly isStream: boolean; readonly finish: string | null; readonly hasUsage: boolean } | null
  readonly jsonMode: Probe | null
  readonly logprobs: { readonly probe: Probe; readonly isThere: boolean } | null
}

export interface Finding {
  readonly id: 'reach' | 'mixed' | 'permission' | 'cors' | 'key' | 'path' | 'model' | 'chat' | 'streaming' | 'json' | 'logprobs'
  readonly state: 'good' | 'note' | 'bad'
  readonly what: string
  readonly next?: string
  /** Text to copy: a command, an address. */
  readonly copy?: string
}

const finding = (id: Finding['id'], state: Finding['state'], what: string, next?: string, copy?: string): Finding => ({ id, state, what, ...(next === undefined ? {} : { next }), ...(copy === undefined ? {} : { copy }) })

/** The findings, the most fundamental first; after one that is bad, what rests on it is not spoken of. */
export function diagnose(facts: Facts): Finding[] {
  const { endpoint, models, model } = facts
  if (models.probe.kind !== 'status') return [unreachable(facts)]
  const { status, told } = models.probe
  const found: Finding[] = [finding('reach', 'good', `${endpoint.origin} answers, and this page may read it.`)]
  if (status === 401 || status === 403)
    return [...found, finding('key', 'bad', `${facts.hasKey ? 'The key is not accepted' : 'A key is needed'} (status ${status}${told ? `: ${told}` : ''}).`, facts.hasKey ? 'Type a valid key for this endpoint; a key of another provider is of no use here.' : 'Type the key of this endpoint. It stays in memory and goes to this origin only.')]
  if (models.ids === null && facts.answersUnderV1 === true)
    return [...found, finding('path', 'bad', `There is nothing at ${endpoint.base}/models (status ${status}), but there is under /v1.`, 'Use this address:', `${endpoint.base}/v1`)]
  if (models.ids === null) found.push(finding('model', 'note', `The endpoint does not list its models (status ${status}).`, 'Type the model’s name as its provider writes it.'))
  else if (!models.ids.includes(model)) {
    const near = models.ids.slice(0, 5)
    return [...found, finding('model', 'bad', model === '' ? 'No model is chosen.' : `There is no model “${model}” here.`, near.length > 0 ? `It has ${models.ids.length === 1 ? 'one' : models.ids.length}, for example ${near.map((m) => `“${m}”`).join(', ')}.` : 'It has none loaded: load one there first.', near[0])]
  } else found.push(finding('model', 'good', `“${model}” is there.`))
  return [...found, ...chatFindings(facts)]
}

function chatFindings({ chat, jsonMode, logprobs, endpoint, model }: Facts): Finding[] {
  if (!chat) return []
  if (chat.probe.kind !== 'status')
    return [finding('chat', 'bad', chat.probe.kind === 'timeout' ? 'A short question was not answered in time.' : 'The list of models can be read, the answer to a question cannot.', chat.probe.kind === 'timeout' ? 'The model may still be loading: try again, or give it more time.' : 'Its CORS setting has to allow POST with the headers Authorization and Content-Type.')]
  const { status, told } = chat.probe
  if (status === 401 || status === 403) return [finding('key', 'bad', `The key may list models but not ask them (status ${status}${told ? `: ${told}` : ''}).`, 'Use a key with the right to chat completions.')]
  if (status === 404) return [finding('model', 'bad', `The endpoint does not serve “${model}” at ${endpoint.base}/chat/completions (status 404${told ? `: ${told}` : ''}).`, 'Choose another model, or mend the address: it has to end where /chat/completions begins.')]
  if (status === 429) return [finding('chat', 'note', 'It answers “too many requests” (status 429): the key has no budget left, or its limit is low.', 'Lower the number of requests at a time, or try later.')]
  if (status < 200 || status > 299) return [finding('chat', 'bad', `A short question gave status ${status}${told ? `: ${told}` : ''}.`, 'Read its log; the request was a plain chat completion.')]
  return [
    chat.finish === null ? finding('chat', 'bad', 'The answer broke off: the endpoint never said that it was finished.', 'A proxy may cut streams. Verdicts from cut replies are never counted.') : finding('chat', 'good', 'A short question was answered to its end.'),
    chat.isStream ? finding('streaming', 'good', `It streams${chat.hasUsage ? ' and counts tokens' : ', but does not count tokens: costs are estimates'}.`) : finding('streaming', 'note', 'It does not stream: a long reply is seen only at its end.', 'Raise the time to the first word if replies are long.'),
    ...(jsonMode === null ? [] : [isFine(jsonMode) ? finding('json', 'good', 'JSON mode is offered.') : finding('json', 'note', 'No JSON mode.', 'Nothing to do: verdicts are read from a tag.')]),
    ...(logprobs === null ? [] : [isFine(logprobs.probe) && logprobs.isThere ? finding('logprobs', 'good', 'Token log-probabilities are offered.') : finding('logprobs', 'note', 'No token log-probabilities.', 'Nothing to do: no analysis needs them.')]),
  ]
}

const isFine = (probe: Probe) => probe.kind === 'status' && probe.status >= 200 && probe.status < 300

function unreachable({ endpoint, page, answersBlind, localPermission, models }: Facts): Finding {
  if (models.probe.kind === 'timeout') return finding('reach', 'bad', `${endpoint.origin} did not answer in time.`, 'See whether it runs and is not busy loading a model.')
  if (page.isEncrypted && !endpoint.isEncrypted && endpoint.network === 'public')
    return finding('mixed', 'bad', 'This page is encrypted and the address is not: browsers block such requests (mixed content).', 'Use the https address of the endpoint.', `https://${endpoint.base.replace(/^http:\/\//, '')}`)
  if (localPermission === 'denied' && endpoint.network !== 'public' && page.network === 'public')
    return finding('permission', 'bad', 'The browser was told not to let this site into the local network.', 'Allow “Local network access” in the site settings (left of the address), then check again.')
  if (answersBlind === true)
    return finding('cors', 'bad', `${endpoint.origin} answers, but does not allow this page to read it (CORS).`, `Start it with this page’s origin allowed. For Ollama; vLLM takes --allowed-origins '["${page.origin}"]', llama.cpp’s server allows all by itself:`, `OLLAMA_ORIGINS="${page.origin}" ollama serve`)
  if (localPermission === 'prompt' && endpoint.network !== 'public' && page.network === 'public')
    return finding('permission', 'bad', 'Nothing came through. The browser asks before a site may call the local network.', 'Answer its question with “Allow”, then check again.')
  if (page.isEncrypted && !endpoint.isEncrypted && endpoint.network === 'local')
    return finding('mixed', 'bad', 'Nothing came through. This page is encrypted, the address in the local network is not.', 'Serve the lab from localhost (npm start), or give the endpoint an https address.')
  return finding('reach', 'bad', `Nothing answers at ${endpoint.origin}.`, endpoint.network === 'loopback' ? 'Start the server, and compare the port with the one that it prints.' : 'Compare the address, and see whether the network or an extension blocks it.')
}

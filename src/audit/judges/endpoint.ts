/** An endpoint's address as typed: where requests go, and which key belongs to it. */
import { fail, ok, type Result } from '../../base/result'

export type NetworkClass = 'loopback' | 'local' | 'public'

export interface Endpoint {
  /** Without a slash at the end; requests go to `${base}/chat/completions`. */
  readonly base: string
  /** A key typed for one origin is sent to no other. */
  readonly origin: string
  readonly network: NetworkClass
  readonly isEncrypted: boolean
}

/**
 * The endpoint of an address. `…/chat/completions`, a query and a fragment are cut off.
 * Edges: credentials in the address are refused: they would stand in logs and links.
 */
export function parseEndpoint(text: string): Result<Endpoint, 'badAddress'> {
  const where = 'Address'
  const match = /^(https?):\/\/([^/?#\s]+)([^?#\s]*)/i.exec(text.trim())
  if (!match) return fail('badAddress', 'This is no http or https address.', { where, next: 'For example https://api.openai.com/v1 or http://localhost:11434/v1.' })
  const [, scheme, authority, path] = match as unknown as [string, string, string, string]
  if (authority.includes('@')) return fail('badAddress', 'The address holds a name or a password.', { where, next: 'Leave it out of the address; put a key into its own field.' })
  const host = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(authority)
  if (!host || Number(host[2] ?? 1) > 65_535) return fail('badAddress', `\`${authority}\` is no host.`, { where, next: 'For example localhost:8000 or api.openai.com.' })
  const name = host[1]!.toLowerCase()
  const isEncrypted = scheme.toLowerCase() === 'https'
  const port = host[2] === undefined || Number(host[2]) === (isEncrypted ? 443 : 80) ? '' : `:${Number(host[2])}`
  const origin = `${isEncrypted ? 'https' : 'http'}://${name}${port}`
  return ok({ base: origin + path.replace(/\/+$/, '').replace(/\/(chat\/completions|models)$/, ''), origin, network: networkOf(name), isEncrypted })
}

/** Where a host lies, by its name alone. */
export function networkOf(host: string): NetworkClass {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost') || /^127\./.test(name) || name === '::1') return 'loopback'
  const isPrivate = /^10\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./.test(name) && /^[\d.]+$/.test(name)
  return isPrivate || name.endsWith('.local') || !/[.:]/.test(name) || /^(fc|fd|fe80)[0-9a-f]*:/.test(name) ? 'local' : 'public'
}

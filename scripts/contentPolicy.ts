/** The Content-Security-Policy and the other headers under which the lab runs: one text for the build and the server. */

const directives: readonly (readonly [name: string, value: string])[] = [
  ['default-src', "'none'"],
  ['script-src', "'self' 'wasm-unsafe-eval'"],
  ['worker-src', "'self'"],
  ['style-src-elem', "'self'"],
  // KaTeX writes style attributes in its HTML; they carry no script. Proof HTML loses `style` at the sanitiser.
  ['style-src-attr', "'unsafe-inline'"],
  ['img-src', "'self' blob: data:"],
  ['font-src', "'self'"],
  // The Hub and the storage it forwards to, for datasets that the researcher asks for by name.
  ['connect-src', "'self' https://huggingface.co https://*.huggingface.co https://*.hf.co"],
  ['manifest-src', "'self'"],
  ['frame-src', "'none'"],
  ['object-src', "'none'"],
  ['base-uri', "'none'"],
  ['form-action', "'none'"],
  ['require-trusted-types-for', "'script'"],
  ['trusted-types', 'default dompurify lab-html'],
]

/** For `<meta http-equiv>`: holds on any static host. A meta element cannot carry `frame-ancestors`. */
export const metaPolicy = directives.map((pair) => pair.join(' ')).join('; ')

/** For servers: the same policy, and what only a header can say. Workers are bound by the header of their own file. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `${metaPolicy}; frame-ancestors 'none'`,
  ...isolationHeaders(),
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
}

/**
 * The judge worker alone may connect elsewhere: to whatever endpoint the researcher types. A worker is bound by the header
 * of its own file, so the page and all other workers, where untrusted text is handled, keep the narrow list above. Plain
 * http stays possible for servers on this machine and in its network; browsers themselves keep an encrypted page from it.
 * On a host that sends no headers a worker has no policy at all, which is no narrower: the worker itself sends a request
 * only to the origin that was typed.
 */
const ENDPOINT_WORKER = /^endpointWorker-[\w-]+\.js$/

/** Headers of one file, by its name. */
export function headersOf(fileName: string): Readonly<Record<string, string>> {
  if (!ENDPOINT_WORKER.test(fileName)) return securityHeaders
  return { ...securityHeaders, 'Content-Security-Policy': securityHeaders['Content-Security-Policy']!.replace(/connect-src [^;]*/, "connect-src 'self' https: http:") }
}

/** What the development server sends too: its client needs inline scripts, so it cannot have the whole policy. */
export function isolationHeaders(): Record<string, string> {
  return { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'credentialless' }
}

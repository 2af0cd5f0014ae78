/** The last gate before typeset text enters the page: DOMPurify, as TrustedHTML. Loaded with the KaTeX styles on first use. */
import 'katex/dist/katex.min.css'
import DOMPurify from 'dompurify'
import './copyTex'

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName !== 'A') return
  if (!/^https?:\/\//i.test(node.getAttribute('href') ?? '')) node.removeAttribute('href')
  node.setAttribute('rel', 'noopener noreferrer nofollow')
  node.setAttribute('target', '_blank')
})

/** TrustedHTML where the browser has it, else the sanitised string; React hands either to the element unchanged. */
export function trustedMath(html: string): string {
  return DOMPurify.sanitize(html, {
    RETURN_TRUSTED_TYPE: true,
    USE_PROFILES: { html: true, mathMl: true, svg: true },
    // KaTeX keeps the TeX source in these: copied text and screen readers need it, and it is plain text.
    ADD_TAGS: ['semantics', 'annotation'],
    ADD_ATTR: ['encoding'],
    FORBID_TAGS: ['img', 'image', 'use', 'style', 'form', 'input', 'button', 'textarea', 'select', 'iframe', 'object', 'embed', 'audio', 'video', 'picture', 'source', 'animate', 'set'],
    FORBID_ATTR: ['srcset', 'ping', 'action', 'formaction'],
  }) as unknown as string // React's type names only string; its runtime keeps the trusted object
}

/**
 * The default Trusted Types policy: the last gate before a string becomes code. It lets scripts and workers load from
 * this origin only, and no string become HTML or script at all; sanitised HTML arrives as TrustedHTML and passes by.
 */
interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): unknown
}

const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes

factory?.createPolicy('default', {
  createScriptURL: (url) => {
    const { origin, protocol } = new URL(url, location.href)
    if (origin !== location.origin || (protocol !== 'https:' && protocol !== 'http:'))
      throw new TypeError(`A script was asked for from ${origin}; the lab runs only its own.`)
    return url
  },
})

export {}

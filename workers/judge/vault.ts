/** Keys in the memory of this worker, each for the one origin it was typed for. Nothing here gives a key to anyone but `headersFor`. */
const keys = new Map<string, string>()

/** An empty key forgets. */
export function keepKey(origin: string, key: string): void {
  if (key === '') keys.delete(origin)
  else keys.set(origin, key)
}

export function holdsKey(origin: string): boolean {
  return keys.has(origin)
}

/** The headers of a request to this origin. */
export function headersFor(origin: string): Record<string, string> {
  const key = keys.get(origin)
  return key === undefined ? {} : { Authorization: `Bearer ${key}` }
}

/** Text that an endpoint wrote, without any key: some repeat it in their errors. */
export function withoutKeys(text: string): string {
  let clean = text
  // A word of a few letters is no secret, and would be found in ordinary text.
  for (const key of keys.values()) if (key.length >= 6) clean = clean.replaceAll(key, '[key]')
  return clean
}

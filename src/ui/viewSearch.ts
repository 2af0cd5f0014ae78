/** The text form of the view state: plain URL parameters, all values strings. */
export type View = Readonly<Record<string, string | undefined>>

/** Parameters of `?a=1&b=x` as strings. Without this the router would turn "007" into 7 and "true" into true. */
export function parseView(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search))
}

/** The search text with its leading `?`, or '' when nothing is set. Keys with no value are left out. */
export function viewText(view: Record<string, unknown>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(view))
    if (typeof value === 'string' ? value !== '' : typeof value === 'number') parameters.set(key, String(value))
  const text = parameters.toString()
  return text ? `?${text}` : ''
}

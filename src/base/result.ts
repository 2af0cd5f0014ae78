/** Outcome of a boundary: files, endpoints, stored records and model replies return it; the inside throws. */
export type Result<T, Kind extends string = string> = Ok<T> | Failure<Kind>

export interface Ok<T> {
  readonly ok: true
  readonly value: T
}

/** What went wrong, where, and what the researcher can do next: one sentence each, ready to be shown. */
export interface Failure<Kind extends string = string> {
  readonly ok: false
  readonly kind: Kind
  readonly what: string
  readonly where?: string
  readonly next?: string
}

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value }
}

export function fail<Kind extends string>(
  kind: Kind,
  what: string,
  more: { where?: string; next?: string } = {},
): Failure<Kind> {
  return { ok: false, kind, what, ...more }
}

/** The failure as one line of text: where, what, next. */
export function sentence(failure: Failure): string {
  const head = failure.where ? `${failure.where}: ${failure.what}` : failure.what
  return failure.next ? `${head} ${failure.next}` : head
}

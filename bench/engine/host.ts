/** What the measurements ask of the place they run in: Node or a page. */
export interface Host {
  /** Name and version of the runtime. */
  readonly runtime: string
  /** Bytes of JS heap in use after a full collection; null where the runtime does not tell. */
  heapBytes(): Promise<number | null>
  log(line: string): void
}

/** What the measurements ask of the place they run in: Node or a page. */
export interface Host {
  /** Name and version of the runtime. */
  readonly runtime: string
  /** Bytes of JS heap in use after a full collection; null where the runtime does not tell. */
  heapBytes(): Promise<number | null>
  /** Address of the folder with onnxruntime-web's files; null where it cannot run. */
  readonly onnxFolder: string | null
  log(line: string): void
}

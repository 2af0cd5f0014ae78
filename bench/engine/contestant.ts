/** One implementation of the training step: what the comparison runs in turn. */
export interface Contestant {
  readonly name: string
  /** One optimiser step, done to the end on the GPU. @returns the loss before the update */
  step(): Promise<number>
  dispose(): void
}

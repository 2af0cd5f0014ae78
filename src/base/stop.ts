/** What a long computation asks between steps. A cancel is an outcome, not an error. */
export interface Stop {
  readonly aborted: boolean
}

export const neverStop: Stop = { aborted: false }

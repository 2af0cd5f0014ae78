/** What a judge does to true scores, as a record: fitted in an audit, used as a reward, stored with a run. */

/** What the judge does with proofs of one true score. All scores 0..1. */
export interface ProfileLevel {
  readonly truth: number
  /** Mean and deviation of its scores, falsely passed proofs left out. */
  readonly mean: number
  readonly sd: number
  /** Chance that a failing proof is passed; 0 for passing ones. */
  readonly falseHigh: number
  /** Proofs it was fitted on; 0 where it was interpolated or assumed. */
  readonly proofs: number
}

export interface JudgeProfile {
  readonly name: string
  /** Mean of judge − true over the proofs of the fit; positive is lenient. */
  readonly severity: number
  /** A proof passes from here on. */
  readonly threshold: number
  /** Share of failing proofs that it passed, and the mean score it gave them. */
  readonly falseHighRate: number
  readonly falseHighScore: number
  /** At 0/7, 1/7, …, 7/7. */
  readonly levels: readonly ProfileLevel[]
  /** Change of the score for one standard deviation more of log length, at the same true score. */
  readonly lengthSlope: number
  /** Of log length over the fit; null when lengths were not known. */
  readonly length: { readonly mean: number; readonly sd: number } | null
}

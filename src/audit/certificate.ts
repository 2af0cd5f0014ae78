import { wilson, type PassTable } from './passTable'

export interface Certificate {
  readonly isCertified: boolean
  /** 95 % lower bounds (Wilson) of sensitivity and specificity; null when there is nothing to measure them on. */
  readonly sensitivityLow: number | null
  readonly specificityLow: number | null
  readonly bar: number
}

/**
 * Certified only when the lower bounds of both sensitivity and specificity reach the bar.
 * @source certification rule of calibrated-agent-evaluation: both at 0.80; the bar is editable
 */
export function certificate({ tp, fp, fn, tn }: Pick<PassTable, 'tp' | 'fp' | 'fn' | 'tn'>, bar = 0.8): Certificate {
  const sensitivityLow = tp + fn === 0 ? null : wilson(tp, tp + fn).low
  const specificityLow = tn + fp === 0 ? null : wilson(tn, tn + fp).low
  return { bar, sensitivityLow, specificityLow, isCertified: sensitivityLow !== null && specificityLow !== null && sensitivityLow >= bar && specificityLow >= bar }
}

/** Drawing tokens with exact log-probabilities. */
import { counterUnit } from '../base/random'
import { logSumExp } from '../base/numeric'

export interface Draw {
  readonly token: number
  /** log softmax(logits/T) at the drawn token, in nats: what the policy loss compares with. */
  readonly logprob: number
}

/**
 * Gumbel-max: argmaxᵢ (zᵢ/T − log(−log uᵢ)) is a draw from softmax(z/T), and needs no sorting or cumulative sum.
 * @param logits z [V]
 * @param temperature T > 0; 0 takes the largest logit and gives its log-probability at T = 1
 * @param uniform u for token i, in (0, 1)
 */
export function gumbelMax(logits: ArrayLike<number>, temperature: number, uniform: (token: number) => number): Draw {
  const isGreedy = temperature === 0
  const scale = isGreedy ? 1 : 1 / temperature
  const scaled = new Float64Array(logits.length)
  let token = 0
  let best = -Infinity
  for (let i = 0; i < logits.length; i++) {
    scaled[i] = logits[i]! * scale
    const score = isGreedy ? scaled[i]! : scaled[i]! - Math.log(-Math.log(uniform(i)))
    if (score > best) {
      best = score
      token = i
    }
  }
  return { token, logprob: scaled[token]! - logSumExp(scaled) }
}

/** `gumbelMax` with the lab's counter-based generator: the same (seed, row, position) draws the same token anywhere. */
export function sampleToken(logits: ArrayLike<number>, temperature: number, seed: number, row: number, position: number): Draw {
  return gumbelMax(logits, temperature, (lane) => counterUnit(seed, row, position, lane))
}

/** The draws of `posttrain/sampling.ts`, with how close each race was. */
import { counterUnit } from '../../base/random'
import { sampleToken, type Draw } from '../../posttrain/sampling'

export interface Race extends Draw {
  /** Lead of the largest score zᵢ/T + gumbelᵢ over the next one: below a float's error, either may win. */
  readonly margin: number
}

/**
 * The draw of one row of logits at counter (seed, row, position).
 * @param temperature 0 is greedy; the scores are then the logits themselves
 */
export function sampleTokensReference(logits: ArrayLike<number>, temperature: number, seed: number, row: number, position: number): Race {
  const scores = Array.from({ length: logits.length }, (_, v) =>
    temperature === 0 ? logits[v]! : logits[v]! / temperature - Math.log(-Math.log(counterUnit(seed, row, position, v))),
  ).sort((a, b) => b - a)
  return { ...sampleToken(logits, temperature, seed, row, position), margin: scores.length > 1 ? scores[0]! - scores[1]! : Infinity }
}

/** The training step of every contestant in turn, round by round, so that a busy moment of the machine meets all of them. */
import type { Contestant } from './contestant'
import { elapsedMs, median } from './timing'

export interface Timed {
  readonly name: string
  readonly medianMs: number
  readonly fastestMs: number
  readonly slowestMs: number
  readonly rounds: number
  /** Loss of every step, the warm-up included. */
  readonly losses: readonly number[]
}

/** First losses may differ by this much before the comparison is called off. */
const SAME_LOSS = 1e-3

/**
 * @param warmUp rounds that are not counted: shaders compile in the first
 * @throws when the first losses differ: then it is not one computation that is being compared
 */
export async function race(contestants: readonly Contestant[], warmUp: number, rounds: number, log: (line: string) => void): Promise<Timed[]> {
  const times = contestants.map(() => [] as number[])
  const losses = contestants.map(() => [] as number[])
  for (let round = 0; round < warmUp + rounds; round++)
    for (const [i, contestant] of contestants.entries()) {
      const ms = await elapsedMs(async () => losses[i]!.push(await contestant.step()))
      if (round >= warmUp) times[i]!.push(ms)
      log(`  ${round < warmUp ? 'warm-up' : `round ${round - warmUp + 1}`}  ${contestant.name.padEnd(44)} ${ms.toFixed(1).padStart(9)} ms  loss ${losses[i]!.at(-1)!.toFixed(5)}`)
      const [own, first] = [losses[i]![0]!, losses[0]![0]!]
      if (round === 0 && !(Math.abs(own - first) <= SAME_LOSS)) throw new Error(`${contestant.name} starts at loss ${own}, ${contestants[0]!.name} at ${first}: they do not compute the same model`)
    }
  return contestants.map(({ name }, i) => ({
    name,
    medianMs: median(times[i]!),
    fastestMs: Math.min(...times[i]!),
    slowestMs: Math.max(...times[i]!),
    rounds,
    losses: losses[i]!,
  }))
}

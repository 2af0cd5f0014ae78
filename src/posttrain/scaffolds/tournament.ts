/** Scaffolds that let solutions compete: recursive self-aggregation and Nomos. */
import { Random } from '../../base/random'
import { lastBoxed, type Dialect } from './prompts'
import { lastAnswer, type Call, type Reply, type Scaffold } from './scaffold'

interface Candidate {
  readonly key: string
  readonly proof: string
}

export interface RsaSettings {
  readonly solutions: number
  readonly rounds: number
  /** Solutions that are merged into one. */
  readonly blockSize: number
}

export const RSA: RsaSettings = { solutions: 8, rounds: 3, blockSize: 3 }

/**
 * The blocks of one round: a shuffle seeded by the round, `blockSize` distinct offsets, block i = positions i + offset, cyclic.
 * Every solution is in exactly `blockSize` blocks.
 */
export function rsaBlocks(solutions: number, blockSize: number, round: number): number[][] {
  const random = Random.seed(round, 0x25a)
  const order = random.shuffled(Array.from({ length: solutions }, (_, i) => i))
  const offsets = random.shuffled(Array.from({ length: solutions }, (_, i) => i)).slice(0, Math.min(blockSize, solutions))
  return order.map((_, i) => offsets.map((offset) => order[(i + offset) % solutions]!))
}

/**
 * A population of solutions; each round merges balanced blocks into as many new ones; then a pairwise knockout.
 * solutions·(1 + rounds) + solutions − 1 calls: 39 as shipped.
 * @source Recursive self-aggregation; QED-Nano's `rsa` agent
 */
export function rsa(dialect: Dialect, settings: RsaSettings = RSA): Scaffold {
  const { solutions, rounds, blockSize } = settings
  return {
    id: 'rsa',
    label: 'Recursive self-aggregation',
    mostCalls: solutions * (1 + rounds) + solutions - 1,
    *start(problem) {
      let calls: Call[] = Array.from({ length: solutions }, (_, i) => ({ key: `solve ${i + 1}`, role: 'solve', prompt: dialect.solve(problem) }))
      let population = collect(calls, yield calls)
      for (let round = 1; round <= rounds; round++) {
        calls = rsaBlocks(solutions, blockSize, round).map((block, i) => ({
          key: `round ${round}/merge ${i + 1}`,
          role: 'merge',
          prompt: dialect.merge(problem, block.map((at) => population[at]!.proof)),
        }))
        population = collect(calls, yield calls)
      }
      // Unreadable or equal: the later one goes on.
      return lastAnswer([yield* knockout(dialect, problem, population, () => 1)])
    },
  }
}

export interface NomosSettings {
  readonly solutions: number
  readonly mostKept: number
  /** With this many full marks, only full marks go on. */
  readonly perfect: number
  readonly seed: number
}

export const NOMOS: NomosSettings = { solutions: 16, mostKept: 12, perfect: 8, seed: 0 }

/**
 * Solve, score each 0–7, keep the best, let one call group them by conclusion and keep a group, then a pairwise knockout with
 * ties drawn. At most solutions·2 + 1 + mostKept − 1 calls.
 * @source Nomos; QED-Nano's `nomos` agent
 */
export function nomos(dialect: Dialect, settings: NomosSettings = NOMOS): Scaffold {
  const { solutions, mostKept, perfect, seed } = settings
  return {
    id: 'nomos',
    label: 'Nomos',
    // Every solution may score full marks and be kept.
    mostCalls: 2 * solutions + 1 + Math.max(solutions, mostKept) - 1,
    *start(problem) {
      const calls: Call[] = Array.from({ length: solutions }, (_, i) => ({ key: `solve ${i + 1}`, role: 'solve', prompt: dialect.solve(problem) }))
      const all = collect(calls, yield calls).filter(({ proof }) => proof !== '')
      if (all.length === 0) return lastAnswer([])
      const scores = yield all.map(({ key, proof }): Call => ({ key: `${key}/score`, role: 'score', prompt: dialect.score(problem, proof) }))
      const scored = all.map((candidate, i) => ({ candidate, score: gradeOf(scores[i]!.content) })).sort((a, b) => b.score - a.score)
      const full = scored.filter(({ score }) => score === 7)
      const kept = (full.length >= perfect ? full : scored.slice(0, mostKept)).map(({ candidate }) => candidate)
      const [grouping] = yield [{ key: 'consolidate', role: 'consolidate', prompt: dialect.consolidate(problem, kept.map(({ proof }) => proof)) }]
      const named = (lastBoxed(grouping!.content) ?? '').split(/[^\d]+/).filter(Boolean).map(Number)
      const chosen = kept.filter((_, i) => named.includes(i + 1))
      const random = Random.seed(seed, 0x0305)
      return lastAnswer([yield* knockout(dialect, problem, chosen.length > 0 ? chosen : kept, () => random.below(2))])
    },
  }
}

function gradeOf(text: string): number {
  const grade = Number(lastBoxed(text) ?? NaN)
  return Number.isFinite(grade) ? Math.min(7, Math.max(0, grade)) : 0
}

function collect(calls: readonly Call[], replies: readonly Reply[]): Candidate[] {
  return replies.map((reply, i) => ({ key: calls[i]!.key, proof: reply.content }))
}

/** Pairs meet round by round until one is left; with an odd number the last has a bye. n − 1 calls, none for an empty proof. */
export function* knockout(dialect: Dialect, problem: string, field: readonly Candidate[], tie: () => number): Generator<readonly Call[], Candidate, readonly Reply[]> {
  let left = field
  for (let round = 1; left.length > 1; round++) {
    const pairs = Array.from({ length: Math.floor(left.length / 2) }, (_, i) => [left[2 * i]!, left[2 * i + 1]!] as const)
    const replies = yield pairs.map(([a, b], i): Call => ({ key: `knockout ${round}/${i + 1}`, role: 'select', prompt: dialect.compare(problem, a.proof, b.proof) }))
    const winners = pairs.map((pair, i) => {
      if (pair[0].proof === '' || pair[1].proof === '') return pair[0].proof === '' ? pair[1] : pair[0]
      const verdict = lastBoxed(replies[i]!.content)
      return pair[verdict === '1' ? 0 : verdict === '2' ? 1 : tie()]!
    })
    left = left.length % 2 ? [...winners, left[left.length - 1]!] : winners
  }
  return left[0]!
}

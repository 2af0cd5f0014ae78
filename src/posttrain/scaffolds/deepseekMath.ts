/** Generate, verify, refine: a pool of proofs, each reviewed several times, the best refined by their harshest reviews. */
import { solutionSection, verdictOf, type Dialect } from './prompts'
import { lastAnswer, type Call, type Reply, type Scaffold } from './scaffold'

export interface DeepseekMathSettings {
  /** Proofs generated at first, and refined in each iteration. */
  readonly poolSize: number
  /** Reviews of every proof. */
  readonly verifications: number
  /** Reviews handed to a refinement: those with the lowest verdicts. */
  readonly reviewsPerRefinement: number
  readonly iterations: number
}

export const DEEPSEEK_MATH: DeepseekMathSettings = { poolSize: 4, verifications: 4, reviewsPerRefinement: 2, iterations: 2 }

interface Reviewed {
  readonly key: string
  readonly proof: string
  readonly mean: number
  /** Lowest verdict first. */
  readonly reviews: readonly { readonly text: string; readonly verdict: number }[]
}

/**
 * Stops early when every review of a proof says 1. An unreadable verdict counts 0. At most pool·(1 + v) + iterations·pool·(1 + v)
 * calls: 60 as shipped.
 * @source DeepSeek-Math-V2; QED-Nano's `deepseek_math` agent
 */
export function deepseekMath(dialect: Dialect, settings: DeepseekMathSettings = DEEPSEEK_MATH): Scaffold {
  const { poolSize, verifications, reviewsPerRefinement, iterations } = settings
  return {
    id: 'dsm',
    label: 'Generate, verify, refine',
    mostCalls: poolSize * (1 + verifications) * (1 + iterations),
    *start(problem) {
      const reviewed: Reviewed[] = []
      let calls: Call[] = Array.from({ length: poolSize }, (_, i) => ({ key: `solve ${i + 1}`, role: 'solve', prompt: dialect.solveAndEvaluate(problem) }))
      for (let iteration = 0; ; iteration++) {
        const replies = yield calls
        const proofs = replies.map((reply, i) => ({ key: calls[i]!.key, proof: solutionSection(reply.content) })).filter(({ proof }) => proof !== '')
        reviewed.push(...(yield* review(problem, proofs)))
        // Array.sort is stable: among equals, the earlier proof comes first.
        const best = [...reviewed].sort((a, b) => b.mean - a.mean)
        if (iteration === iterations || best.length === 0 || best[0]!.mean === 1) return lastAnswer(best.slice(0, 1))
        calls = best.slice(0, poolSize).map((one, i) => ({
          key: `iteration ${iteration + 1}/refine ${i + 1}`,
          role: 'refine',
          prompt: dialect.refine(problem, one.proof, one.reviews.slice(0, reviewsPerRefinement).map((r) => r.text)),
        }))
      }
    },
  }

  function* review(problem: string, proofs: readonly { key: string; proof: string }[]): Generator<readonly Call[], Reviewed[], readonly Reply[]> {
    if (proofs.length === 0) return []
    const calls = proofs.flatMap(({ key, proof }) =>
      Array.from({ length: verifications }, (_, i): Call => ({ key: `${key}/verify ${i + 1}`, role: 'verify', prompt: dialect.verify(problem, proof) })),
    )
    const replies = yield calls
    return proofs.map(({ key, proof }, p) => {
      const own = replies.slice(p * verifications, (p + 1) * verifications).map(({ content }) => ({ text: content, verdict: verdictOf(content) }))
      return { key, proof, mean: own.reduce((sum, r) => sum + r.verdict, 0) / own.length, reviews: own.sort((a, b) => a.verdict - b.verdict) }
    })
  }
}

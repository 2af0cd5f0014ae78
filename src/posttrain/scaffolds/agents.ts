/** Scaffolds that work on one solution or direct several: self-check, the fixed graph, and the planner. */
import { lastBoxed, solutionSection, type Dialect } from './prompts'
import { ask, lastAnswer, type Call, type Reply, type Scaffold } from './scaffold'

export interface SelfCheckSettings {
  /** Reviews in a row that must find the proof right. */
  readonly yes: number
  /** Reviews in a row that find it wrong, after which it is given up. */
  readonly no: number
  readonly iterations: number
}

export const SELF_CHECK: SelfCheckSettings = { yes: 5, no: 10, iterations: 30 }

/**
 * Solve, improve once, then verify until the proof is found right five times in a row; a "no" is answered by a correction.
 * Given up, it returns the last solution. At most 2 + 3·iterations calls.
 * @source QED-Nano's `selfcheck` agent
 */
export function selfCheck(dialect: Dialect, settings: SelfCheckSettings = SELF_CHECK): Scaffold {
  return {
    id: 'selfcheck',
    label: 'Self-check',
    mostCalls: 2 + 3 * settings.iterations,
    *start(problem) {
      const answers: { key: string; proof: string }[] = []
      const take = (key: string, reply: Reply) => answers.push({ key, proof: solutionSection(reply.content) })
      take('solve', yield* ask({ key: 'solve', role: 'solve', prompt: dialect.solveAndEvaluate(problem) }))
      take('improve', yield* ask({ key: 'improve', role: 'refine', prompt: dialect.refine(problem, lastAnswer(answers).proof, []) }))
      let [yes, no] = [0, 0]
      for (let i = 1; i <= settings.iterations && yes < settings.yes && no < settings.no; i++) {
        const { proof } = lastAnswer(answers)
        const review = yield* ask({ key: `check ${i}/verify`, role: 'verify', prompt: dialect.verify(problem, proof) })
        const verdict = yield* ask({ key: `check ${i}/classify`, role: 'classify', prompt: dialect.classify(review.content) })
        if (lastBoxed(verdict.content)?.toLowerCase() === 'yes') {
          yes++
          no = 0
          continue
        }
        yes = 0
        no++
        const key = `check ${i}/correct`
        take(key, yield* ask({ key, role: 'refine', prompt: dialect.refine(problem, proof, [review.content]) }))
      }
      return lastAnswer(answers)
    },
  }
}

export interface StaticGraphSettings {
  /** Solutions without an approach, and approaches with `perApproach` solutions each. */
  readonly free: number
  readonly approaches: number
  readonly perApproach: number
}

/** Four starts of two solutions each. */
export const STATIC_GRAPH: StaticGraphSettings = { free: 8, approaches: 0, perApproach: 2 }

/**
 * A fixed graph: every solution is verified and improved once, neighbours are merged, one call chooses among the merged ones; an
 * unreadable choice takes the last. 3·n + n/2 + 1 calls (and one an approach): 29 for eight solutions.
 * @source QED-Nano's `static_math_agent`
 */
export function staticGraph(dialect: Dialect, settings: StaticGraphSettings = STATIC_GRAPH): Scaffold {
  const { free, approaches, perApproach } = settings
  const n = free + approaches * perApproach
  return {
    id: 'static',
    label: 'Fixed graph',
    mostCalls: approaches + 3 * n + Math.floor(n / 2) + 1,
    *start(problem) {
      const ideas =
        approaches > 0 ? yield Array.from({ length: approaches }, (_, i): Call => ({ key: `approach ${i + 1}`, role: 'approach', prompt: dialect.approach(problem, i) })) : []
      const solving = Array.from({ length: n }, (_, i): Call => {
        const idea = i < free ? null : ideas[Math.floor((i - free) / perApproach)]!.content
        return { key: `solve ${i + 1}`, role: 'solve', prompt: idea === null ? dialect.solve(problem) : dialect.solveBy(problem, idea) }
      })
      const solutions = (yield solving).map((reply) => reply.content)
      const reviews = yield solutions.map((proof, i): Call => ({ key: `solve ${i + 1}/verify`, role: 'verify', prompt: dialect.verify(problem, proof) }))
      const improved = yield solutions.map((proof, i): Call => ({ key: `solve ${i + 1}/improve`, role: 'refine', prompt: dialect.refine(problem, proof, [reviews[i]!.content]) }))
      const better = improved.map((reply, i) => ({ key: `solve ${i + 1}/improve`, proof: solutionSection(reply.content) || solutions[i]! }))
      const pairs = Array.from({ length: Math.floor(n / 2) }, (_, i): Call => ({
        key: `merge ${i + 1}`,
        role: 'merge',
        prompt: dialect.merge(problem, [better[2 * i]!.proof, better[2 * i + 1]!.proof]),
      }))
      const field = (yield pairs).map((reply, i) => ({ key: pairs[i]!.key, proof: reply.content }))
      if (n % 2) field.push(better[n - 1]!)
      const choice = yield* ask({ key: 'choose', role: 'select', prompt: dialect.choose(problem, field.map(({ proof }) => proof)) })
      const chosen = field[Number(lastBoxed(choice.content) ?? NaN) - 1]
      return lastAnswer(chosen?.proof ? [chosen] : field)
    },
  }
}

export interface PlannerSettings {
  /** Calls of the tools, planning not counted. */
  readonly calls: number
  readonly solutions: number
}

export const PLANNER: PlannerSettings = { calls: 15, solutions: 4 }

/**
 * A model directs: solve, verify, improve, merge, submit, within a budget. An unreadable or impossible action is answered by one
 * reminder; after a second one, or when the budget is spent, the last solution is submitted.
 * @source QED-Nano's `math_agent`, with its tools reduced to five
 */
export function planner(dialect: Dialect, settings: PlannerSettings = PLANNER): Scaffold {
  return {
    id: 'planner',
    label: 'Planner',
    mostCalls: 2 * settings.calls + 2,
    *start(problem) {
      const solutions: { key: string; proof: string; reviews: string[] }[] = []
      let [used, faults] = [0, 0]
      let note = ''
      for (let turn = 1; used < settings.calls && faults < 2; turn++) {
        const state = `${solutions.map((s, i) => `Solution ${i + 1}, ${s.reviews.length} reviews:\n${s.proof}\n${s.reviews.join('\n')}`).join('\n\n') || 'nothing yet'}\nCalls left: ${settings.calls - used}.${note}`
        const plan = yield* ask({ key: `plan ${turn}`, role: 'plan', prompt: dialect.plan(problem, state) })
        const [action = '', ...numbers] = (lastBoxed(plan.content) ?? '').toLowerCase().split(/[\s,]+/)
        const [first, second] = numbers.map((word) => solutions[Number(word) - 1])
        const key = `tool ${turn}/${action}`
        const add = (reply: Reply, proof = reply.content) => solutions.push({ key, proof, reviews: [] })
        note = ''
        if (action === 'submit' && first) return { proof: first.proof, from: first.key }
        if (action === 'solve' && solutions.length < settings.solutions) add(yield* ask({ key, role: 'solve', prompt: dialect.solve(problem) }))
        else if (action === 'verify' && first) first.reviews.push((yield* ask({ key, role: 'verify', prompt: dialect.verify(problem, first.proof) })).content)
        else if (action === 'improve' && first) {
          const reply = yield* ask({ key, role: 'refine', prompt: dialect.refine(problem, first.proof, first.reviews) })
          add(reply, solutionSection(reply.content))
        } else if (action === 'merge' && first && second) add(yield* ask({ key, role: 'merge', prompt: dialect.merge(problem, [first.proof, second.proof]) }))
        else {
          faults++
          note = ' The last action could not be carried out; choose another, or submit.'
          continue
        }
        used++
      }
      return lastAnswer(solutions)
    },
  }
}

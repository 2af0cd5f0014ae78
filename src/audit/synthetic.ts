/** A grading table of QEDBench's size and shape whose true inflation is known, because it was planted. */
import { Random } from '../base/random'
import type { PairedGrade } from './pairs'
import { proofIdOf, type GradeRow, type GradeTable } from './table'

/** Domains and problem counts of QEDBench. @source arXiv 2602.20629, project site */
export const DOMAIN_COUNTS: readonly (readonly [domain: string, problems: number])[] = [
  ['Abstract Algebra', 41], ['Algorithms', 49], ['Analysis', 41], ['Combinatorics', 11], ['Complex Analysis', 6],
  ['Discrete Math', 36], ['Graph Theory', 19], ['Number Theory', 25], ['ODE', 24], ['Probability Theory', 20],
]
/** Neutral names: invented grades must not be read as facts about a real model. */
export const SYNTHETIC_SOLVERS = ['Solver 1', 'Solver 2', 'Solver 3', 'Solver 4', 'Solver 5'] as const
export const SYNTHETIC_JUDGES = ['Judge A', 'Judge B', 'Judge C', 'Judge D', 'Judge E', 'Judge F', 'Judge G'] as const
export const SYNTHETIC_HUMAN = 'Human'

const SOLVER_OFFSETS = [0, 0.05, -0.05, 0.15, -0.15]
export const SEVERITIES: readonly number[] = [0.05, 0.08, -0.04, 0, -0.03, 0.2, 0.15]
/** [judge, solver] that share a maker: +0.10 on top. */
const OWN = new Map([[2, 1], [3, 3]])
export const SELF_PREFERENCE = 0.1
/** How much of the humans' course − expert shift each judge follows: most hardly at all. */
const RUBRIC_SENSITIVITY = [0.3, 0.1, 0.8, 0.5, 1, 0, 0]

/** One proof of the set: indices into the names, its human grade and its judges' grades under both rubrics. */
export interface SyntheticProof {
  readonly problemId: string
  /** 0..271. */
  readonly problem: number
  readonly domain: string
  readonly solver: number
  readonly human: { readonly expert: number; readonly course: number }
  readonly judges: readonly { readonly expert: number; readonly course: number }[]
}

/**
 * The 272 × 5 × 7 set.
 *   quality = 0.70 + solver offset + domain N(0, 0.05) + problem N(0, 0.15) + proof N(0, 0.15)
 *   human   = quality snapped to quarters, clipped to 0..1
 *   judge   = human + severity + N(0, 0.12), and +0.10 for judges C and D on solvers 2 and 4
 * That is the expert rubric. The course rubric is ours: humans take a quarter off every third passing proof, and a judge
 * follows a fixed part of that shift.
 * @param isClipped clip judges to 0..1 as a real scale does; unclipped grades keep the planted inflation exact in the mean
 * @source lab recipe for end-to-end tests of QEDBench audits, checked over 100 seeds
 */
export function syntheticProofs(seed: number, isClipped = true): SyntheticProof[] {
  const random = Random.seed(seed, 0x5e7)
  const bounded = (x: number) => (isClipped ? Math.min(1, Math.max(0, x)) : x)
  const proofs: SyntheticProof[] = []
  let problem = 0
  for (const [domain, count] of DOMAIN_COUNTS) {
    const ofDomain = 0.05 * random.normal()
    for (let i = 0; i < count; i++, problem++) {
      const ofProblem = 0.15 * random.normal()
      for (let solver = 0; solver < SYNTHETIC_SOLVERS.length; solver++) {
        const quality = 0.7 + SOLVER_OFFSETS[solver]! + ofDomain + ofProblem + 0.15 * random.normal()
        const expert = Math.min(1, Math.max(0, Math.round(quality * 4) / 4))
        const course = expert >= 0.5 && random.below(3) === 0 ? expert - 0.25 : expert
        const judges = SYNTHETIC_JUDGES.map((_, judge) => {
          const shift = SEVERITIES[judge]! + (OWN.get(judge) === solver ? SELF_PREFERENCE : 0)
          const graded = expert + shift + 0.12 * random.normal()
          return { expert: bounded(graded), course: bounded(graded + RUBRIC_SENSITIVITY[judge]! * (course - expert)) }
        })
        proofs.push({ problemId: `P${String(problem + 1).padStart(3, '0')}`, problem, domain, solver, human: { expert, course }, judges })
      }
    }
  }
  return proofs
}

/** Makers as a table's family columns would name them: two judges share one with a solver. */
function makers(judge: number | null, solver: number): GradeRow['extras'] {
  const owner = [...OWN].find(([, s]) => s === solver)?.[0]
  return {
    solverFamily: owner === undefined ? `Maker of ${SYNTHETIC_SOLVERS[solver]!}` : `Maker of ${SYNTHETIC_JUDGES[owner]!}`,
    ...(judge === null ? {} : { raterFamily: `Maker of ${SYNTHETIC_JUDGES[judge]!}` }),
  }
}

/** The set as a grade table: 1,360 proofs × (1 human + 7 judges) × 2 rubrics = 21,760 rows, none missing. */
export function syntheticTable(seed: number): GradeTable {
  const rows: GradeRow[] = []
  const extras = [null, ...SYNTHETIC_JUDGES.keys()].map((judge) => SYNTHETIC_SOLVERS.map((_, solver) => makers(judge, solver)))
  for (const proof of syntheticProofs(seed)) {
    const solver = SYNTHETIC_SOLVERS[proof.solver]!
    const shared = {
      line: null, problemId: proof.problemId, domain: proof.domain, solver, attempt: 0,
      proofId: proofIdOf(proof.problemId, solver, 0), run: 0, max: 1, status: 'ok', rationale: null,
    } as const
    for (const rubric of ['expert', 'course'] as const) {
      rows.push({ ...shared, rater: SYNTHETIC_HUMAN, kind: 'human', rubric, raw: proof.human[rubric], score: proof.human[rubric], extras: extras[0]![proof.solver]! })
      proof.judges.forEach((grades, judge) =>
        rows.push({ ...shared, rater: SYNTHETIC_JUDGES[judge]!, kind: 'llm', rubric, raw: grades[rubric], score: grades[rubric], extras: extras[judge + 1]![proof.solver]! }))
    }
  }
  return {
    rows, duplicates: [], texts: new Map(), guessedMax: null,
    raters: [{ id: SYNTHETIC_HUMAN, kind: 'human' }, ...SYNTHETIC_JUDGES.map((id) => ({ id, kind: 'llm' as const }))],
    rubrics: ['expert', 'course'], solvers: [...SYNTHETIC_SOLVERS], domains: DOMAIN_COUNTS.map(([d]) => d),
  }
}

/** Pairs of one judge under the expert rubric, for tests of what was planted. */
export function syntheticPairs(proofs: readonly SyntheticProof[], judge: number): PairedGrade[] {
  return proofs.map((p) => {
    const solver = SYNTHETIC_SOLVERS[p.solver]!
    return {
      proofId: proofIdOf(p.problemId, solver, 0), problemId: p.problemId, domain: p.domain, solver,
      judgeId: SYNTHETIC_JUDGES[judge]!, judge: p.judges[judge]!.expert, human: p.human.expert,
    }
  })
}

/** What every analysis starts from: a table, a query, and what is derived from both once. */
import { Random } from '../../base/random'
import { cellStream } from '../bootstrap'
import type { IntervalMethod } from '../intervals'
import { gridOf, levelsOf } from '../kappa'
import { humanReference, pairedGrades, raterScores, type PairedGrade, type RaterScores } from '../pairs'
import { sortedNames, type GradeTable, type ProofText } from '../table'
import { nameOf, numberOf, choiceOf, splitNames, type Chosen, type ChoiceSetting, type NameSetting, type NumberSetting } from './setting'

export interface AuditQuery {
  readonly rubric: string
  readonly solver: string | null
  readonly domain: string | null
  readonly threshold: number
  readonly replicates: number
  readonly seed: number
  readonly method: IntervalMethod
  readonly humans: readonly string[]
  /** Unparsed replies count as 0; off unless asked for, and said wherever it is on. */
  readonly isUnparsedZero: boolean
}

export class ViewContext {
  private readonly pairsBy = new Map<string, PairedGrade[]>()
  private readonly scoresBy = new Map<string, RaterScores>()

  constructor(
    readonly table: GradeTable, readonly humans: ReadonlySet<string>, readonly query: AuditQuery, readonly chosen: Chosen,
    readonly textOf: (proofId: string) => ProofText,
  ) {}

  /** All pairs in view under a rubric. */
  pairs(rubric = this.query.rubric): PairedGrade[] {
    let pairs = this.pairsBy.get(rubric)
    if (!pairs) {
      const { solver, domain, isUnparsedZero } = this.query
      pairs = pairedGrades(this.table, rubric, this.humans, isUnparsedZero).filter((p) => (solver === null || p.solver === solver) && (domain === null || p.domain === domain))
      this.pairsBy.set(rubric, pairs)
    }
    return pairs
  }

  pairsOf(judge: string, rubric = this.query.rubric): PairedGrade[] {
    return this.pairs(rubric).filter((p) => p.judgeId === judge)
  }

  /** Every rater's scores, humans included, within the solver and domain in view. */
  scores(rubric = this.query.rubric): RaterScores {
    let scores = this.scoresBy.get(rubric)
    if (!scores) {
      const { solver, domain, isUnparsedZero } = this.query
      const all = raterScores(this.table, rubric, isUnparsedZero)
      const about = new Map([...all.about].filter(([, a]) => (solver === null || a.solver === solver) && (domain === null || a.domain === domain)))
      scores = { about, byRater: new Map([...all.byRater].map(([rater, grades]) => [rater, new Map([...grades].filter(([id]) => about.has(id)))])) }
      this.scoresBy.set(rubric, scores)
    }
    return scores
  }

  reference(rubric = this.query.rubric): Map<string, number> {
    return humanReference(this.scores(rubric), this.humans)
  }

  get judges(): string[] {
    return sortedNames(this.pairs().map((p) => p.judgeId))
  }

  get humanNames(): string[] {
    return sortedNames(this.humans)
  }

  /** Levels of the rubric's grid: the coarsest that holds every human grade; quarters of full marks when none does. */
  get levels(): readonly number[] {
    const scores = this.scores()
    return gridOf([...this.humans].flatMap((h) => [...(scores.byRater.get(h)?.values() ?? [])])) ?? levelsOf(4)
  }

  number(setting: NumberSetting): number {
    return numberOf(setting, this.chosen)
  }

  choice(setting: ChoiceSetting): string {
    return choiceOf(setting, this.chosen)
  }

  name(setting: NameSetting): string | null {
    const names = setting.of === 'judges' ? this.judges : setting.of === 'humans' ? this.humanNames : setting.of === 'conditions' ? conditionsOf(this.table) : this.table[setting.of]
    return nameOf(setting, this.chosen, names)
  }

  names(id: string): string[] {
    return splitNames(this.chosen[id])
  }

  text(id: string): string {
    return this.chosen[id] ?? ''
  }

  random(stream: string): Random {
    return Random.seed(this.query.seed, cellStream(stream))
  }

  get bootstrapOptions() {
    const { replicates, seed, method } = this.query
    return { replicates, seed, method }
  }

  /** Says what every caption has to: rubric, reference, filters, how unparsed replies were counted. */
  get basis(): string {
    const { rubric, solver, domain, isUnparsedZero } = this.query
    const humans = this.humanNames
    return [
      `Rubric “${rubric}”`,
      humans.length === 0 ? 'no human reference' : humans.length === 1 ? `human reference: ${humans[0]}` : `human reference: mean of ${humans.length} humans`,
      ...(solver === null ? [] : [`solver ${solver} only`]), ...(domain === null ? [] : [`domain ${domain} only`]),
      ...(isUnparsedZero ? ['unparsed replies counted as 0'] : []),
    ].join(', ') + '.'
  }

  get intervalWords(): string {
    const { replicates, seed, method } = this.query
    return `Brackets: 95 % ${method === 'bca' ? 'BCa' : 'percentile'} cluster bootstrap by problem, ${replicates.toLocaleString('en-US')} draws, seed ${seed}.`
  }
}

/** Names of the conditions that an ablation table tells apart. */
export function conditionsOf(table: GradeTable): string[] {
  return sortedNames(table.rows.flatMap((r) => (r.extras?.condition !== undefined ? [r.extras.condition] : [])))
}

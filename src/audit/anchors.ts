/** Do a table's own numbers reproduce the published ones? */
import { grouped } from './clusters'
import { printsAs } from './granularity'
import { humanReference, pairedGrades, raterScores } from './pairs'
import { PUBLISHED_FACTS, PUBLISHED_INFLATION, type Published } from './published'
import type { GradeTable } from './table'

export type AnchorVerdict = 'reproduced' | 'contradicted' | 'not computable'

export interface AnchorReading {
  /** What was computed: "mean over all", "largest over domains: ODE". */
  readonly name: string
  readonly rubric: string
  readonly value: number
  readonly n: number
  readonly matches: boolean
}

export interface AnchorCheck {
  readonly id: string
  readonly quantity: string
  readonly published: number
  readonly source: string
  readonly verdict: AnchorVerdict
  readonly readings: readonly AnchorReading[]
}

/** A published name in the table's own spelling: letters and digits alone decide; null when absent. */
export function nameIn(published: string, names: readonly string[]): string | null {
  const bare = (s: string) => s.toLowerCase().replace(/[^a-z0-9]/g, '')
  return names.find((n) => bare(n) === bare(published)) ?? names.find((n) => bare(n).includes(bare(published)) || (bare(n).length > 4 && bare(published).includes(bare(n)))) ?? null
}

/**
 * Each public anchor against the table: reproduced when a reading prints as the published value under either rounding rule,
 * contradicted when the quantity can be computed and none does, else not computable.
 * "Up to" does not say over what, so every reading is tried: all proofs, the largest over domains, solvers, rubrics and
 * domain × solver cells.
 * @param threshold pass mark of A10 and A11
 */
export function checkAnchors(table: GradeTable, humans: ReadonlySet<string>, threshold = 0.9): AnchorCheck[] {
  const judges = table.raters.filter((r) => !humans.has(r.id)).map((r) => r.id)
  const checks: AnchorCheck[] = []
  for (const [judge, figures] of Object.entries(PUBLISHED_INFLATION)) {
    const name = nameIn(judge, judges)
    const readings = figures.length === 0 || name === null ? [] : inflationReadings(table, name, humans)
    for (const figure of figures) checks.push(checked(figure, `Inflation of ${judge}, up to`, readings))
  }
  for (const fact of PUBLISHED_FACTS) {
    const value = fact.unit === 'percent' ? fact.value / 100 : fact.value
    const readings = factReadings(table, fact.quantity, humans, judges, threshold)
    checks.push(checked({ ...fact, value }, fact.quantity, readings, fact.unit === 'percent' ? 3 : 2))
  }
  return checks.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
}

function checked(figure: Published, quantity: string, readings: readonly Omit<AnchorReading, 'matches'>[], decimals = 2): AnchorCheck {
  const read = readings.map((r) => ({ ...r, matches: printsAs(r.value, figure.value, decimals) }))
  return {
    id: figure.id, quantity, published: figure.value, source: figure.source, readings: read,
    verdict: read.length === 0 ? 'not computable' : read.some((r) => r.matches) ? 'reproduced' : 'contradicted',
  }
}

function inflationReadings(table: GradeTable, judge: string, humans: ReadonlySet<string>): Omit<AnchorReading, 'matches'>[] {
  const readings: Omit<AnchorReading, 'matches'>[] = []
  const all: { name: string; rubric: string; value: number; n: number }[] = []
  for (const rubric of table.rubrics) {
    const pairs = pairedGrades(table, rubric, humans).filter((p) => p.judgeId === judge)
    if (pairs.length === 0) continue
    const mean = (of: typeof pairs) => of.reduce((sum, p) => sum + p.judge - p.human, 0) / of.length
    all.push({ name: 'mean over all proofs', rubric, value: mean(pairs), n: pairs.length })
    for (const [over, key] of [['domains', (p: (typeof pairs)[number]) => p.domain], ['solvers', (p: (typeof pairs)[number]) => p.solver], ['domain × solver cells', (p: (typeof pairs)[number]) => `${p.domain}, ${p.solver}`]] as const) {
      const groups = grouped(pairs.filter((p) => over === 'solvers' || p.domain !== ''), key)
      const largest = [...groups].map(([name, own]) => ({ name, value: mean(own), n: own.length })).sort((a, b) => b.value - a.value)[0]
      if (largest) readings.push({ name: `largest over ${over}: ${largest.name}`, rubric, value: largest.value, n: largest.n })
    }
  }
  const overRubrics = [...all].sort((a, b) => b.value - a.value)[0]
  if (all.length > 1 && overRubrics) readings.unshift({ ...overRubrics, name: `largest over rubrics: ${overRubrics.rubric}` })
  return [...all, ...readings]
}

function factReadings(table: GradeTable, quantity: string, humans: ReadonlySet<string>, judges: readonly string[], threshold: number): Omit<AnchorReading, 'matches'>[] {
  const mean = /^Human mean, (.+), (.+)$/.exec(quantity)
  const pass = /^Human pass rate, (.+), (.+)$/.exec(quantity)
  const given = /^Pass rate given by (.+)$/.exec(quantity)
  const readings: Omit<AnchorReading, 'matches'>[] = []
  for (const rubric of table.rubrics) {
    const scores = raterScores(table, rubric)
    const isPass = (s: number) => (s >= threshold - 1e-9 ? 1 : 0)
    let values: number[] = []
    if (mean || pass) {
      const [, solverName, domainName] = (mean ?? pass)!
      const solver = nameIn(solverName!, table.solvers)
      const domain = domainName === 'all domains' ? null : nameIn(domainName!, table.domains)
      if (solver === null || (domain === null && domainName !== 'all domains')) continue
      values = [...humanReference(scores, humans)]
        .filter(([id]) => scores.about.get(id)!.solver === solver && (domain === null || scores.about.get(id)!.domain === domain))
        .map(([, s]) => (pass ? isPass(s) : s))
    } else if (given) {
      const judge = nameIn(given[1]!, judges)
      values = judge === null ? [] : [...(scores.byRater.get(judge)?.values() ?? [])].map(isPass)
    }
    if (values.length > 0) readings.push({ name: pass || given ? `share at ≥ ${threshold}` : 'mean', rubric, value: values.reduce((a, b) => a + b, 0) / values.length, n: values.length })
  }
  return readings
}

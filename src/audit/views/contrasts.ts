/** One thing against another: rubrics, groups of domains, conditions, contamination. */
import { bootstrapSteps } from '../bootstrap'
import { grouped } from '../clusters'
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import type { ForestRow } from '../figures/figure'
import { conditionOf } from '../melt'
import { order, type PairedGrade } from '../pairs'
import { rubricShiftSteps, type RubricShift } from '../rubricShift'
import { sortedNames } from '../table'
import { conditionsOf, type ViewContext } from './context'
import { CONDITION_A, CONDITION_B, FROM_RUBRIC, GROUP, TO_RUBRIC } from './settings'

/** F10: how far judges and humans move between two rubrics. */
export function* twoRubrics(context: ViewContext): Generator<number, Exhibit[]> {
  const [from, to] = [context.name(FROM_RUBRIC)!, context.name(TO_RUBRIC)!]
  if (from === to) return [message('rubrics', 'One rubric only', 'This table has one rubric, or the same one was chosen twice: there is no shift to measure.')]
  const judges = sortedNames(context.pairs(from).map((p) => p.judgeId))
  const shifts: RubricShift[] = []
  for (const [i, judge] of judges.entries()) {
    const steps = rubricShiftSteps(context.pairsOf(judge, from), context.pairsOf(judge, to), context.bootstrapOptions)
    for (;;) {
      const step = steps.next()
      if (step.done) {
        if (step.value) shifts.push(step.value)
        break
      }
      yield (i + step.value) / judges.length
    }
  }
  const opens = (judge: string) => ({ judge, solver: null, domain: null, rubric: to })
  const isFlat = shifts.length > 0 && shifts.every((s) => s.sensitivity.estimate === null)
  return [exhibit({
    id: 'rubric-shift', title: `From “${from}” to “${to}”`,
    caption: `Mean change of score on proofs graded by judge and humans under both rubrics. Sensitivity = judge’s shift / humans’ shift: 0 ignores the rubric, 1 follows it; a dash where the humans’ own interval holds 0. ${context.intervalWords}`,
    columns: [column('Judge', 'text'), column('judge’s shift', 'signed'), column('humans’ shift', 'signed'), column('sensitivity')],
    rows: shifts.map((s) => [entry(s.judge, { opens: opens(s.judge) }), estimate(s.judgeShift.estimate, s.judgeShift.interval, { n: s.proofs, opens: opens(s.judge) }), estimate(s.humanShift.estimate, s.humanShift.interval), estimate(s.sensitivity.estimate, s.sensitivity.interval)]),
    figure: {
      kind: 'forest', axis: 'rubric sensitivity', lines: [{ at: 1, label: 'follows' }],
      rows: shifts.flatMap((s): ForestRow[] => s.sensitivity.estimate === null ? [] : [{ label: s.judge, value: s.sensitivity.estimate, low: s.sensitivity.interval?.low ?? null, high: s.sensitivity.interval?.high ?? null, note: `${s.proofs} proofs`, series: 1, opens: opens(s.judge) }]),
    },
    warnings: isFlat ? ['Humans themselves do not move surely between these rubrics, so no sensitivity can be given.'] : [],
  })]
}

/** F11: inflation in a group of domains against the rest. */
export function* domainGroups(context: ViewContext): Generator<number, Exhibit[]> {
  const domains = sortedNames(context.pairs().map((p) => p.domain).filter((d) => d !== ''))
  if (domains.length < 2) return [message('groups', 'No domains to compare', 'This table names fewer than two domains.')]
  const chosen = context.names(GROUP.id).filter((d) => domains.includes(d))
  const group = new Set(chosen.length > 0 ? chosen : domains.filter((d) => /discrete|combinator|graph|number|algorithm/i.test(d)))
  if (group.size === 0 || group.size === domains.length) return [message('groups', 'Choose a group', 'Choose some domains, but not all, as the first group.')]
  const rest = domains.filter((d) => !group.has(d))
  return [yield* differenceExhibit(context, 'groups', 'First group against the rest', (p) => (p.domain === '' ? null : group.has(p.domain)), [...group].join(', '), rest.join(', '),
    'Which domains the authors call discrete is not published; the grouping is a setting.')]
}

/** F16: inflation by the contamination flag of the problem. */
export function* contamination(context: ViewContext): Generator<number, Exhibit[]> {
  const flags = new Map(context.table.rows.flatMap((r) => (r.extras?.contamination ? [[r.problemId, r.extras.contamination.toLowerCase()]] : [])))
  if (flags.size === 0) return [message('contamination', 'No contamination column', 'Add a column `contamination` with none, similar or exact for each problem, then drop the table again.')]
  const isClean = (flag: string | undefined) => flag === undefined || /^(none|no|clean|false|0)$/.test(flag)
  const first = yield* differenceExhibit(context, 'contamination', 'Flagged problems against the others', (p) => !isClean(flags.get(p.problemId)), 'flagged', 'not flagged', '')
  const byFlag = grouped([...context.pairs()], (p) => flags.get(p.problemId) ?? 'none')
  return [first, exhibit({
    id: 'by-flag', title: 'By flag', caption: `Human mean and inflation over all judges. ${context.basis} n: grades.`,
    columns: [column('Flag', 'text'), column('problems', 'count'), column('human mean'), column('inflation', 'signed')],
    rows: [...byFlag].map(([flag, own]) => [entry(flag), entry(new Set(own.map((p) => p.problemId)).size), entry(own.reduce((s, p) => s + p.human, 0) / own.length), entry(own.reduce((s, p) => s + p.judge - p.human, 0) / own.length, { n: own.length })]),
  })]
}

function* differenceExhibit(context: ViewContext, id: string, title: string, isFirst: (p: PairedGrade) => boolean | null, first: string, second: string, warning: string): Generator<number, Exhibit> {
  const rows: { judge: string; a: Result; b: Result; difference: Result; n: readonly [number, number] }[] = []
  for (const judge of context.judges) {
    const pairs = context.pairsOf(judge)
    const problems = [...new Set(pairs.map((p) => p.problemId))].sort(order)
    const at = new Map(problems.map((p, i) => [p, i]))
    const columns = [0, 1, 2, 3].map(() => new Float64Array(problems.length))
    const n: [number, number] = [0, 0]
    for (const p of pairs) {
      const which = isFirst(p)
      if (which === null) continue
      const base = which ? 0 : 2
      n[which ? 0 : 1]++
      columns[base]![at.get(p.problemId)!]! += p.judge - p.human
      columns[base + 1]![at.get(p.problemId)!]!++
    }
    const ratio = (s: (k: number) => number, k: number) => (s(k + 1) > 0 ? s(k) / s(k + 1) : NaN)
    const [a, b, difference] = yield* bootstrapSteps(columns, [(s) => ratio(s, 0), (s) => ratio(s, 2), (s) => ratio(s, 0) - ratio(s, 2)], { ...context.bootstrapOptions, stream: `${id}|${judge}` })
    rows.push({ judge, a: a!, b: b!, difference: difference!, n })
  }
  return exhibit({
    id, title, caption: `Inflation among “${first}” and “${second}”, and their difference. ${context.basis} ${context.intervalWords} n: proofs.`,
    columns: [column('Judge', 'text'), column('first', 'signed', first), column('second', 'signed', second), column('difference', 'signed')],
    rows: rows.map((r) => [entry(r.judge, { opens: { judge: r.judge, solver: null, domain: null } }), estimate(r.a.estimate, r.a.interval, { n: r.n[0] }), estimate(r.b.estimate, r.b.interval, { n: r.n[1] }), estimate(r.difference.estimate, r.difference.interval)]),
    figure: { kind: 'forest', axis: 'difference of inflation', rows: rows.flatMap((r): ForestRow[] => r.difference.estimate === null ? [] : [{ label: r.judge, value: r.difference.estimate, low: r.difference.interval?.low ?? null, high: r.difference.interval?.high ?? null, note: `${r.n[0]} against ${r.n[1]} proofs`, opens: { judge: r.judge, solver: null, domain: null } }]) },
    warnings: warning === '' ? [] : [warning],
  })
}

interface Result { readonly estimate: number | null; readonly interval: { readonly low: number; readonly high: number } | null }

/** F15: the same judge under two conditions, proof by proof. */
export function* ablations(context: ViewContext): Generator<number, Exhibit[]> {
  const conditions = conditionsOf(context.table)
  const [a, b] = [context.name(CONDITION_A), context.name(CONDITION_B)]
  if (conditions.length < 2 || a === null || b === null) return [message('ablation', 'No conditions', 'Add a column `condition` that names what was changed (strict, deterministic, binary, with reference…), then drop the table again. Each judge then appears once a condition.')]
  const judges = sortedNames(context.judges.flatMap((r) => conditionOf(r, conditions)?.judge ?? []))
  const rows: { judge: string; shift: Result; proofs: number; before: number | null; after: number | null }[] = []
  for (const judge of judges) {
    const of = (condition: string) => context.pairs().filter((p) => { const c = conditionOf(p.judgeId, conditions); return c?.judge === judge && c.condition === condition })
    const other = new Map(of(b).map((p) => [p.proofId, p]))
    const both = of(a).flatMap((p) => (other.has(p.proofId) ? [[p, other.get(p.proofId)!] as const] : []))
    if (both.length === 0) continue
    const problems = [...new Set(both.map(([p]) => p.problemId))].sort(order)
    const at = new Map(problems.map((p, i) => [p, i]))
    const columns = [0, 1].map(() => new Float64Array(problems.length))
    for (const [x, y] of both) {
      columns[0]![at.get(x.problemId)!]! += x.judge - y.judge
      columns[1]![at.get(x.problemId)!]!++
    }
    const [shift] = yield* bootstrapSteps(columns, [(s) => s(0) / s(1)], { ...context.bootstrapOptions, stream: `ablation|${judge}` })
    const inflation = (which: 0 | 1) => both.reduce((sum, pair) => sum + pair[which].judge - pair[which].human, 0) / both.length
    rows.push({ judge, shift: shift!, proofs: both.length, before: inflation(1), after: inflation(0) })
  }
  return [exhibit({
    id: 'ablation', title: `“${a}” against “${b}”`,
    caption: `Mean difference of the judge’s score on the same proofs, and its inflation under each condition. ${context.basis} ${context.intervalWords} n: proofs graded under both.`,
    columns: [column('Judge', 'text'), column('difference', 'signed'), column(`inflation, ${a}`, 'signed'), column(`inflation, ${b}`, 'signed')],
    rows: rows.map((r) => [entry(r.judge), estimate(r.shift.estimate, r.shift.interval, { n: r.proofs }), entry(r.after, { opens: { judge: `${r.judge} · ${a}`, solver: null, domain: null } }), entry(r.before, { opens: { judge: `${r.judge} · ${b}`, solver: null, domain: null } })]),
    figure: { kind: 'forest', axis: `score under “${a}” − under “${b}”`, rows: rows.map((r) => ({ label: r.judge, value: r.shift.estimate ?? 0, low: r.shift.interval?.low ?? null, high: r.shift.interval?.high ?? null, note: `${r.proofs} proofs` })) },
  })]
}

/** An exhibit that says why there is nothing to show, and what would change that. */
export function message(id: string, title: string, next: string): Exhibit {
  return exhibit({ id, title, caption: next, columns: [], rows: [] })
}

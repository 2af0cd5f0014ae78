/** F25: what the order of two answers does to a judge that compares them. */
import { bradleyTerry, orderSwap, type PairwiseResult } from '../bradleyTerry'
import { column, entry, estimate, exhibit, type Exhibit } from '../exhibit'
import { wilson } from '../passTable'
import { keyOf, sortedNames } from '../table'
import type { PairTable, PairVerdict } from '../pairwise'

/** The exhibits of a table of comparisons. */
export function pairExhibits({ verdicts, labels, unread }: PairTable): Exhibit[] {
  const judges = sortedNames(verdicts.map((v) => v.judge))
  const rows = judges.map((judge) => {
    const own = verdicts.filter((v) => v.judge === judge)
    const swap = orderSwap(bothOrders(own))
    const decided = own.filter((v) => v.winner !== 0)
    const firstWins = decided.filter((v) => v.winner === 1).length
    const judged = own.flatMap((v) => { const right = labels.get(v.pairId); return right === undefined ? [] : [v.won === right ? 1 : 0] })
    const fit = bradleyTerry(tallied(own), true)
    return { judge, own, swap, firstWins, decided: decided.length, right: judged.reduce<number>((a, b) => a + b, 0), labelled: judged.length, fit }
  })
  return [
    exhibit({
      id: 'order-swap', title: 'Does the order decide?',
      caption: `Flips: share of pairs, asked in both orders, whose winner changes with the order. First slot: share of decided comparisons that whatever stood first won, with its Wilson interval; without an order effect one half, when both orders are asked. Pull: log odds given to the first slot by a Bradley–Terry fit, answers held equal.${labels.size > 0 ? ' Right: share of verdicts that name the labelled answer.' : ''} n: verdicts.${unread > 0 ? ` ${unread} rows without a verdict that could be read are left out.` : ''}`,
      columns: [column('Judge', 'text'), column('pairs in both orders', 'count'), column('flips', 'percent'), column('first slot wins', 'percent'), column('pull of the first slot', 'signed'), ...(labels.size > 0 ? [column('right', 'percent')] : [])],
      rows: rows.map((r) => [
        entry(r.judge, { n: r.own.length }), entry(r.swap?.pairs ?? 0), entry(r.swap?.flipRate ?? null, { tone: (r.swap?.flipRate ?? 0) > 0.1 ? 'warn' : undefined }),
        estimate(r.decided === 0 ? null : r.firstWins / r.decided, r.decided === 0 ? null : wilson(r.firstWins, r.decided)),
        estimate(r.fit.isConverged ? r.fit.firstSlot : null, r.fit.isConverged && r.fit.firstSlot !== null && r.fit.firstSlotError !== null ? { low: r.fit.firstSlot - 1.96 * r.fit.firstSlotError, high: r.fit.firstSlot + 1.96 * r.fit.firstSlotError } : null),
        ...(labels.size > 0 ? [entry(r.labelled === 0 ? null : r.right / r.labelled)] : []),
      ]),
      warnings: rows.some((r) => r.swap === null) ? ['A judge that was asked in one order only has no flips to count, and its first-slot share mixes order with quality.'] : [],
    }),
    exhibit({
      id: 'pair-strengths', title: 'Strengths of the answers',
      caption: 'Bradley–Terry log strengths under each judge, centred on 0, with the pull of the first slot taken out; ties count as half a win. A dash where something always won or always lost: its strength has no finite value.',
      columns: [column('Answer by', 'text'), ...judges.map((j) => column(j, 'signed'))],
      rows: sortedNames(verdicts.flatMap((v) => [v.first, v.second])).map((name) => [entry(name), ...rows.map((r) => entry(r.fit.isConverged ? (r.fit.strength.get(name) ?? null) : null))]),
    }),
  ]
}

/** Pairs of one judge that were asked in both orders. */
function bothOrders(own: readonly PairVerdict[]): { forward: PairVerdict['winner']; backward: PairVerdict['winner'] }[] {
  const byPair = new Map<string, PairVerdict[]>()
  for (const v of own) byPair.set(v.pairId, [...(byPair.get(v.pairId) ?? []), v])
  return [...byPair.values()].flatMap((asked) => {
    const forward = asked.find((v) => !v.isSwapped)
    const backward = asked.find((v) => v.isSwapped)
    return forward && backward ? [{ forward: forward.winner, backward: backward.winner }] : []
  })
}

function tallied(own: readonly PairVerdict[]): PairwiseResult[] {
  const by = new Map<string, { first: string; second: string; wins: number; count: number }>()
  for (const { first, second, winner } of own) {
    const key = keyOf(first, second)
    const sum = by.get(key) ?? { first, second, wins: 0, count: 0 }
    sum.wins += winner === 1 ? 1 : winner === 0 ? 0.5 : 0
    sum.count++
    by.set(key, sum)
  }
  return [...by.values()]
}

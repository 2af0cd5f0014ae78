/** What the table lacks, in a line: counted by reason, never filled in. */
import type { GapReason } from '../../audit/ledger'
import { Badge } from '../../ui/Badge'
import type { AuditTable } from '../../../workers/stats/protocol'
import { count, plain } from './format'

export const REASONS: readonly (readonly [GapReason, label: string, meaning: string])[] = [
  ['missing', 'missing', 'a row with an empty grade'],
  ['absent', 'no row', 'a proof without this judge’s grade under this rubric'],
  ['refused', 'refused', 'the rater declined to grade'],
  ['unparsed', 'unparsed', 'a reply without a readable grade'],
  ['truncated', 'truncated', 'a reply that was cut before its grade'],
  ['out_of_range', 'out of range', 'a grade below 0 or above full marks'],
  ['noHuman', 'no human grade', 'a judged proof without a human grade under the same rubric'],
  ['duplicate', 'duplicate', 'a second row for the same proof, rater, rubric and run; the first counts'],
  ['unread', 'unreadable line', 'a line of the file that is not a row'],
]

export function GapBadges({ table }: { readonly table: AuditTable }) {
  const gaps = REASONS.filter(([reason]) => table.ledger.counts[reason] > 0)
  return (
    <>
      {gaps.length === 0 ? <Badge tone="good">no gaps</Badge> : gaps.map(([reason, label, meaning]) => (
        <Badge key={reason} tone="warn" title={meaning}>{count(table.ledger.counts[reason])} {label}</Badge>
      ))}
      {table.flags.includes('no_train') ? <Badge tone="neutral" title="Nothing is trained on these rows">evaluation only</Badge> : null}
      {table.flags.includes('no_export') ? <Badge tone="neutral" title="Exports and reports hold aggregates over at least 5 proofs">rows stay here</Badge> : null}
      {table.guessedMax !== null ? <Badge tone="warn" title="No column names the full marks; this scale holds every score seen">full marks taken as {plain(table.guessedMax, 0)}</Badge> : null}
    </>
  )
}

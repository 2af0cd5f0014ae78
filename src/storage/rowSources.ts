/** Several row sources as one, in order: the shards of a dataset. */
import type { ColumnInfo } from '../proofs/schemas/schema'
import type { RowSource } from './bytes'

/**
 * @throws Error when a shard has not the columns of the first: it belongs to another set
 */
export function joinedSources(sources: readonly RowSource[], names: readonly string[]): RowSource {
  const first = sources[0]!
  if (sources.length === 1) return first
  const starts: number[] = []
  const groupEnds: number[] = []
  let rows = 0
  for (const [i, source] of sources.entries()) {
    const missing = first.columns.find((c) => !source.columns.some((other) => other.name === c.name))
    if (missing) throw new Error(`\`${names[i]}\` has no column \`${missing.name.slice(0, 60)}\`, which \`${names[0]}\` has`)
    starts.push(rows)
    for (const end of source.groupEnds) groupEnds.push(rows + end)
    rows += source.rows
  }
  return {
    rows, rowGroups: sources.reduce((sum, s) => sum + s.rowGroups, 0), columns: first.columns.map((c) => weighed(c, sources)), groupEnds,
    async read(wanted, start, end) {
      const records: Record<string, unknown>[] = []
      for (const [i, source] of sources.entries()) {
        const from = Math.max(start - starts[i]!, 0)
        const to = Math.min(end - starts[i]!, source.rows)
        if (from < to) for (const record of await source.read(wanted, from, to)) records.push(record)
      }
      return records
    },
  }
}

function weighed(column: ColumnInfo, sources: readonly RowSource[]): ColumnInfo {
  const sizes = sources.map((s) => s.columns.find((c) => c.name === column.name)?.meanBytes)
  return sizes.every((size) => size !== undefined) ? { ...column, meanBytes: Math.max(...sizes) } : column
}

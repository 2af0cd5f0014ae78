/** The tables that queries are answered from: the last few datasets asked about, each loaded once. */
import { fail, type Result } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import type { Query } from '../../src/proofs/query/filters'
import type { DatasetReader, Opened, ReadFailure } from '../../src/storage/datasets'
import type { Database } from '../../src/storage/database'
import { readProfile, writeProfile } from '../../src/storage/datasetProfile'
import { DatasetTable, previewRows, type ColumnFacts, type GridPage, type QueryFailure, type Selection } from '../../src/storage/datasetTable'
import type { OnRows } from './protocol'

const KEPT = 2

export class Tables {
  private readonly loaded = new Map<string, { roles: string; table: Promise<DatasetTable> }>()
  private readonly selecting = new Map<string, AbortController>()

  constructor(private readonly reader: DatasetReader, private readonly database: Database) {}

  forget(id: string): void {
    this.loaded.delete(id)
    this.selecting.get(id)?.abort()
  }

  /** From the catalogue when they were found before; the columns are then read only once a query asks for them. */
  facts(id: string, onRows: OnRows): Promise<Result<readonly ColumnFacts[], ReadFailure>> {
    return this.reader.use(id, async (opened) => {
      const known = this.loaded.has(id) ? null : await readProfile(this.database, opened)
      if (known) return known
      const { facts } = await this.table(opened, onRows)
      await writeProfile(this.database, opened, facts)
      return facts
    })
  }

  async select(id: string, query: Query, onRows: OnRows): Promise<Result<Selection, ReadFailure | QueryFailure>> {
    this.selecting.get(id)?.abort()
    const stop = new AbortController()
    this.selecting.set(id, stop)
    const result = await this.reader.use<Result<Selection, QueryFailure>>(id, async (opened) => {
      const table = await this.table(opened, onRows)
      return stop.signal.aborted ? fail('superseded', 'Another query took its place.') : table.select(query, onRows, stop.signal)
    })
    return result.ok ? result.value : result
  }

  page(id: string, rows: readonly number[], query: Query): Promise<Result<GridPage, ReadFailure>> {
    return this.reader.use(id, async (opened) => {
      const inRange = rows.filter((row) => Number.isInteger(row) && row >= 0 && row < opened.source.rows)
      const isPlain = query.search === '' && inRange.every((row, i) => i === 0 || row === inRange[i - 1]! + 1)
      if (isPlain && !this.loaded.has(id)) return { rows: inRange.length ? await previewRows(opened, inRange[0]!, inRange.at(-1)! + 1) : [], snippets: null }
      return (await this.table(opened, () => {})).page(inRange, query)
    })
  }

  /** The table of the dataset as its roles are now. */
  table(opened: Opened, onRows: OnRows): Promise<DatasetTable> {
    const { id } = opened.record
    const roles = JSON.stringify(opened.set.names)
    const known = this.loaded.get(id)
    if (known?.roles === roles) {
      // A call that finds it loading has heard nothing yet: it is told as it ends.
      return known.table.finally(() => onRows(opened.source.rows))
    }
    for (const old of [...this.loaded.keys()].slice(0, 1 - KEPT)) this.loaded.delete(old)
    const table = DatasetTable.load(opened, onRows, neverStop).then((loaded) => loaded!)
    this.loaded.set(id, { roles, table })
    table.catch(() => this.loaded.delete(id))
    return table
  }
}

/** The data worker's part of a distillation: problems in, replies kept, the dataset made. */
import { fail, ok, type Result } from '../../src/base/result'
import { neverStop } from '../../src/base/stop'
import { CHECKER_NAME } from '../../src/posttrain/distil/checkerGrade'
import type { DistilItem } from '../../src/posttrain/distil/distil'
import { distilledRows, distilStep } from '../../src/posttrain/distil/distilledRows'
import { schemaOf } from '../../src/proofs/schemas'
import { columnsFor, proofRow } from '../../src/proofs/schemas/rows'
import type { DatasetReader, DatasetHome } from '../../src/storage/datasets'
import { getDataset } from '../../src/storage/datasets'
import type { DatasetRecord } from '../../src/storage/datasetRecord'
import type { DistilStore } from '../../src/storage/distilJobs'
import { parquetFile } from '../../src/storage/exportRows'
import { importDataset, type ImportFailure } from '../../src/storage/importDataset'
import type { DistilFailure, DistilJobState } from './protocol'

const COLUMNS = [
  ...['problem', 'reasoning_content', 'proof', 'category', 'competition'].map((name) => ({ name, type: 'string' })),
  { name: 'grade', type: 'int64' },
  ...['grader', 'teacher', 'licence', 'source'].map((name) => ({ name, type: 'string' })),
  { name: 'messages', type: 'list<struct{content, role}>' },
]

export class Distilling {
  constructor(
    private readonly home: DatasetHome,
    private readonly reader: DatasetReader,
    private readonly store: DistilStore,
    private readonly writing: <T>(work: () => Promise<T>) => Promise<T>,
    private readonly changed: (datasetId: string) => void,
  ) {}

  /** Problems of the first `limit` rows; a dataset for evaluation gives none, and says why. */
  async items(datasetId: string, limit: number): Promise<Result<readonly DistilItem[], DistilFailure>> {
    const record = await getDataset(this.home, datasetId)
    if (record?.flags.includes('no_train'))
      return fail('evaluationOnly', schemaOf(record.schemaId).evaluationOnly ?? 'It is marked for evaluation only: what is distilled from it would be trained on.', { where: `\`${record.name}\``, next: 'Choose a dataset of training problems.' })
    const read = await this.reader.use(datasetId, async ({ source, set }) => {
      const columns = columnsFor(set, ['problem', 'rubric', 'category', 'competition', 'source'])
      const items: DistilItem[] = []
      let start = 0
      for (const end of source.groupEnds) {
        const rows = start < limit ? await source.read(columns, start, Math.min(end, limit)) : []
        rows.forEach((raw, i) => {
          const { problem, rubric, category, competition, source: from } = proofRow(set, raw, start + i)
          if (problem.trim() !== '') items.push({ index: start + i, problem, rubric, category, competition, source: from })
        })
        start = end
      }
      return items
    })
    if (read.ok && read.value.length === 0) return fail('noProblems', 'None of its rows has a problem.', { where: `\`${record?.name ?? datasetId}\``, next: 'Set the column that holds it under Columns.' })
    return read
  }

  async jobs(): Promise<readonly DistilJobState[]> {
    return Promise.all((await this.store.list()).map(async (job) => {
      const rows = await this.store.rows(job.id)
      return { ...job, done: rows.length, kept: rows.filter((r) => r.outcome === 'kept').length, failed: rows.filter((r) => r.outcome === 'failed').length }
    }))
  }

  /** The rows kept so far as a dataset of its own, in FineProofs-SFT's columns, with teacher, licence and lineage. */
  async finish(jobId: string): Promise<Result<DatasetRecord, DistilFailure | ImportFailure>> {
    const job = await this.store.get(jobId)
    if (!job) return fail('noJob', 'This browser does not hold the distillation.')
    const items = await this.items(job.datasetId, job.limit)
    if (!items.ok) return items
    const rows = await this.store.rows(jobId)
    const made = distilledRows(items.value, rows, job.choice, CHECKER_NAME)
    if (made.length === 0) return fail('empty', 'No reply was kept, so there is nothing to make a dataset of.', { where: job.name, next: 'Look at the counts: a longer limit, another teacher, or no lowest grade may help.' })
    const parent = await getDataset(this.home, job.datasetId)
    const step = distilStep(rows, made.length, job.choice)
    const lineage = {
      parents: [...(parent?.lineage?.parents ?? []), { id: job.datasetId, name: job.datasetName, sha256: parent?.sha256 ?? '', rows: parent?.rows ?? 0 }],
      steps: [...(parent?.lineage?.steps ?? []), step],
    }
    const provenance = { source: `${parent?.provenance.source ?? job.datasetName}, taught by ${job.choice.teacher}`, revision: parent?.provenance.revision ?? null, licence: job.choice.licence, packing: [] }
    const file = new File([parquetFile(COLUMNS, made as unknown as Readonly<Record<string, unknown>>[], { provenance, lineage })], `${job.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.parquet`)
    const id = crypto.randomUUID()
    const stored = await this.writing(() => importDataset(this.home, [file], {
      id, name: job.name, origin: 'derived', now: Date.now(), onProgress: () => {}, stop: neverStop, lineage, provenance, flags: parent?.flags ?? [],
    }))
    this.changed(id)
    return stored.ok ? ok(stored.value) : stored
  }
}

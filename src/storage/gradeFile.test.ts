import { readFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, test } from 'vitest'
import { ledgerOf, humanRaters } from '../audit/ledger'
import { guessMapping } from '../audit/mapping'
import { matrixSteps, type Columns, type Matrix } from '../audit/matrix'
import { gradeTable } from '../audit/melt'
import type { GradeTable } from '../audit/table'
import { neverStop } from '../base/stop'
import { readGradeFile } from './gradeFile'

beforeAll(() => {
  // papaparse reads a File through the browser's FileReader, which Node does not have.
  if (typeof FileReader === 'undefined')
    Object.assign(globalThis, {
      FileReader: class {
        onload: ((event: { target: { result: string } }) => void) | null = null
        onerror: (() => void) | null = null
        readAsText(blob: Blob) {
          blob.text().then((result) => this.onload?.({ target: { result } }), () => this.onerror?.())
        }
      },
    })
})

const at = (name: string) => new URL(`../../e2e/fixtures/${name}`, import.meta.url)
const file = (text: string | Uint8Array<ArrayBuffer> | ArrayBuffer, name: string) => new File([text], name)
const read = (f: File) => readGradeFile(f, () => {}, neverStop)

async function tableOf(f: File): Promise<GradeTable> {
  const raw = await read(f)
  if (!raw.ok) throw new Error(raw.what)
  const mapping = guessMapping(raw.value)
  if (!mapping.ok) throw new Error(mapping.what)
  const table = gradeTable(raw.value, mapping.value)
  if (!table.ok) throw new Error(table.what)
  return table.value
}

interface Expected {
  rubric: string; seed: number; replicates: number; threshold: number; pairs: number
  counts: Record<string, number>
  cells: { judge: string; solver: string | null; domain: string | null; n: number; problems: number; mean: number; share: number
    cr1: number | null; low: number | null; high: number | null; robustLow: number | null; robustHigh: number | null }[]
  summaries: Record<string, { tp: number; fp: number; fn: number; tn: number; mae: number; rmse: number; pearson: number }>
}

describe('the matrix equals the one computed by another program', () => {
  const expected = JSON.parse(readFileSync(at('audit.expected.json'), 'utf8')) as Expected
  const near = (got: number | null | undefined, want: number | null) => {
    if (want === null) expect(got ?? null).toBeNull()
    else expect(Math.abs(got! - want)).toBeLessThan(1e-6)
  }
  let table: GradeTable
  beforeAll(async () => {
    table = await tableOf(file(readFileSync(at('audit.csv'), 'utf8'), 'audit.csv'))
  })
  const matrix = (columns: Columns): Matrix => {
    const { rubric, seed, replicates, threshold } = expected
    const steps = matrixSteps(table, { rubric, columns, domain: null, solver: null, threshold, replicates, seed, method: 'percentile', humans: [] }, humanRaters(table))
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
    }
  }

  test('every cell: mean, n, clustered error, bootstrap interval', () => {
    const got = matrix('both')
    expect(got.pairs).toBe(expected.pairs)
    expect(got.cells.length).toBe(expected.cells.length)
    expect(expected.cells.length).toBeGreaterThan(40)
    for (const want of expected.cells) {
      const cell = got.cells.find((c) => c.judge === want.judge && c.solver === want.solver && c.domain === want.domain)!
      expect([cell.proofs, cell.problems]).toEqual([want.n, want.problems])
      near(cell.mean, want.mean)
      near(cell.share, want.share)
      near(cell.standardError, want.cr1)
      near(cell.interval?.low, want.low)
      near(cell.interval?.high, want.high)
      near(cell.robust?.low, want.robustLow)
      near(cell.robust?.high, want.robustHigh)
    }
  })
  test('judge summaries', () => {
    for (const { judge, agreement, pass } of matrix('solver').summaries) {
      const want = expected.summaries[judge]!
      expect([pass.tp, pass.fp, pass.fn, pass.tn]).toEqual([want.tp, want.fp, want.fn, want.tn])
      near(agreement.mae, want.mae)
      near(agreement.rmse, want.rmse)
      near(agreement.pearson, want.pearson)
    }
  })
  test('gaps are counted under their reason', () => {
    const { counts } = ledgerOf(table, humanRaters(table))
    expect(counts).toMatchObject(expected.counts)
    for (const count of Object.values(expected.counts)) expect(count).toBeGreaterThan(0)
  })
})

const MATHARENA = [0, 1, 2, 3].map((i) => ({
  problem_idx: i + 1, problem: `Prove that $${i} < ${i + 1}$.`, model_name: i % 2 ? 'm-b' : 'm-a', idx_answer: 0, answer: `Because \\(${i}+1\\).`,
  points_judge_1: i, max_points_judge_1: 7, error_judge_1: null, grading_details_judge_1: [{ title: 'step', points: i, max_points: 7, desc: 'ok', grading_scheme_desc: 's' }],
  points_judge_2: i === 3 ? null : 7, max_points_judge_2: 7, error_judge_2: i === 3 ? 'parser error' : null, grading_details_judge_2: [],
  points_human: 2 * i, max_points_human: 7, cost: 0.1, all_messages: [{ role: 'user', content: 'x' }],
}))

describe('shapes of real files', () => {
  test('MathArena wide, as jsonl', async () => {
    const table = await tableOf(file(MATHARENA.map((r) => JSON.stringify(r)).join('\n'), 'outputs.jsonl'))
    expect(table.raters.map((r) => `${r.id}:${r.kind}`)).toEqual(['human:human', 'judge_1:llm', 'judge_2:llm'])
    expect(table.rows.length).toBe(12)
    expect(table.rows.find((r) => r.rater === 'judge_1' && r.problemId === '3')?.score).toBeCloseTo(2 / 7, 12)
    const cut = table.rows.find((r) => r.rater === 'judge_2' && r.problemId === '4')!
    expect([cut.status, cut.score, cut.raw]).toEqual(['unparsed', null, 'parser error'])
    expect(table.rows[0]!.rationale ?? table.rows[1]!.rationale).toContain('step')
    expect(table.texts.get('1|m-a|0')).toEqual({ problem: 'Prove that $0 < 1$.', proof: 'Because \\(0+1\\).' })
  })

  test('MathArena wide, as parquet with int64 and nested details', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'problem_idx', data: [1n, 2n], type: 'INT64' },
        { name: 'model_name', data: ['a', 'b'] },
        { name: 'points_judge_1', data: [7, 3.5], type: 'DOUBLE' },
        { name: 'max_points_judge_1', data: [7, 7], type: 'DOUBLE' },
        { name: 'grading_details_judge_1', data: [[{ title: 't', points: 7 }], []], type: 'JSON' },
        { name: 'human_score', data: [6, 3.5], type: 'DOUBLE' },
        { name: 'max_points', data: [7, 7], type: 'DOUBLE' },
      ],
    })
    const table = await tableOf(file(bytes, 'm.parquet'))
    expect(table.rows.map((r) => [r.problemId, r.rater, r.score])).toEqual([
      ['1', 'judge_1', 1], ['1', 'human', 6 / 7], ['2', 'judge_1', 0.5], ['2', 'human', 0.5],
    ])
  })

  test('a human column and one column per judge', async () => {
    const table = await tableOf(file('problem_id,domain,solver,human,grok,llama,tokens\nA,ODE,s,0.5,0.75,refused,900\nB,ODE,s,1,1,,800\n', 'w.csv'))
    expect(table.raters).toEqual([{ id: 'grok', kind: 'llm' }, { id: 'human', kind: 'human' }, { id: 'llama', kind: 'llm' }])
    expect(table.rows.filter((r) => r.rater === 'llama').map((r) => r.status)).toEqual(['refused', 'missing'])
    expect(table.guessedMax).toBe(1)
  })

  test('QED-Nano grader study: graded_score against points, JSON list', async () => {
    const table = await tableOf(file(JSON.stringify([{ problem_idx: 1, graded_score: 7, points: 5 }, { problem_idx: 2, graded_score: 3, points: 3 }]), 'g.json'))
    expect(table.raters.map((r) => r.kind)).toEqual(['llm', 'human'])
    expect(table.guessedMax).toBe(7)
  })

  test('a marking scheme in every row is no rubric name', async () => {
    const rows = ['A', 'B'].map((id) => ({ problem_id: id, rater: 'j', score: 1, rubric: `Checkpoints (7 pts) of ${id}: ${'x'.repeat(90)}` }))
    const table = await tableOf(file(rows.map((r) => JSON.stringify(r)).join('\n'), 'r.jsonl'))
    expect(table.rubrics).toEqual(['single'])
  })

  test('attempts without a column: another text is another attempt, the same one a duplicate', async () => {
    const rows = ['problem_id,solver,judge,score,proof', 'A,s,j,1,x', 'A,s,j,0,y', 'A,s,j,0.5,x', 'A,s,human,1,x']
    const table = await tableOf(file(rows.join('\n'), 'a.csv'))
    expect(table.rows.map((r) => r.proofId)).toEqual(['A|s|0', 'A|s|1', 'A|s|0'])
    expect(table.duplicates.map((r) => r.raw)).toEqual([0.5])
  })

  test('awkward cells', async () => {
    const cells = ['5/7', '"0,5"', 'NaN', 'TRUE', '-0.1', '1.2', 'timeout', 'Infinity', '1e0']
    const table = await tableOf(file(`problem_id,rater,score,max\n${cells.map((c, i) => `p${i},j,${c},1`).join('\n')}\n`, 'c.csv'))
    expect(table.rows.map((r) => r.status)).toEqual(['ok', 'ok', 'missing', 'unparsed', 'out_of_range', 'out_of_range', 'unparsed', 'unparsed', 'ok'])
    expect(table.rows.map((r) => r.score)).toEqual([5 / 7, 0.5, null, null, null, null, null, null, 1])
  })
})

describe('files that are not grading tables', () => {
  test('a missing role names itself and the columns found', async () => {
    const raw = await read(file('problem_id,rater,comment\nA,j,fine\n', 'w.csv'))
    const mapping = raw.ok ? guessMapping(raw.value) : raw
    expect(mapping).toMatchObject({ ok: false, kind: 'missingColumn' })
    expect(mapping.ok ? '' : mapping.what).toBe('No column for the score. Columns found: `problem_id`, `rater`, `comment`.')
    const other = await read(file('a,b\n1,2\n', 'w.csv'))
    expect(other.ok && guessMapping(other.value)).toMatchObject({ ok: false, what: expect.stringContaining('problem') as string })
  })
  test('damaged, empty, packed', async () => {
    expect(await read(file('', 'e.csv'))).toMatchObject({ ok: false, kind: 'empty' })
    expect(await read(file('problem_id,score\n', 'h.csv'))).toMatchObject({ ok: false, kind: 'empty' })
    expect(await read(file('PK\u0003\u0004xxxx', 'q.zip'))).toMatchObject({ ok: false, kind: 'unsupported' })
    const whole = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'problem_id', data: ['a'] }] }))
    expect(await read(file(whole.slice(0, -10), 't.parquet'))).toMatchObject({ ok: false, kind: 'unreadable' })
    expect(await read(file('[{"a":1}', 't.json'))).toMatchObject({ ok: false, kind: 'unreadable' })
  })
  test('bad lines are set aside with their number; the rest is kept', async () => {
    const json = await read(file('{"problem_id":1,"rater":"j","score":1}\n{oops\n7\n{"problem_id":2,"rater":"j","score":0}', 'x.jsonl'))
    expect(json).toMatchObject({ ok: true, value: { unread: [{ line: 2 }, { line: 3 }] } })
    expect(json.ok && json.value.rows.length).toBe(2)
    const csv = await read(file('problem_id,rater,score\nA,j,1\nB,j\nC,j,0\n', 'x.csv'))
    expect(csv).toMatchObject({ ok: true, value: { unread: [{ line: 2, reason: '2 fields where the header names 3' }] } })
  })
  test('names like __proto__ stay names', async () => {
    const raw = await read(file('{"__proto__":{"polluted":1},"problem_id":1,"constructor":2}', 'p.jsonl'))
    expect(raw.ok && raw.value.columns).toEqual(['__proto__', 'problem_id', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

/**
 * The judge audit at QEDBench's size: all cells' bootstrap against a plain resample-and-recompute in the same run, and a
 * large table from text to matrix. `npm run bench -- audit`
 */
import Papa from 'papaparse'
import { Random } from '../src/base/random'
import { guessMapping } from '../src/audit/mapping'
import { matrixSteps, type Matrix, type MatrixQuery } from '../src/audit/matrix'
import { gradeTable } from '../src/audit/melt'
import { order, pairedGrades, type PairedGrade } from '../src/audit/pairs'
import { syntheticTable } from '../src/audit/synthetic'
import type { GradeTable } from '../src/audit/table'
import { medianMs, report } from './artifact'

const REPLICATES = 10_000
const HUMANS = new Set(['Human'])
const query: MatrixQuery = { rubric: 'expert', columns: 'both', domain: null, solver: null, threshold: 0.9, replicates: REPLICATES, seed: 1, method: 'percentile', humans: [] }

function matrixOf(table: GradeTable, of: MatrixQuery, longest?: { ms: number }): Matrix {
  const steps = matrixSteps(table, of, HUMANS)
  for (;;) {
    const start = performance.now()
    const step = steps.next()
    if (longest) longest.ms = Math.max(longest.ms, performance.now() - start)
    if (step.done) return step.value
  }
}

/**
 * What a script does without thinking about it: draw problems, collect their proofs, group them, average every cell; keep
 * each cell's means and sort them. Timed over fewer replicates and scaled, since all of them would take minutes.
 */
function plainRecomputation(pairs: readonly PairedGrade[], replicates: number): { ms: number; cells: number } {
  const byProblem = new Map<string, PairedGrade[]>()
  for (const pair of pairs) byProblem.set(pair.problemId, [...(byProblem.get(pair.problemId) ?? []), pair])
  const problems = [...byProblem.keys()].sort(order)
  const random = Random.seed(1)
  const start = performance.now()
  const means = new Map<string, number[]>()
  for (let r = 0; r < replicates; r++) {
    const cells = new Map<string, { n: number; difference: number; headroom: number }>()
    for (let g = 0; g < problems.length; g++)
      for (const { judgeId, solver, domain, judge, human } of byProblem.get(problems[random.below(problems.length)]!)!)
        for (const s of ['*', solver])
          for (const d of ['*', domain]) {
            const key = `${judgeId}|${s}|${d}`
            const cell = cells.get(key) ?? { n: 0, difference: 0, headroom: 0 }
            cell.n++
            cell.difference += judge - human
            cell.headroom += 1 - human
            cells.set(key, cell)
          }
    for (const [key, { n, difference }] of cells) {
      const own = means.get(key)
      if (own) own.push(difference / n)
      else means.set(key, [difference / n])
    }
  }
  for (const own of means.values()) own.sort((a, b) => a - b)
  return { ms: performance.now() - start, cells: means.size }
}

/** A long table of 100,000 grades as CSV text: 2,500 problems × 5 solvers × (1 human + 7 judges). */
function largeCsv(): string {
  const random = Random.seed(3)
  const lines = ['problem_id,domain,solver,rater,rater_kind,rubric,score,max']
  for (let p = 0; p < 2500; p++)
    for (let s = 0; s < 5; s++)
      for (let r = 0; r < 8; r++) lines.push(`P${p},Domain ${p % 10},Solver ${s},${r === 0 ? 'Human' : `Judge ${r}`},${r === 0 ? 'human' : 'llm'},expert,${random.below(8)},7`)
  return lines.join('\n')
}

const table = syntheticTable(2602)
const longest = { ms: 0 }
const matrix = matrixOf(table, query, longest)
const oursMs = await medianMs(5, () => matrixOf(table, query))
const bcaMs = await medianMs(3, () => matrixOf(table, { ...query, method: 'bca' }))
const PLAIN = 200
const plain = plainRecomputation(pairedGrades(table, 'expert', HUMANS), PLAIN)
if (plain.cells !== matrix.cells.length) throw new Error(`the peer filled ${plain.cells} cells, the lab ${matrix.cells.length}`)

const text = largeCsv()
let rows = 0
const tableMs = await medianMs(5, () => {
  const parsed = Papa.parse<string[]>(text, { skipEmptyLines: true })
  const [columns, ...cells] = parsed.data
  const raw = { columns: columns!, rows: cells, unread: [] }
  const mapping = guessMapping(raw)
  if (!mapping.ok) throw new Error(mapping.what)
  const melted = gradeTable(raw, mapping.value)
  if (!melted.ok) throw new Error(melted.what)
  rows = melted.value.rows.length
  matrixOf(melted.value, { ...query, columns: 'both', replicates: 100 })
})

report('audit', [
  {
    name: `cluster bootstrap, ${matrix.cells.length} cells × ${REPLICATES} draws`, unit: 'ms', ours: oursMs, goal: { atMost: 1500, of: 'value' },
    peer: { name: 'plain recomputation', value: (plain.ms * REPLICATES) / PLAIN }, note: `peer timed over ${PLAIN} draws and scaled; both single-threaded`,
  },
  { name: 'speed-up over plain recomputation', unit: '×', ours: (plain.ms * REPLICATES) / PLAIN / oursMs, peer: null, goal: { atLeast: 20, of: 'value' } },
  { name: 'the same with BCa intervals', unit: 'ms', ours: bcaMs, peer: null, goal: { atMost: 1500, of: 'value' } },
  { name: 'longest step between two chances to cancel', unit: 'ms', ours: longest.ms, peer: null, goal: { atMost: 100, of: 'value' } },
  { name: `${rows} grade rows: CSV text → table → matrix`, unit: 'ms', ours: tableMs, peer: null, goal: { atMost: 1000, of: 'value' }, note: '100 draws' },
])

/** What is wrong with a dataset row, as far as the row itself tells. */
import { scoreIntegrity } from './scoreLists'
import { parseRubric } from './rubric'
import { fullMarks } from './rubricRules'
import type { ProofRow } from './schemas/rows'

export interface RowFault {
  readonly kind: 'noProblem' | 'emptyProof' | 'gradeRange' | 'labelLength' | 'rubricTotal' | 'rubricLines' | 'scores'
  readonly what: string
}

/** Empty when nothing is. */
export function rowFaults(row: Pick<ProofRow, 'problem' | 'proof' | 'rubric' | 'grade' | 'category' | 'scores' | 'rewards' | 'rewardMean' | 'rewardStd'>): RowFault[] {
  const found: RowFault[] = []
  if (row.problem.trim() === '') found.push({ kind: 'noProblem', what: 'no problem' })
  if (row.proof !== null && row.proof.trim() === '') found.push({ kind: 'emptyProof', what: 'empty proof' })
  if (row.grade !== null && (row.grade < 0 || row.grade > 7)) found.push({ kind: 'gradeRange', what: `grade ${row.grade} is outside 0 to 7` })
  if (row.category?.endsWith('…')) found.push({ kind: 'labelLength', what: 'the category is a paragraph' })
  if (row.rubric !== null) {
    const rubric = parseRubric(row.rubric)
    const full = fullMarks(rubric)
    if (rubric.common.length + rubric.chains.length > 0 && full !== 7) found.push({ kind: 'rubricTotal', what: `the rubric adds up to ${full}, not 7` })
    if (rubric.unparsed.length > 0) found.push({ kind: 'rubricLines', what: `${rubric.unparsed.length} rubric ${rubric.unparsed.length === 1 ? 'line' : 'lines'} not recognised` })
  }
  const { faults } = scoreIntegrity({ scores: row.scores, rewards: row.rewards, attempts: null, rewardMean: row.rewardMean, rewardStd: row.rewardStd })
  for (const what of faults) found.push({ kind: 'scores', what })
  return found
}

/** Published benchmarks: problems with a reference solution and a marking scheme. None of them is to be trained on. */
import type { Schema } from './schema'

/** 60 problems; the mirrors write their columns with capitals. @source lm-provers/IMOProofBench; imobench/proofbench_v2.csv */
export const imoProofBench: Schema = {
  id: 'imo-proofbench',
  name: 'IMO-ProofBench',
  evaluationOnly: 'IMO-ProofBench is a benchmark: training on it would void its scores.',
  marks: [/^(?:level|grading[ _]guidelines)$/i],
  columns: [
    { role: 'problem', names: ['problem', 'Problem'], isRequired: true },
    { role: 'solution', names: ['solution', 'Solution'], isRequired: true },
    { role: 'answer', names: ['answer', 'Short Answer', 'short_answer'] },
    { role: 'rubric', names: ['grading_guidelines', 'Grading guidelines'], isRequired: true },
    { role: 'problemId', names: ['question_id', 'problem_id', 'Problem ID'] },
    { role: 'category', names: ['category', 'Category'] },
    { role: 'competition', names: ['level', 'Level'] },
    { role: 'source', names: ['source', 'Source'] },
  ],
}

/** 145 problems with an expert's grading scheme. @source lm-provers/ProofBench */
export const proofBench: Schema = {
  id: 'proofbench',
  name: 'ProofBench',
  evaluationOnly: 'ProofBench is a benchmark: training on it would void its scores.',
  columns: [
    { role: 'problem', names: ['problem', 'Problem'], isRequired: true },
    { role: 'solution', names: ['solution', 'Solution'], isRequired: true },
    { role: 'rubric', names: ['grading_scheme'], isRequired: true },
    { role: 'problemId', names: ['problem_id'] },
    { role: 'proof', names: ['model_solution', 'response'] },
    { role: 'solver', names: ['model', 'model_name', 'generator'] },
    { role: 'grade', names: ['expert_rating', 'rating', 'score'] },
  ],
}

const ANSWERS = 'A set of final answers is for evaluation: it holds nothing that a proof could be trained on, and IMO-AnswerBench would be void after training.'

/** 400 problems with a final answer, as the mirrors write it. @source Hwilner/imo-answerbench; imobench/answerbench.csv */
export const imoAnswerBench: Schema = {
  id: 'imo-answerbench',
  name: 'IMO-AnswerBench',
  evaluationOnly: ANSWERS,
  marks: [/^short[ _]answer$/i],
  columns: [
    { role: 'problem', names: ['Problem', 'problem'], isRequired: true },
    { role: 'answer', names: ['Short Answer', 'short_answer'], isRequired: true },
    { role: 'problemId', names: ['Problem ID', 'problem_id'] },
    { role: 'category', names: ['Category', 'category'] },
    { role: 'competition', names: ['Subcategory', 'subcategory'] },
    { role: 'source', names: ['Source', 'source'] },
  ],
}

/** The same in two columns, as QED-Nano's evaluation reads it. @source lm-provers/IMOBench-FinalAnswer */
export const finalAnswers: Schema = {
  id: 'imo-answerbench',
  name: 'IMO-AnswerBench',
  evaluationOnly: ANSWERS,
  isWhole: true,
  columns: [
    { role: 'problem', names: ['problem'], isRequired: true },
    { role: 'answer', names: ['answer'], isRequired: true },
    { role: 'problemId', names: ['problem_id', 'id'] },
  ],
}

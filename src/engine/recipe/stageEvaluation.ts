/** Stages that train nothing: the difficulty of the training problems, and the cells of the table. */
import { mean } from '../../base/numeric'
import { Random } from '../../base/random'
import { CHECKER_ALONE } from '../../posttrain/checkerGrader'
import { curriculum } from '../../posttrain/curriculum'
import { gradeAll } from '../../posttrain/grader'
import type { RecipePreset, RecipeStage, ScaffoldName } from '../../posttrain/recipe'
import type { StageResult } from '../../posttrain/recipeResults'
import { deepseekMath } from '../../posttrain/scaffolds/deepseekMath'
import { digest, type Scaffold } from '../../posttrain/scaffolds/scaffold'
import { reasoningCache, single } from '../../posttrain/scaffolds/simple'
import { tinyDialect } from '../../posttrain/scaffolds/tinyDialect'
import { rsa } from '../../posttrain/scaffolds/tournament'
import { gradeProof } from '../../proofs/tinyProofs/check'
import { decode, EOS, PAD } from '../../proofs/tinyProofs/vocabulary'
import type { PolicyModel } from '../policyModel'
import type { RecipeHost, RecipeStart } from './recipeRun'
import { runTogether } from './scaffoldGenerator'

const BATCH = 192
/** The summariser's, in evaluation as in training. @source QED-Nano's released configuration */
const SUMMARY_TEMPERATURE = 0.7

/** Mean reward of some training problems under the policy, and those worth training on. @returns null when it was stopped */
export async function curriculumOf(stage: Extract<RecipeStage, { kind: 'curriculum' }>, start: RecipeStart, host: RecipeHost): Promise<StageResult | null> {
  const startedAt = host.now()
  const { preset, data, seed } = start
  const { attempts } = stage.settings
  const measured = Random.seed(seed, 41).shuffled(data.train.map((_, i) => i)).slice(0, stage.problems)
  const model = await modelOf(stage.from, start, host)
  const scores = new Map<number, number[]>(measured.map((at) => [at, []]))
  const asked = measured.flatMap((at) => new Array<number>(attempts).fill(at))
  try {
    for (let first = 0; first < asked.length; first += BATCH) {
      host.progressed(stage, first / attempts, measured.length)
      const batch = asked.slice(first, first + BATCH)
      const rows = await model.sample(batch.map((at) => data.train[at]!.prompt), { temperature: preset.temperature, maxNewTokens: preset.maxNewTokens, seed: (seed * 53 + first) | 0, eos: EOS, pad: PAD }, host.stop, () => host.breathe(false))
      if (host.stop.aborted) return null
      const requests = batch.map((at, i) => ({ problem: data.train[at]!.problem, rubric: data.train[at]!.rubric, completion: decode(rows[i]!.tokens) }))
      const grades = await gradeAll(start.graders ?? CHECKER_ALONE, requests, { seed: first, stop: host.stop })
      grades.forEach(({ score }, i) => score !== null && scores.get(batch[i]!)!.push(score / 7))
    }
  } finally {
    model.dispose()
  }
  const all = curriculum(measured.map((at) => mean(scores.get(at)!)), stage.settings)
  const kept = all.kept.map((i) => measured[i]!).sort((a, b) => a - b)
  const result: StageResult = { stage: stage.id, kind: 'curriculum', seconds: (host.now() - startedAt) / 1000, curriculum: { ...all, kept } }
  await host.stageFinished(stage, result, null)
  return result
}

/** One cell: a policy under a scaffold, graded by the checker. @returns null when it was stopped */
export async function evaluateCell(stage: Extract<RecipeStage, { kind: 'evaluate' }>, start: RecipeStart, host: RecipeHost): Promise<StageResult | null> {
  const startedAt = host.now()
  const { preset, data } = start
  const problems = data.evaluation
  const policy = await modelOf(stage.from, start, host)
  const assistant = await modelOf(stage.assistant, start, host)
  try {
    const { temperature, maxNewTokens, summaryTokens } = preset
    const speakers = { policy, assistant, temperature, maxNewTokens, summaryTokens, summaryTemperature: SUMMARY_TEMPERATURE }
    // Draws of a scaffold are the same for every policy, and differ between scaffolds.
    const seed = Number.parseInt(digest(`${start.seed} ${stage.scaffold}`).slice(0, 7), 16)
    const answers = await runTogether(scaffoldOf(stage.scaffold, preset), problems, speakers, seed, host.stop, () => host.breathe(false), (done) => host.progressed(stage, done, problems.length))
    if (!answers) return null
    const scores = answers.map(({ proof }, i) => gradeProof(problems[i]!.problem, problems[i]!.rubric, proof).score ?? 0)
    const average = (x: readonly number[]) => mean(x) ?? 0
    const result: StageResult = {
      stage: stage.id, kind: 'evaluate', seconds: (host.now() - startedAt) / 1000,
      cell: {
        policy: stage.from, scaffold: stage.scaffold, problems: problems.length, grade: (average(scores) / 7) * 100, finished: average(answers.map((a) => Number(a.isFinished))),
        success: average(scores.map((s) => Number(s === 7))), tokens: average(answers.map((a) => a.outputTokens)), calls: average(answers.map((a) => a.calls)), scores,
      },
    }
    await host.stageFinished(stage, result, null)
    return result
  } finally {
    policy.dispose()
    assistant.dispose()
  }
}

function scaffoldOf(name: ScaffoldName, { scaffolds }: RecipePreset): Scaffold {
  switch (name) {
    case 'single':
      return single(tinyDialect)
    case 'rc':
      return reasoningCache(tinyDialect, scaffolds.rc)
    case 'dsm':
      return deepseekMath(tinyDialect, scaffolds.dsm)
    case 'rsa':
      return rsa(tinyDialect, scaffolds.rsa)
  }
}

async function modelOf(stage: string, { preset, openModel }: RecipeStart, host: RecipeHost): Promise<PolicyModel> {
  return openModel(preset.model, { parameters: await host.weights(stage) })
}

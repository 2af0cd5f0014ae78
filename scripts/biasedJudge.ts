/**
 * `npm run recipe -- --preset biased-judge --seeds 3`: the same fine-tuned prover reinforced by the exact checker, by judges with
 * the four published inflations, by one whose false passes go by the look of a proof, and by two cures. Each seed is fine-tuned
 * once; every arm begins from that checkpoint with the same problems and the same sampling seeds, so that arms differ in the
 * reward alone. Whatever comes out is printed and kept.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { gapOnset } from '../src/audit/gapOnset'
import { predictedInflation } from '../src/audit/profile'
import { PUBLISHED_PROFILES } from '../src/audit/publishedProfiles'
import { mean, sampleStd } from '../src/base/numeric'
import { sentence } from '../src/base/result'
import type { Checkpoint } from '../src/engine/checkpoint'
import { calibratedGrader, calibrationOf, endsWithGoal, juryGrader, profileGrader } from '../src/engine/loops/judgeGraders'
import { splitCompletion } from '../src/proofs/completion'
import { prepareData, trainRun, type OpenModel, type RunData } from '../src/engine/loops/run'
import { CHECKER } from '../src/posttrain/checkerGrader'
import type { Grader } from '../src/posttrain/grader'
import { PRESETS, type Preset } from '../src/posttrain/presets'
import type { Evaluation, MetricPoint, Rollout } from '../src/posttrain/runRecords'
import type { JudgeProfile } from '../src/proofs/judgeProfile'
import { makeSplit } from '../src/proofs/tinyProofs/dataset'
import { trainingRows } from '../src/proofs/tinyProofs/trainingRows'

interface Arm {
  readonly name: string
  /** Null for the checker. */
  readonly profile: JudgeProfile | null
  grader(sample: readonly Rollout[]): Promise<Grader>
}

interface ArmRun {
  readonly judge: readonly (number | null)[]
  readonly truth: readonly (number | null)[]
  readonly gap: readonly (number | null)[]
  /** What the profile predicts from the true scores of each step; null for arms whose reward is no bare profile. */
  readonly predicted: readonly (number | null)[]
  /** By the checker, after training. */
  readonly heldOut: number
}

/** Steps at either end that are averaged for the table. */
const EDGE = 10
const WORST = PUBLISHED_PROFILES.at(-1)!
/** For the judge that passes wrong proofs by their look: one whose false passes leave room to be sought out. */
const MIDDLE = PUBLISHED_PROFILES[1]!

const ARMS: readonly Arm[] = [
  { name: 'exact checker', profile: null, grader: async () => CHECKER },
  ...PUBLISHED_PROFILES.map((profile, i): Arm => ({ name: profile.name, profile, grader: async () => profileGrader(profile, CHECKER, i + 1) })),
  {
    name: `${MIDDLE.name}, by the look`, profile: MIDDLE,
    async grader(sample) {
      const failing = sample.filter((r) => r.cause === null && (r.trueScore ?? 0) < 7)
      const having = failing.filter((r) => endsWithGoal(r.problem, splitCompletion(r.completion).proof))
      return profileGrader(MIDDLE, CHECKER, 2, { has: endsWithGoal, share: failing.length === 0 ? 1 : having.length / failing.length })
    },
  },
  {
    name: `${WORST.name}, calibrated`, profile: null,
    async grader(sample) {
      // Calibrated on the fine-tuned policy's own proofs, which the checker grades too: an audit before the training.
      const judge = profileGrader(WORST, CHECKER, PUBLISHED_PROFILES.length)
      const context = { seed: 0, stop: { aborted: false } }
      return calibratedGrader(judge, calibrationOf(await judge.grade(sample, context), await CHECKER.grade(sample, context)))
    },
  },
  { name: `jury of three ${WORST.name}, minimum`, profile: null, grader: async () => juryGrader([11, 12, 13].map((seed) => profileGrader(WORST, CHECKER, seed)), 'min', WORST.threshold) },
]

/** A small prover, for many short runs: `micro` with room for the reward to matter. */
function presetOf(steps: number): Preset {
  const base = PRESETS['micro']!
  return { ...base, grpo: { ...base.grpo, steps } }
}

const clock = () => performance.now()
const quiet = { stop: { aborted: false }, now: clock, breathe: () => Promise.resolve(), activity: () => undefined }

async function fineTuned(preset: Preset, seed: number, data: RunData, openModel: OpenModel): Promise<{ checkpoint: Checkpoint; evaluations: Evaluation[] }> {
  const only = { ...preset, grpo: { ...preset.grpo, steps: 0 } }
  let checkpoint: Checkpoint | null = null
  const evaluations: Evaluation[] = []
  await trainRun({ preset: only, seed, data, checkpoint: null, evaluations: [], openModel }, {
    ...quiet, stepFinished: () => undefined, evaluated: (e) => void evaluations.push(e), wantsCheckpoint: () => false, save: async (c) => void (checkpoint = c),
  })
  // The end of a run without a second stage is the end of the first: its last evaluation is that of the fine-tuned model.
  return { checkpoint: checkpoint!, evaluations: evaluations.flatMap((e) => (e.label === 'rl' ? [{ ...e, label: 'sft' as const }] : e.label === 'base' ? [e] : [])) }
}

async function reinforced(preset: Preset, seed: number, data: RunData, openModel: OpenModel, from: Awaited<ReturnType<typeof fineTuned>>, arm: Arm, reward: Grader): Promise<{ run: ArmRun; first: readonly Rollout[] }> {
  const points: MetricPoint[] = []
  const predicted: (number | null)[] = []
  const first: Rollout[] = []
  let heldOut = NaN
  await trainRun({ preset, seed, data, checkpoint: from.checkpoint, evaluations: from.evaluations, openModel, graders: { reward, truth: CHECKER } }, {
    ...quiet,
    stepFinished: (point, rollouts) => {
      points.push(point)
      if (points.length <= EDGE) first.push(...(rollouts ?? []))
      // An empty proof is never put to the judge.
      const truths = (rollouts ?? []).flatMap((r) => (r.trueScore === null || r.trueScore === undefined ? [] : [{ truth: r.trueScore / 7, isJudged: r.cause === null }]))
      const judged = truths.filter((t) => t.isJudged).map((t) => t.truth)
      const bias = arm.profile === null ? null : (predictedInflation(arm.profile, judged) ?? 0)
      predicted.push(bias === null || truths.length === 0 ? null : (bias * judged.length) / truths.length)
    },
    evaluated: (e) => { if (e.label === 'rl') heldOut = e.reward },
    wantsCheckpoint: () => false, save: () => Promise.resolve(),
  })
  const of = (name: string) => points.map((p) => p.values[name] ?? null)
  return { run: { judge: of('reward'), truth: of('reward_true'), gap: of('reward_gap'), predicted, heldOut }, first }
}

const known = (x: readonly (number | null)[]) => x.filter((v) => v !== null)
const tail = (x: readonly (number | null)[]) => mean(known(x.slice(-EDGE)))
const head = (x: readonly (number | null)[]) => mean(known(x.slice(0, EDGE)))

interface Spread { readonly mean: number | null; readonly sd: number | null }
function spread(values: readonly (number | null)[]): Spread {
  const x = known(values)
  return { mean: mean(x), sd: sampleStd(x) }
}

/** @param save where the artifact goes; null writes none */
export async function biasedJudge(seeds: number, steps: number, backend: string, openModel: OpenModel, save: string | null): Promise<void> {
  const startedAt = clock()
  const preset = presetOf(steps)
  const runs = ARMS.map(() => [] as ArmRun[])
  const before: number[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const split = makeSplit(seed, { train: 4000, validation: 400, heldOut: 400 })
    const rows = trainingRows(split.train, seed)
    const data = prepareData(preset, { sft: rows, rl: rows, heldOut: trainingRows(split.heldOut, seed) })
    if (!data.ok) throw new Error(sentence(data))
    const from = await fineTuned(preset, seed, data.value, openModel)
    before.push(from.evaluations.find((e) => e.label === 'sft')!.reward)
    let sample: readonly Rollout[] = []
    for (const [i, arm] of ARMS.entries()) {
      const { run, first } = await reinforced(preset, seed, data.value, openModel, from, arm, await arm.grader(sample))
      if (i === 0) sample = first
      runs[i]!.push(run)
      console.log(`seed ${seed}  ${arm.name}: judge ${show(tail(run.judge))}  true ${show(tail(run.truth))}  gap ${show(tail(run.gap))}  held out ${show(run.heldOut)}  (${((clock() - startedAt) / 1000).toFixed(0)} s)`)
    }
  }
  const rows = ARMS.map((arm, i) => {
    const own = runs[i]!
    const onsets = own.map((r) => gapOnset(r.gap))
    return {
      arm: arm.name,
      judge: spread(own.map((r) => tail(r.judge))), truth: spread(own.map((r) => tail(r.truth))),
      gapAtStart: spread(own.map((r) => head(r.gap))), gap: spread(own.map((r) => tail(r.gap))), predictedGap: spread(own.map((r) => tail(r.predicted))),
      trueRise: spread(own.map((r) => difference(tail(r.truth), head(r.truth)))), heldOut: spread(own.map((r) => r.heldOut)),
      onsets, seeds: own,
    }
  })
  console.log(`\nLast ${EDGE} of ${steps} steps, mean ± SD over ${seeds} seeds. Held out before reinforcement: ${shown(spread(before))}.`)
  console.log(['reward', 'judge score', 'true score', 'gap at start', 'gap at end', 'predicted', 'rise of true', 'held out, true', 'onset of the gap'].join(' | '))
  for (const r of rows)
    console.log([r.arm, shown(r.judge), shown(r.truth), shown(r.gapAtStart), shown(r.gap), shown(r.predictedGap), shown(r.trueRise), shown(r.heldOut), r.onsets.map((o) => (o === null ? 'never' : `step ${o + 1}`)).join(', ')].join(' | '))
  console.log(`wall time ${((clock() - startedAt) / 1000).toFixed(0)} s`)
  if (save === null) return
  const artifact = {
    recipe: 'biased-judge', at: new Date().toISOString(), cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, backend, seeds, steps, edgeSteps: EDGE, preset: preset.id,
    seconds: Math.round((clock() - startedAt) / 1000), heldOutBefore: before, arms: rows,
  }
  writeFileSync(save, `${JSON.stringify(artifact, (_, v: unknown) => (typeof v === 'number' ? Math.round(v * 1e6) / 1e6 : v))}\n`)
  console.log(`saved to ${save}`)
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}
function show(value: number | null): string {
  return value === null || Number.isNaN(value) ? '—' : value.toFixed(3)
}
function shown({ mean: m, sd }: Spread): string {
  return m === null ? '—' : sd === null ? show(m) : `${show(m)} ± ${show(sd)}`
}

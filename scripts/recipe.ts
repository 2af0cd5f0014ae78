/**
 * The lab without a page: task → fine-tuning → reinforcement learning → evaluation in Node, with the core and engine
 * that the tab uses. Prints the curves and saves them; lines that hold wall times say so, so that two runs of one seed
 * differ in those lines alone. Recipes with all their stages and the table are in `wholeRecipe.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { adapterName } from '../src/engine/device'
import { writeCheckpoint, type Checkpoint } from '../src/engine/checkpoint'
import { prepareData, trainRun } from '../src/engine/loops/run'
import { openNodeGpu, openNodeWasm } from '../src/engine/node'
import { opener } from '../src/engine/openModel'
import { sentence } from '../src/base/result'
import { parameterCount } from '../src/posttrain/modelConfig'
import { PRESETS } from '../src/posttrain/presets'
import { RECIPES } from '../src/posttrain/recipe'
import type { MetricPoint } from '../src/posttrain/runRecords'
import { makeSplit } from '../src/proofs/tinyProofs/dataset'
import { trainingRows } from '../src/proofs/tinyProofs/trainingRows'
import { biasedJudge } from './biasedJudge'
import { runWholeRecipe } from './wholeRecipe'

const { values: options } = parseArgs({
  options: {
    preset: { type: 'string', default: 'smoke' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'wasm' },
    /** Settings are chosen on `validation`; `heldOut` is for saying how good the choice was. */
    evaluate: { type: 'string', default: 'heldOut' },
    out: { type: 'string', default: 'runs' },
    /** How many seeds, from 1 on, a recipe with all stages or `biased-judge` runs; `--seed n` runs that one alone. */
    seeds: { type: 'string' },
    /** Only the stages up to this one. */
    until: { type: 'string' },
    /** Where its figures go: `<out>/<preset>/results-<side>.json` unless it is said; the committed ones are bench/results/recipe.json. */
    artifact: { type: 'string' },
    /** Of `biased-judge`: steps of each reinforcement. */
    steps: { type: 'string', default: '60' },
  },
})

const SIZES = { train: 4000, validation: 400, heldOut: 400 }

const BIASED = 'biased-judge'

async function openBackend() {
  const gpu = options.backend === 'webgpu' ? await openNodeGpu() : null
  if (gpu) return { gpu, adapter: adapterName(gpu.info) }
  if (options.backend !== 'wasm') throw new Error(`--backend is webgpu or wasm, not "${options.backend}".`)
  await openNodeWasm()
  return { gpu, adapter: 'wasm' }
}

async function compareJudges(): Promise<void> {
  const [seeds, steps] = [Number(options.seeds ?? 3), Number(options.steps)]
  if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds takes a number of seeds from 1, not "${options.seeds}".`)
  if (!Number.isInteger(steps) || steps < 20) throw new Error(`--steps takes a number of steps from 20, not "${options.steps}".`)
  const { gpu, adapter } = await openBackend()
  await biasedJudge(seeds, steps, adapter, opener(gpu), options.artifact === undefined ? 'bench/results/biasedJudge.json' : options.artifact || null)
}

async function main(): Promise<void> {
  if (options.preset === BIASED) return compareJudges()
  const preset = PRESETS[options.preset]
  const recipe = RECIPES[options.preset]
  if (!preset && !recipe) throw new Error(`There is no preset "${options.preset}"; choose one of ${[...Object.keys(PRESETS), ...Object.keys(RECIPES), BIASED].join(', ')}.`)
  const seed = Number(options.seed)
  if (!Number.isInteger(seed)) throw new Error(`--seed takes a whole number, not "${options.seed}".`)
  const { gpu, adapter } = await openBackend()
  const side = options.evaluate
  if (side !== 'heldOut' && side !== 'validation') throw new Error(`--evaluate is heldOut or validation, not "${side}".`)
  if (recipe) {
    const count = Number(options.seeds ?? 0)
    const seeds = options.seeds === undefined ? [seed] : Array.from({ length: count }, (_, i) => i + 1)
    if (seeds.length === 0 || !Number.isInteger(count)) throw new Error(`--seeds takes a whole number from 1 on, not "${options.seeds}".`)
    return runWholeRecipe({ preset: recipe, seeds, side, openModel: opener(gpu), backend: `${options.backend} (${adapter})`, out: options.out, artifact: options.artifact ?? `${options.out}/${recipe.id}/results-${side}.json`, until: options.until ?? null })
  }
  if (!preset) return
  const split = makeSplit(seed, SIZES)
  const rows = trainingRows(split.train, seed)
  const data = prepareData(preset, { sft: rows, rl: rows, heldOut: trainingRows(split[side], seed) })
  if (!data.ok) throw new Error(sentence(data))
  console.log(`preset ${preset.id}, seed ${seed}, ${options.backend} (${adapter}), ${parameterCount(preset.model)} parameters`)
  console.log(`${data.value.traces.length} traces, ${data.value.problems.length} problems, ${data.value.heldOut.length} of the side ${side}`)

  const startedAt = performance.now()
  const points: MetricPoint[] = []
  let last: Checkpoint | null = null
  const outcome = await trainRun(
    { preset, seed, data: data.value, checkpoint: null, evaluations: [], openModel: opener(gpu) },
    {
      stop: { aborted: false },
      now: () => performance.now(),
      breathe: () => Promise.resolve(),
      activity: () => undefined,
      stepFinished: (point) => {
        points.push(point)
        const v = point.values
        const show = (name: string) => (v[name] === null || v[name] === undefined ? '-' : v[name]!.toFixed(4))
        const line =
          point.stage === 'sft'
            ? `sft  ${point.step} loss ${show('loss')} accuracy ${show('mean_token_accuracy')} grad_norm ${show('grad_norm')}`
            : `grpo ${point.step} reward ${show('reward')} reward_std ${show('reward_std')} loss ${show('loss')} entropy ${show('entropy')} ` +
              `length ${show('completions/mean_length')} clipped ${show('completions/clipped_ratio')} ratio ${show('sampling/importance_sampling_ratio/mean')}`
        if (point.stage === 'grpo' || point.step % 10 === 0 || point.step === 1) console.log(line)
      },
      evaluated: (e) =>
        console.log(
          `eval ${e.label}: reward ${e.reward.toFixed(4)} success ${e.successRate.toFixed(4)} finished ${e.finishRate.toFixed(4)} length ${e.meanLength.toFixed(2)} (n=${e.problems})`,
        ),
      wantsCheckpoint: () => false,
      save: (checkpoint) => {
        last = checkpoint
        return Promise.resolve()
      },
    },
  )
  const rewards = points.flatMap((p) => p.values.reward ?? [])
  const fifth = Math.max(1, Math.floor(rewards.length / 5))
  const average = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length
  const [first, final] = [average(rewards.slice(0, fifth)), average(rewards.slice(-fifth))]
  const sft = points.filter((p) => p.stage === 'sft').map((p) => p.values.loss!)
  const edge = Math.max(1, Math.floor(sft.length / 5))
  console.log(`${outcome}: SFT loss ${average(sft.slice(0, edge)).toFixed(4)} -> ${average(sft.slice(-edge)).toFixed(4)} (first and last fifth)`)
  console.log(`${outcome}: GRPO reward ${first.toFixed(4)} -> ${final.toFixed(4)}, rise ${(final - first).toFixed(4)} (first and last fifth)`)
  console.log(`wall time ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)

  const folder = `${options.out}/${preset.id}-${options.backend}-seed${seed}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/metrics.jsonl`, points.map((p) => JSON.stringify(p)).join('\n') + '\n')
  if (last) writeFileSync(`${folder}/checkpoint.safetensors`, writeCheckpoint(last))
  console.log(`saved to ${folder}`)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)

/** A recipe with all its stages in Node, seed after seed: killed and started again, it goes on where it was. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'
import { join } from 'node:path'
import { sentence } from '../src/base/result'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../src/engine/checkpoint'
import type { OpenModel } from '../src/engine/loops/run'
import { runRecipe, type PartialStage, type RecipeHost } from '../src/engine/recipe/recipeRun'
import { parameterCount } from '../src/posttrain/modelConfig'
import { stepsOf, type RecipePreset, type RecipeStage } from '../src/posttrain/recipe'
import { recipeData } from '../src/posttrain/recipeData'
import { costOf } from '../src/posttrain/recipePlace'
import { findings, recipeTable, type Cell, type StageResult } from '../src/posttrain/recipeResults'
import type { MetricPoint } from '../src/posttrain/runRecords'

export interface WholeRecipe {
  readonly preset: RecipePreset
  readonly seeds: readonly number[]
  readonly side: 'validation' | 'heldOut'
  readonly openModel: OpenModel
  readonly backend: string
  /** Folder of results, weights and places to go on from. */
  readonly out: string
  /** Where the artifact goes. */
  readonly artifact: string
  /** Only stages up to this one; null for all. */
  readonly until: string | null
}

/** What is kept of each step in the artifact. */
const CURVES = ['loss', 'mean_token_accuracy', 'reward', 'success', 'entropy', 'completions/mean_length', 'completions/clipped_ratio', 'reward_turn_1', 'reward_turn_2', 'reward_turn_3', 'reward_turn_4'] as const

export async function runWholeRecipe(whole: WholeRecipe): Promise<void> {
  const { preset, seeds, side } = whole
  const stages = whole.until === null ? preset.stages : preset.stages.slice(0, preset.stages.findIndex((s) => s.id === whole.until) + 1)
  console.log(`recipe ${preset.id}, seeds ${seeds.join(', ')}, ${whole.backend}, ${parameterCount(preset.model)} parameters, evaluated on the side ${side}`)
  const startedAt = performance.now()
  const stored = seeds.map((seed) => resultsIn(folderOf(whole, seed), stages, side))
  let left = seeds.reduce((sum, _, i) => sum + stages.reduce((cost, stage) => cost + (stored[i]!.some((r) => r.stage === stage.id) ? 0 : costOf(stage)), 0), 0)
  let done = 0
  const eta = (within: number) => {
    const seconds = (performance.now() - startedAt) / 1000
    return done + within > 0 ? `${Math.ceil(((left - within) * seconds) / (done + within) / 60)} min left` : 'measuring'
  }
  for (const seed of seeds) {
    const folder = folderOf(whole, seed)
    mkdirSync(folder, { recursive: true })
    refuseOthers(folder, preset)
    if (resultsIn(folder, stages, side).length === stages.length) {
      console.log(`seed ${seed}: done before`)
      continue
    }
    const data = recipeData(preset, seed, side)
    console.log(`seed ${seed}: ${data.train.length} problems to train on, ${data.evaluation.length} to evaluate`)
    let points: MetricPoint[] = []
    let told = 0
    const partial = partialIn(folder)
    if (partial) points = [...partial.points]
    const host: RecipeHost = {
      stop: { aborted: false },
      now: () => performance.now(),
      breathe: () => Promise.resolve(),
      progressed: (stage, at, of) => {
        if (performance.now() - told < 15_000) return
        told = performance.now()
        const last = points.at(-1)?.values
        const show = (name: string, label: string) => (typeof last?.[name] === 'number' ? `, ${label} ${last[name].toFixed(3)}` : '')
        console.log(`  seed ${seed}, ${stage.id} ${Math.floor(at)}/${of}${show('loss', 'loss')}${show('reward', 'reward')}${show('completions/clipped_ratio', 'truncated')}${show('completions/mean_length', 'length')}, ${eta((costOf(stage) * at) / of)}`)
      },
      stepFinished: (_, point) => void points.push(point),
      wantsCheckpoint: (_, step) => step % preset.checkpointEverySteps === 0,
      save: (stage, checkpoint, memory) => {
        write(join(folder, 'partial.safetensors'), writeCheckpoint(checkpoint))
        write(join(folder, 'partial.json'), JSON.stringify({ stage: stage.id, step: checkpoint.step, memory, points }))
        return Promise.resolve()
      },
      stageFinished: (stage, result, checkpoint) => {
        if (checkpoint) write(join(folder, `${stage.id}.safetensors`), writeCheckpoint(checkpoint))
        if (points.length > 0) write(join(folder, `${stage.id}.metrics.jsonl`), `${points.map((p) => JSON.stringify(p)).join('\n')}\n`)
        write(resultPath(folder, stage, side), JSON.stringify(result))
        rmSync(join(folder, 'partial.json'), { force: true })
        points = []
        left -= costOf(stage)
        done += costOf(stage)
        console.log(`seed ${seed}, ${stage.id}: ${summary(result)} (${result.seconds.toFixed(0)} s; ${eta(0)})`)
        return Promise.resolve()
      },
      weights: (stage) => Promise.resolve(checkpointIn(join(folder, `${stage}.safetensors`)).parameters),
    }
    const outcome = await runRecipe({ preset: { ...preset, stages }, seed, data, openModel: whole.openModel, finished: resultsIn(folder, stages, side), partial }, host)
    console.log(`seed ${seed}: ${outcome}`)
    if (seed !== seeds.at(-1)) report(whole, stages)
  }
  report(whole, stages)
}

/** Both sides of the split share what was trained: validation first, and the held-out side for the settings that were chosen. */
function folderOf({ out, preset }: WholeRecipe, seed: number): string {
  return join(out, preset.id, `seed${seed}`)
}

function resultPath(folder: string, stage: RecipeStage, side: string): string {
  return join(folder, stage.kind === 'evaluate' ? `${side}.${stage.id}.json` : `${stage.id}.json`)
}

/** @throws when the folder holds stages of other settings: a run must not go on from another's weights */
function refuseOthers(folder: string, { model, data, maxPromptTokens, maxNewTokens, temperature, summaryTokens, scaffolds, stages }: RecipePreset): void {
  const path = join(folder, 'settings.json')
  const own = JSON.stringify({ model, data, maxPromptTokens, maxNewTokens, temperature, summaryTokens, scaffolds, stages }, null, 1)
  if (!existsSync(path)) write(path, own)
  else if (readFileSync(path, 'utf8') !== own) throw new Error(`${folder} holds a run of other settings. Move it away, or choose another folder with --out.`)
}

function resultsIn(folder: string, stages: readonly RecipeStage[], side: string): StageResult[] {
  return stages.flatMap((stage) => {
    const path = resultPath(folder, stage, side)
    return existsSync(path) ? [JSON.parse(readFileSync(path, 'utf8')) as StageResult] : []
  })
}

function partialIn(folder: string): PartialStage | null {
  const path = join(folder, 'partial.json')
  if (!existsSync(path)) return null
  const { stage, step, memory, points } = JSON.parse(readFileSync(path, 'utf8')) as { stage: string; step: number; memory: string | null; points: MetricPoint[] }
  const checkpoint = checkpointIn(join(folder, 'partial.safetensors'))
  // Killed between the two writes: the pair does not fit, and the stage begins anew.
  return checkpoint.step === step ? { stage, checkpoint, memory, points: points.filter((p) => p.step <= step) } : null
}

function checkpointIn(path: string): Checkpoint {
  const read = readCheckpoint(new Uint8Array(readFileSync(path)))
  if (!read.ok) throw new Error(`${path}: ${sentence(read)}`)
  return read.value
}

/** Whole or not at all: a kill in the middle leaves the earlier file. */
function write(path: string, data: string | Uint8Array): void {
  writeFileSync(`${path}.new`, data)
  renameSync(`${path}.new`, path)
}

function summary(result: StageResult): string {
  const show = (x: number | null | undefined, digits = 3) => (x === null || x === undefined ? '—' : x.toFixed(digits))
  switch (result.kind) {
    case 'evaluate':
      return `grade ${show(result.cell.grade, 1)} %, finished ${show(result.cell.finished)}, ${show(result.cell.tokens, 0)} tokens and ${show(result.cell.calls, 1)} calls a problem`
    case 'curriculum': {
      const { kept, tooEasy, tooHard, before } = result.curriculum
      return `${kept.length} problems kept, ${tooHard} never solved, ${tooEasy} too easy; by mean reward ${before.join(' ')}`
    }
    default:
      return `${Object.entries(result.notes).map(([name, n]) => `${n} ${name}`).join(', ')}; ${['loss', 'mean_token_accuracy', 'reward', 'completions/clipped_ratio', 'completions/mean_length'].flatMap((name) => (name in result.last ? [`${name} ${show(result.first[name])} → ${show(result.last[name])}`] : [])).join(', ')}`
  }
}

/** Prints the table over the seeds that have cells, and writes the artifact. */
function report(whole: WholeRecipe, stages: readonly RecipeStage[]): void {
  const { preset, side, backend } = whole
  const seeds = whole.seeds.flatMap((seed) => {
    const folder = folderOf(whole, seed)
    const results = resultsIn(folder, stages, side)
    const cells = results.flatMap((r): Cell[] => (r.kind === 'evaluate' ? [r.cell] : []))
    if (cells.length === 0) return []
    const curves = Object.fromEntries(stages.filter((s) => stepsOf(s) > 0).flatMap((s) => (existsSync(join(folder, `${s.id}.metrics.jsonl`)) ? [[s.id, curvesOf(join(folder, `${s.id}.metrics.jsonl`))]] : [])))
    return [{ seed, seconds: Math.round(results.reduce((sum, r) => sum + r.seconds, 0)), cells, stages: results.filter((r) => r.kind !== 'evaluate'), curves }]
  })
  if (seeds.length === 0) return
  const table = recipeTable(seeds.map((s) => s.cells))
  const found = findings(table)
  console.log(`\n${seeds.length} seed${seeds.length > 1 ? 's' : ''}, side ${side}`)
  for (const c of table)
    console.log(`${c.policy.padEnd(6)} ${c.scaffold.padEnd(7)} grade ${c.grade.toFixed(1).padStart(5)} % (${c.gradeStd === null ? '—' : c.gradeStd.toFixed(1)})  finished ${(c.finished * 100).toFixed(0).padStart(3)} %  tokens ${c.tokens.toFixed(0).padStart(5)}  × ${c.multiple?.toFixed(2) ?? '—'}`)
  for (const f of found) console.log(`${f.isMet === null ? 'not measured' : f.isMet ? 'met    ' : 'MISSED '} ${f.claim}: ${f.value?.toFixed(2) ?? '—'}`)
  const artifact = { recipe: preset.id, at: new Date().toISOString(), cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, runtime: `Node ${process.version}, ${platform()} ${arch()}`, backend, side, parameters: parameterCount(preset.model), preset, table, findings: found, seeds }
  write(whole.artifact, `${JSON.stringify(artifact)}\n`)
}

/** Every metric of CURVES by step, to four digits. */
function curvesOf(path: string): Record<string, (number | null)[]> {
  const points = readFileSync(path, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as MetricPoint)
  const every = Math.max(1, Math.ceil(points.length / 200))
  const some = points.filter((_, i) => i % every === 0)
  return Object.fromEntries([
    ['step', some.map((p) => p.step)],
    ...CURVES.filter((name) => some.some((p) => typeof p.values[name] === 'number')).map((name) => [name, some.map((p) => { const v = p.values[name]; return typeof v === 'number' ? Number(v.toPrecision(4)) : null })]),
  ]) as Record<string, (number | null)[]>
}

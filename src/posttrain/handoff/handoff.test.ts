import { describe, expect, test } from 'vitest'
import { PRESETS } from '../presets'
import type { Rollout } from '../runRecords'
import { pipelineRlPoints } from '../metricNames'
import { departures } from './departures'
import type { HandoffDataset, HandoffRun } from './handoffRun'
import { completionRows, groupCount, tableLines, viewerLines } from './rolloutTables'
import { handoffTexts } from './texts'
import { yaml } from './yaml'

const dataset = (name: string, file: string): HandoffDataset => ({ name, file, rows: 2000, source: 'tiny proofs', revision: 'abc123', licence: 'CC0-1.0', why: null })
/** Numbers of its own, so that a tuned preset does not change the golden files; only the width of the heads is the preset's. */
const run = (id: string, over: Partial<HandoffRun> = {}): HandoffRun => {
  const preset = PRESETS[id]!
  return {
    record: { name: 'Kestrel', preset: id, seed: 3, step: 270, totalSteps: 270, sftSteps: 240 },
    preset: {
      ...preset, maxPromptTokens: 64, evaluationProblems: 160, evaluationAttempts: 3, checkpointEverySteps: 50,
      sft: { ...preset.sft, steps: 240, batchRows: 32, learningRate: 0.012, warmupSteps: 50, schedule: 'linear', weightDecay: 0.01, clipNorm: 1, maxTokens: 256 },
      grpo: { ...preset.grpo, steps: 30, groups: 8, groupSize: 16, temperature: 0.8, maxNewTokens: 112, learningRate: 1.5e-6, warmupSteps: 0, schedule: 'constant', weightDecay: 0.01, clipNorm: 0.3, epsilon: 4, entropyBonus: 1e-4, klCoefficient: 0 },
    },
    model: preset.model, parameters: 12_345, checkpoint: { step: 270, stage: 'grpo' }, weights: 'model',
    optimiser: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 },
    sft: dataset('Tiny proofs – SFT', 'data/sft.parquet'), rl: dataset('Tiny proofs – RL', 'data/rl.parquet'), heldOut: dataset('Held out', 'data/heldout.parquet'),
    ...over,
  }
}
const text = (r: HandoffRun, name: string) => handoffTexts(r).find((f) => f.name === name)!.text

describe('every file of the export is held to a golden one', () => {
  test.each(handoffTexts(run('small')).map((f) => [f.name, f.text]))('%s', async (name, content) => {
    await expect(content).toMatchFileSnapshot(`goldens/${name.replaceAll('/', '_')}`)
  })
})

test('the numbers of the run are the numbers of the configurations', () => {
  const config = text(run('micro', { heldOut: null }), 'configs/trl_grpo.yaml')
  const { grpo, maxPromptTokens } = run('micro').preset
  const value = (name: string, from = config) => new RegExp(`^ *${name}: (.*)$`, 'm').exec(from)?.[1]
  expect([value('num_generations'), value('gradient_accumulation_steps'), value('max_completion_length'), value('seed'), value('learning_rate'), value('temperature'), value('epsilon')])
    .toEqual([grpo.groupSize, grpo.groups, grpo.maxNewTokens, 3, '0.0000015', grpo.temperature, grpo.epsilon].map(String))
  // The loss is over L, so is the clip: the update is the same.
  expect(Number(value('max_grad_norm')) * grpo.maxNewTokens).toBeCloseTo(grpo.clipNorm, 5)
  expect(value('use_vllm')).toBe('false') // heads of 16
  expect(value('use_vllm', text(run('small'), 'configs/trl_grpo.yaml'))).toBe('true') // heads of 32
  const pipeline = text(run('micro'), 'configs/qed_nano_lab.yaml')
  expect([value('attempts', pipeline), value('train_batch_size', pipeline), value('gradient_accumulation_passes', pipeline), value('seq_length', pipeline), value('gradient_clipping_threshold', pipeline)])
    .toEqual([grpo.groupSize, grpo.groupSize, grpo.groups, maxPromptTokens + grpo.maxNewTokens, grpo.clipNorm].map(String))
})

test('the other objectives go out as TRL has them', () => {
  const base = run('small')
  const with_ = (over: Partial<HandoffRun['preset']['grpo']>) => ({ ...base, preset: { ...base.preset, grpo: { ...base.preset.grpo, ...over } } })
  const dapo = text(with_({ variant: 'dapo', epsilon: 0.2, epsilonHigh: 0.28, entropyBonus: 0, filterOverlong: true, updatesPerBatch: 4 }), 'configs/trl_grpo.yaml')
  for (const line of ['loss_type: dapo', 'scale_rewards: group', 'epsilon: 0.2', 'epsilon_high: 0.28', 'mask_truncated_completions: true', 'max_grad_norm: 0.3', 'adam_epsilon: 1.0e-8', 'gradient_accumulation_steps: 2', 'steps_per_generation: 8'])
    expect(dapo).toContain(`  ${line}\n`)
  const what = departures(with_({ variant: 'dapo', entropyBonus: 0, shaping: { threshold: 6 }, filterZeroVariance: true, maxLag: 64 })).map((d) => `${d.trainer}: ${d.what}`)
  expect(what).toEqual(expect.arrayContaining(['both: Reward shaping', 'TRL: Groups without signal', 'PipelineRL: Loss', 'TRL: Lag']))
  expect(what).not.toContain('TRL: Entropy bonus')
})

test('what cannot be expressed is listed, as far as it holds for this run', () => {
  const what = (r: HandoffRun) => departures(r).map((d) => d.what)
  expect(what(run('small'))).toEqual(expect.arrayContaining(['Grader', 'Entropy bonus', 'Ratio', 'Adam', 'Lag']))
  expect(what(run('small'))).not.toContain('vLLM')
  expect(what(run('micro', { heldOut: null, weights: 'adapter' }))).toEqual(expect.arrayContaining(['vLLM', 'Held-out problems', 'Adapter']))
  for (const line of text(run('small'), 'DEPARTURES.md').split('\n').slice(4, -1)) expect(line.split(/(?<!\\)\|/)).toHaveLength(6)
})

test('a dataset that stays in the browser is named with the reason, and names cannot break the README', () => {
  const kept: HandoffDataset = { ...dataset('a`b\n# c', ''), file: null, why: 'It is marked to stay in this browser.' }
  const readme = text(run('small', { rl: kept }), 'README.md')
  expect(readme).toContain('- left out: a b # c, 2,000 rows, from tiny proofs, revision abc123, licence CC0-1.0. It is marked to stay in this browser.')
  expect(readme).not.toContain('undefined')
})

test('YAML that readers of version 1.1 take as it is meant', () => {
  expect(yaml({ a: 1e-6, b: 1.5e-7, c: 0.3, d: 'true', e: 'x y', f: null, g: [1, 'no'], h: {}, i: 'a\n\nb', j: '${x.y}', k: [] }, ['Head', '']))
    .toBe('# Head\n#\na: 0.000001\nb: 1.5e-7\nc: 0.3\nd: "true"\ne: "x y"\nf: null\ng:\n  - 1\n  - "no"\nh: {}\ni: |-\n  a\n\n  b\nj: ${x.y}\nk: []\n'.replace(/ +\n/g, '\n'))
  expect(yaml({ a: 1e-8, b: 2e-21 })).toBe('a: 1.0e-8\nb: 2.0e-21\n')
})

const rollout = (group: number, index: number, over: Partial<Rollout> = {}): Rollout => ({
  group, index, problem: 'Assume $p$. Prove $p$.', rubric: '', completion: 'r\n</think>\nQed.', reasoning: 'r', proof: 'Qed.', tokens: 4, isTruncated: false, score: 3, cause: null,
  marks: [{ title: 'Goal', points: 4, max: 7, reason: 'there', kind: 'checkpoint' }, { title: 'No Qed', points: -1, max: 0, reason: 'missing', kind: 'deduction' }], advantage: 0.5, logprob: -2, ...over,
})

test('rollouts in the columns of TRL and of QED-Nano', () => {
  const step = { step: 9, rollouts: [rollout(0, 0), rollout(1, 0, { score: null, cause: 'timeout', marks: [], advantage: null })] }
  expect(completionRows(step)).toEqual([
    { step: 9, prompt: 'Generate a rigorous proof to the following question:\n\nAssume $p$. Prove $p$.', completion: 'r\n</think>\nQed.', rubric_reward: 3 / 7, advantage: 0.5 },
    { step: 9, prompt: 'Generate a rigorous proof to the following question:\n\nAssume $p$. Prove $p$.', completion: 'r\n</think>\nQed.', rubric_reward: null, advantage: null },
  ])
  expect(groupCount(step)).toBe(2)
  const lines = tableLines(step, 40).trim().split('\n').map((l) => JSON.parse(l) as Record<string, unknown>)
  expect(lines.map((l) => [l.group_index, l.step, l.reasoning, l.output, l.score, l.cause])).toEqual([[40, 9, 'r', 'Qed.', 3, null], [41, 9, 'r', 'Qed.', null, 'timeout']])
  const [row] = viewerLines({ label: 'rl', step: 9, rollouts: [rollout(2, 1)] }, 'run').trim().split('\n').map((l) => JSON.parse(l) as { grade: { points: number }[]; schema_0: unknown[]; score: number; problem_id: string; run: number })
  expect(row).toMatchObject({ problem_id: '2', run: 1, score: 3 })
  expect(row!.schema_0).toHaveLength(row!.grade.length)
  expect(row!.grade.reduce((sum, g) => sum + g.points, 0)).toBe(3)
})

test('metrics under PipelineRL’s names; the SFT loss is no RL loss', () => {
  const [sft, grpo] = pipelineRlPoints([
    { step: 1, stage: 'sft', values: { loss: 2, learning_rate: 0.1 } },
    { step: 2, stage: 'grpo', values: { loss: 3, reward: 0.5, 'completions/clipped_ratio': null, 'verifier/failures/no_input_frac': 0.25, reward_std: 1 } },
  ])
  expect(sft!.values).toEqual({ 'stats/completed_steps': 1, 'stats/lr': 0.1 })
  expect(grpo!.values).toEqual({ 'stats/completed_steps': 2, 'rl/loss': 3, 'rl/reward': 0.5, 'actor/reward_mean': 0.5, 'actor/overflow_mean': null, 'verifier/failures/no_input_frac': 0.25 })
})

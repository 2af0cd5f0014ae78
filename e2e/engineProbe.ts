/** Runs in the browser, bundled for the test: the fused engine on the golden models, as numbers for the test to judge. */
import { neverStop } from '../src/base/stop'
import { openGpu } from '../src/engine/device'
import { ADAMW_DEFAULTS } from '../src/engine/optimiser/adamw'
import { opener } from '../src/engine/openModel'
import type { ModelConfig } from '../src/posttrain/modelConfig'
import type { TrainedSequence } from '../src/posttrain/packing'
import { warmupConstant } from '../src/posttrain/schedule'

export interface ProbeInput {
  readonly config: ModelConfig
  readonly parameters: readonly number[]
  readonly prompts: readonly (readonly number[])[]
  readonly tokens: number
  readonly training: {
    readonly input_ids: readonly (readonly number[])[]
    readonly labels: readonly (readonly number[])[]
    readonly adamw: { readonly lr: number; readonly warmup_steps: number; readonly weight_decay_matrices: number; readonly clip: number; readonly trace: readonly unknown[] }
  } | null
}

export interface ProbeOutput {
  readonly engine: string
  readonly logprobs: number[][]
  readonly greedy: { tokens: number[]; logprobs: number[] }[]
  readonly trace: { loss: number; grad_norm: number }[]
  readonly errors: string[]
}

export async function probe(input: ProbeInput): Promise<ProbeOutput> {
  const opened = await openGpu(navigator.gpu)
  if (!opened.ok) throw new Error(opened.what)
  const model = opener(opened.value)(input.config, { parameters: Float32Array.from(input.parameters) })
  const scored = (prompt: readonly number[], completion: readonly number[]): TrainedSequence => ({ prompt, completion, weights: [], advantage: null, behaviour: null, reference: null })
  const logprobs = await model.logprobs(input.prompts.map((ids) => scored(ids.slice(0, 1), ids.slice(1))), 1)
  const rows = await model.sample(input.prompts, { temperature: 0, maxNewTokens: input.tokens, seed: 1, eos: -1, pad: 0 }, neverStop, () => Promise.resolve())
  const trace: { loss: number; grad_norm: number }[] = []
  if (input.training) {
    const { input_ids, labels, adamw } = input.training
    const trained = labels.reduce((sum, row) => sum + row.slice(1).filter((label) => label !== -100).length, 0)
    const sequences = input_ids.map((row, b) => ({ ...scored(row.slice(0, 1), row.slice(1)), weights: labels[b]!.slice(1).map((label) => (label === -100 ? 0 : 1 / trained)) }))
    for (let i = 0; i < adamw.trace.length; i++) {
      const rate = warmupConstant(adamw.lr, adamw.warmup_steps, i + 1)
      const got = await model.step(sequences, { kind: 'crossEntropy' }, rate, { ...ADAMW_DEFAULTS, weightDecay: adamw.weight_decay_matrices, clipNorm: adamw.clip })
      trace.push({ loss: got.loss!, grad_norm: got.grad_norm! })
    }
  }
  model.dispose()
  const errors = opened.value.takeErrors()
  opened.value.device.destroy()
  return { engine: model.engine, logprobs: logprobs.map((row) => [...row]), greedy: rows.map(({ tokens, logprobs }) => ({ tokens, logprobs })), trace, errors }
}

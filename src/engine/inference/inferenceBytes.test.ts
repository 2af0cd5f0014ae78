import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { BITS, estimateMemory, loadPlan, PRECISIONS } from '../../posttrain/modelMemory'
import { inferenceBytes } from './openInference'
import { PART_BYTES, storePlan } from './storePlan'
import { rowWords } from './weightFormat'

const shape = (hidden: number, layers: number, heads: number, kvHeads: number, headDim: number, inner: number, vocab: number): ModelConfig => ({
  vocab_size: vocab, hidden_size: hidden, intermediate_size: inner, num_hidden_layers: layers, num_attention_heads: heads,
  num_key_value_heads: kvHeads, head_dim: headDim, rope_theta: 1e6, rms_norm_eps: 1e-6, tie_word_embeddings: true,
})
const QED_NANO = shape(2560, 36, 32, 8, 128, 9728, 151936)
const QWEN3_06B = shape(1024, 28, 16, 8, 128, 3072, 151936)
const SMOLLM2_135M: ModelConfig = { ...shape(576, 30, 9, 3, 64, 1536, 49152), model_type: 'llama' }

describe.each([['QED-Nano', QED_NANO], ['Qwen3-0.6B', QWEN3_06B], ['SmolLM2-135M', SMOLLM2_135M]])('%s', (_, config) => {
  test.each([[2048, 1], [8192, 1], [4096, 4]])('a context of %i for %i rows: the buffers come to what the estimate says, within half a percent', (context, rows) => {
    for (const precision of PRECISIONS)
      for (const isSoftware of [true, false]) {
        const plan = loadPlan(precision, context, rows)
        const ratio = inferenceBytes({ isSoftware }, config, plan) / estimateMemory(config, plan).totalBytes
        expect(Math.abs(ratio - 1)).toBeLessThan(0.005)
      }
  })
})

test('QED-Nano takes less than 4 GB with a context of 8,192 tokens', () => {
  expect(inferenceBytes({ isSoftware: false }, QED_NANO, loadPlan('int4', 8192))).toBeLessThan(4e9)
})

test('the largest buffer is the one that the estimate names', () => {
  for (const plan of [loadPlan('int4', 2048), loadPlan('f16', 32_768)]) {
    const weights = storePlan(QED_NANO, plan, 1e12).layers[0]!.gateUp
    expect(estimateMemory(QED_NANO, plan).largestBytes).toBe(Math.max(Math.ceil((2 * 9728 * 2560 * BITS[weights.format]) / 8), 2 * 8 * 128 * 2 * plan.context))
  }
})

test('no buffer of QED-Nano is larger than every adapter binds, and the parts of its vocabulary cover it once', () => {
  const plan = storePlan(QED_NANO, loadPlan('int4', 8192), PART_BYTES)
  expect(plan.embedding.map((part) => part.firstRow)).toEqual([0, 50656, 101312])
  expect(plan.embedding.reduce((sum, part) => sum + part.outputs, 0)).toBe(151936)
  for (const part of plan.embedding) expect(4 * part.outputs * rowWords(part.format, part.inputs)).toBeLessThanOrEqual(PART_BYTES)
})

import { describe, expect, test } from 'vitest'
import { sentence } from '../base/result'
import { parameterCount, type ModelConfig } from './modelConfig'
import { cacheBytesPerToken, estimateMemory, estimateReference, fitMemory, loadPlan, longestContext } from './modelMemory'

const shape = (hidden: number, layers: number, heads: number, kvHeads: number, headDim: number, inner: number, vocab: number): ModelConfig => ({
  vocab_size: vocab, hidden_size: hidden, intermediate_size: inner, num_hidden_layers: layers, num_attention_heads: heads,
  num_key_value_heads: kvHeads, head_dim: headDim, rope_theta: 1e6, rms_norm_eps: 1e-6, tie_word_embeddings: true,
})
/** QED-Nano. */
const QWEN3_4B = shape(2560, 36, 32, 8, 128, 9728, 151936)
const QWEN3_06B = shape(1024, 28, 16, 8, 128, 3072, 151936)
const SMOLLM2_135M: ModelConfig = { ...shape(576, 30, 9, 3, 64, 1536, 49152), model_type: 'llama' }
const int4 = (context: number) => loadPlan('int4', context)
const f16 = (context: number) => loadPlan('f16', context)

test.each<[string, ModelConfig, number, number, number]>([
  ['Qwen3-4B', QWEN3_4B, 144 * 1024, 2.26e9, 8.04e9],
  ['Qwen3-0.6B', QWEN3_06B, 112 * 1024, 335e6, 1.19e9],
  ['SmolLM2-135M', SMOLLM2_135M, 22.5 * 1024, 76e6, 269e6],
])('%s: cache of a token, all weights in int4 and in f16', (_, config, cache, asInt4, asF16) => {
  expect(cacheBytesPerToken(config, 'f16')).toBe(cache)
  const weights = (plan: ReturnType<typeof loadPlan>) => {
    const e = estimateMemory(config, plan)
    return e.matrixBytes + e.embeddingBytes + e.normBytes
  }
  expect(weights({ ...int4(1), embeddings: 'int4' }) / asInt4).toBeCloseTo(1, 1.9)
  expect(weights(f16(1)) / asF16).toBeCloseTo(1, 1.9)
  expect(weights({ ...int4(1), matrices: 'f32', embeddings: 'f32' })).toBe(4 * parameterCount(config))
})

describe('QED-Nano in 4 GB', () => {
  test('fits with int4 matrices, int8 embeddings and a context of 8,192 tokens', () => {
    const estimate = estimateMemory(QWEN3_4B, int4(8192))
    expect(estimate.totalBytes).toBeLessThan(4e9)
    expect(estimate.totalBytes).toBeGreaterThan(3.6e9)
    expect(fitMemory(8192, (context) => estimateMemory(QWEN3_4B, int4(context)), { budgetBytes: 4e9, maxBufferBytes: 2 ** 31 })).toEqual({ ok: true, value: estimate })
  })
  test('the longest context that fits is found to the token', () => {
    const longest = longestContext(4e9, 262_144, (context) => estimateMemory(QWEN3_4B, int4(context)))
    expect(estimateMemory(QWEN3_4B, int4(longest)).totalBytes).toBeLessThanOrEqual(4e9)
    expect(estimateMemory(QWEN3_4B, int4(longest + 1)).totalBytes).toBeGreaterThan(4e9)
    expect(longest).toBeGreaterThan(8192)
  })
  test('refused in f16, in numbers', () => {
    const refused = fitMemory(8192, (context) => estimateMemory(QWEN3_4B, f16(context)), { budgetBytes: 4e9, maxBufferBytes: null })
    expect(sentence(refused as never)).toMatch(/^Memory: It needs 9\.3\d GB \(8\.05 GB of weights, 1\.21 GB of cache, .* MB of activations\); the budget is 4\.00 GB\. Use a smaller model/)
    const shorter = fitMemory(30_000, (context) => estimateMemory(QWEN3_4B, int4(context)), { budgetBytes: 4e9, maxBufferBytes: null })
    expect(sentence(shorter as never)).toMatch(/A context of \d{4,5} tokens fits/)
  })
  test('a group of sixteen shares the weights and not the cache', () => {
    const one = estimateMemory(QWEN3_4B, int4(1024))
    const group = estimateMemory(QWEN3_4B, { ...int4(1024), rows: 16 })
    expect(group.cacheBytes).toBe(16 * one.cacheBytes)
    expect(group.matrixBytes).toBe(one.matrixBytes)
  })
})

test('a buffer larger than any of the adapter is refused whatever the budget', () => {
  const refused = fitMemory(256, (context) => estimateReference(QWEN3_06B, context), { budgetBytes: 1e12, maxBufferBytes: 128 * 2 ** 20 })
  expect(sentence(refused as never)).toContain('largest buffer takes 622 MB; this adapter gives buffers of at most 134 MB')
})

test('nothing fits in nothing', () => {
  expect(longestContext(1e6, 100, (context) => estimateMemory(SMOLLM2_135M, int4(context)))).toBe(0)
})

test('the reference costs more than the plan in f32 alone', () => {
  const plan = loadPlan('f32', 512)
  const reference = estimateReference(SMOLLM2_135M, 512)
  expect(reference.totalBytes).toBeGreaterThan(estimateMemory(SMOLLM2_135M, plan).totalBytes)
  const { matrixBytes, embeddingBytes, normBytes, cacheBytes, activationBytes } = reference
  expect(reference.totalBytes).toBe(matrixBytes + embeddingBytes + normBytes + cacheBytes + activationBytes)
})

/** The decoder's golden cases, run on wasm and on WebGPU alike. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import golden from '../goldens/sft-step/expected.json'
import { sftLoss } from '../loops/losses'
import { update } from '../loops/update'
import { sample } from '../loops/sample'
import { ADAMW_DEFAULTS, AdamW } from '../optimiser/adamw'
import { warmupConstant } from '../../posttrain/schedule'
import { neverStop } from '../../base/stop'
import { parameterCount, type ModelConfig } from '../../posttrain/modelConfig'
import { Decoder } from './decoder'
import { decoderReference } from './decoder.reference'
import { goldenModel } from './goldenModel'
import { initialParameters, parameterLayout } from './parameters'

const breathe = () => Promise.resolve()

/** @param tokens how many of the golden tokens to decode: a software adapter needs half a second for each */
export function describeDecoder(name: string, tokens: number, open: () => Promise<void>): void {
  describe(name, () => {
    let decoder: Decoder
    let flat: tf.Tensor1D
    const { config, parameters, expected } = goldenModel()

    beforeAll(async () => {
      await open()
      decoder = new Decoder(config)
      flat = tf.tensor1d(parameters)
    })
    afterAll(() => {
      flat?.dispose()
      decoder?.dispose()
    })

    test.each([0, 1])('logits and log-probabilities of prompt %i', async (index) => {
      const { input_ids, last_logits, logprobs_of_next } = expected[index]!
      const T = input_ids.length
      const { logits, logprobs } = tf.tidy(() => {
        const logits = decoder.logits(decoder.weights(decoder.views(flat)), Int32Array.from(input_ids), 1, T)
        return { logits, logprobs: tf.logSoftmax(logits) }
      })
      const [l, p] = [await logits.data(), await logprobs.data()]
      tf.dispose([logits, logprobs])
      const V = config.vocab_size
      last_logits.forEach((want, v) => expect(Math.abs(l[(T - 1) * V + v]! - want)).toBeLessThan(2e-4))
      logprobs_of_next.forEach((want, t) => expect(Math.abs(p[t * V + input_ids[t + 1]!]! - want)).toBeLessThan(2e-4))
    })

    test('a bf16 model in shards with a head of its own', async () => {
      const untied = goldenModel('qwen3-tiny-untied-bf16')
      const { input_ids, last_logits, greedy } = untied.expected[1]!
      const weights = tf.tensor1d(untied.parameters)
      const own = new Decoder(untied.config)
      const [row] = await sample(own, weights, [input_ids], { temperature: 0, maxNewTokens: Math.min(tokens, 8), seed: 1, eos: -1, pad: 0 }, neverStop, breathe)
      const logits = tf.tidy(() => own.logits(own.weights(own.views(weights)), Int32Array.from(input_ids), 1, input_ids.length))
      const got = await logits.data()
      tf.dispose([logits, weights])
      own.dispose()
      last_logits.forEach((want, v) => expect(Math.abs(got[(input_ids.length - 1) * own.config.vocab_size + v]! - want)).toBeLessThan(2e-4))
      row!.tokens.forEach((token, n) => greedy[n]!.margin > 1e-3 && expect(token).toBe(greedy[n]!.token))
    })

    test.each([true, false])('the Llama family, tied head %s: logits of the plain loops', async (isTied) => {
      const shape: ModelConfig = {
        model_type: 'llama', vocab_size: 37, hidden_size: 24, intermediate_size: 40, num_hidden_layers: 2, num_attention_heads: 6,
        num_key_value_heads: 2, head_dim: 8, rope_theta: 1e5, rms_norm_eps: 1e-5, tie_word_embeddings: isTied,
      }
      const drawn = initialParameters(shape, 11)
      expect(drawn.length).toBe(parameterCount(shape))
      expect(parameterLayout(shape).some((slot) => /[qk]_norm/.test(slot.name))).toBe(false)
      const ids = [5, 0, 36, 7, 7, 21, 30]
      const own = new Decoder(shape)
      const weights = tf.tensor1d(drawn)
      const logits = tf.tidy(() => own.logits(own.weights(own.views(weights)), Int32Array.from(ids), 1, ids.length))
      const got = await logits.data()
      tf.dispose([logits, weights])
      own.dispose()
      decoderReference(shape, drawn, ids).forEach((row, t) => row.forEach((want, v) => expect(Math.abs(got[t * 37 + v]! - want)).toBeLessThan(1e-4)))
    })

    test('greedy decoding with the cache, both prompts in one batch', async () => {
      const settings = { temperature: 0, maxNewTokens: tokens, seed: 1, eos: -1, pad: 0 }
      const before = tf.memory().numTensors
      const rows = await sample(decoder, flat, expected.map((e) => e.input_ids), settings, neverStop, breathe)
      expect(tf.memory().numTensors).toBe(before)
      rows.forEach((row, i) =>
        expected[i]!.greedy.slice(0, tokens).forEach((want, n) => {
          if (want.margin > 1e-3) expect(row.tokens[n]).toBe(want.token)
          expect(Math.abs(row.logprobs[n]! - want.logprob)).toBeLessThan(2e-4)
        }),
      )
    })

    test('before the first update the ratio of training to sampling is 1 ± 1e-3 on every token', async () => {
      const settings = { temperature: 0.8, maxNewTokens: tokens, seed: 5, eos: -1, pad: 0 }
      const prompts = [expected[0]!.input_ids, expected[1]!.input_ids, [3, 4, 5]]
      const rows = await sample(decoder, flat, prompts, settings, neverStop, breathe)
      for (const [i, row] of rows.entries()) {
        const all = [...prompts[i]!, ...row.tokens]
        const logprobs = tf.tidy(() =>
          tf.logSoftmax(tf.div(decoder.logits(decoder.weights(decoder.views(flat)), Int32Array.from(all), 1, all.length), 0.8)),
        )
        const data = await logprobs.data()
        logprobs.dispose()
        row.tokens.forEach((token, n) => {
          const at = prompts[i]!.length + n - 1
          expect(Math.abs(Math.exp(data[at * config.vocab_size + token]! - row.logprobs[n]!) - 1)).toBeLessThan(1e-3)
        })
      }
    })

    test('five AdamW steps: losses and gradient norms of the reference run', async () => {
      const B = golden.input_ids.length
      const T = Math.max(...golden.input_ids.map((row) => row.length))
      const ids = new Int32Array(B * T)
      golden.input_ids.forEach((row, b) => ids.set(row, b * T))
      const targets = new Int32Array(B * T)
      const mask = new Float32Array(B * T)
      golden.labels.forEach((row, b) =>
        row.forEach((label, t) => {
          if (t === 0 || label === -100) return
          targets[b * T + t - 1] = label
          mask[b * T + t - 1] = 1
        }),
      )
      const optimiser = AdamW.create(decoder.layout, { parameters })
      const { lr, warmup_steps, weight_decay_matrices, clip } = golden.adamw
      for (const [i, want] of golden.adamw.trace.entries()) {
        const rate = warmupConstant(lr, warmup_steps, i + 1)
        expect(rate).toBeCloseTo(want.lr, 12)
        const got = await update(decoder, optimiser, { B, T, ids, targets, mask }, (logits) => sftLoss(logits, targets, mask), rate, {
          ...ADAMW_DEFAULTS,
          weightDecay: weight_decay_matrices,
          clipNorm: clip,
        })
        expect(Math.abs(got.loss! - want.loss) / want.loss).toBeLessThan(5e-5)
        expect(Math.abs(got.grad_norm! - want.grad_norm) / want.grad_norm).toBeLessThan(1e-3)
      }
      optimiser.dispose()
    })
  })
}

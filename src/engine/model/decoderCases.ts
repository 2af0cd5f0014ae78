/** The reference decoder's golden cases, run on wasm and on WebGPU alike; what trains is in `policyModelCases.ts`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import { sample } from '../loops/sample'
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
  })
}

import { expect, test } from 'vitest'
import { decoderReference } from './decoder.reference'
import { goldenModel, type GoldenName } from './goldenModel'

test.each<GoldenName>(['qwen3-tiny', 'qwen3-tiny-untied-bf16'])('the plain loops give the logits of %s', (name) => {
  const { config, parameters, expected } = goldenModel(name)
  for (const { input_ids, last_logits } of expected) {
    const logits = decoderReference(config, parameters, input_ids).at(-1)!
    last_logits.forEach((want, v) => expect(Math.abs(logits[v]! - want)).toBeLessThan(2e-6))
  }
})

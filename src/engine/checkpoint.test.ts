import { describe, expect, test } from 'vitest'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint'
import { adapterLayout, initialAdapter } from './fused/loraLayout'
import { initialParameters } from './model/parameters'
import type { AdapterConfig } from './pretrained/lora'
import { MALFORMED } from './pretrained/safetensorsFixtures'

const config = {
  vocab_size: 7, hidden_size: 4, intermediate_size: 6, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1,
  head_dim: 2, rope_theta: 10_000, rms_norm_eps: 1e-6, tie_word_embeddings: true,
}
const parameters = initialParameters(config, 3)
const checkpoint: Checkpoint = { config, stage: 'grpo', step: 12, t: 2, seed: 9, parameters, m: parameters.map((p) => p / 3), v: parameters.map((p) => p * p) }

test('written and read back, bit for bit', () => {
  const read = readCheckpoint(writeCheckpoint(checkpoint))
  expect(read).toEqual({ ok: true, value: checkpoint })
})

test('with the frozen reference that its KL term needs', () => {
  const held = { ...checkpoint, reference: parameters.map((p) => p - 1) }
  expect(readCheckpoint(writeCheckpoint(held))).toEqual({ ok: true, value: held })
})

describe('an adapter', () => {
  const adapter: AdapterConfig = { r: 3, alpha: 6, targets: ['q_proj', 'down_proj'], isRankStabilised: true }
  const flat = initialAdapter(adapterLayout(config, adapter), 4)
  const small: Checkpoint = { ...checkpoint, parameters: flat, m: flat.map((a) => a / 3), v: flat.map((a) => a * a), adapter: { config: adapter, base: '0123456789abcdef' } }

  test('with its config and the fingerprint of its base, without the base', () => {
    const bytes = writeCheckpoint(small)
    expect(readCheckpoint(bytes)).toEqual({ ok: true, value: small })
    const header = new TextDecoder('latin1').decode(bytes)
    expect(header).toContain('"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"')
    expect(header).not.toContain('embed_tokens')
  })

  test.each([
    ['r', '\\"r\\":3', '\\"r\\":0'],
    ['target', 'q_proj\\"', 'z_proj\\"'],
  ])('one whose %s makes no sense is corrupt', (_, from, to) => {
    const text = new TextDecoder('latin1').decode(writeCheckpoint(small))
    expect(text).toContain(from)
    expect(readCheckpoint(Uint8Array.from(text.replace(from, to), (c) => c.charCodeAt(0)))).toMatchObject({ ok: false, what: 'Its adapter cannot be read.' })
  })

  test('one of another rank than it says lacks tensors of that rank', () => {
    const text = new TextDecoder('latin1').decode(writeCheckpoint(small)).replace('\\"r\\":3', '\\"r\\":4')
    expect(readCheckpoint(Uint8Array.from(text, (c) => c.charCodeAt(0)))).toMatchObject({ ok: false, what: expect.stringMatching(/lora_A.weight with shape \[4, 4\]/) })
  })
})

test('read from the middle of a larger buffer', () => {
  const bytes = writeCheckpoint(checkpoint)
  const wide = new Uint8Array(bytes.length + 3)
  wide.set(bytes, 3)
  expect(readCheckpoint(wide.subarray(3))).toEqual({ ok: true, value: checkpoint })
})

test.each(MALFORMED)('a checkpoint with $title is corrupt', ({ file }) => {
  expect(readCheckpoint(file)).toMatchObject({ ok: false, kind: 'corrupt' })
})

test('cut anywhere, it is corrupt and never throws', () => {
  const bytes = writeCheckpoint(checkpoint)
  for (let end = 0; end < bytes.length; end += 17) expect(readCheckpoint(bytes.subarray(0, end))).toMatchObject({ ok: false, kind: 'corrupt' })
})

test('a weight that is not finite is told with its tensor', () => {
  const bad = parameters.slice()
  bad[bad.length - 1] = NaN
  expect(readCheckpoint(writeCheckpoint({ ...checkpoint, parameters: bad }))).toMatchObject({ ok: false, what: 'Its tensor model.norm.weight holds numbers that are not finite.' })
})

test('a config that claims more than the file holds allocates nothing', () => {
  const text = new TextDecoder('latin1').decode(writeCheckpoint(checkpoint))
  const huge = text.replace('\\"hidden_size\\":4', '\\"hidden_size\\":9')
  const bytes = Uint8Array.from(huge, (c) => c.charCodeAt(0))
  expect(readCheckpoint(bytes)).toMatchObject({ ok: false, what: 'It lacks the tensor model.embed_tokens.weight with shape [7, 9].' })
})

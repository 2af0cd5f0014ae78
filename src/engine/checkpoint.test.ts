import { expect, test } from 'vitest'
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint'
import { initialParameters } from './model/parameters'
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

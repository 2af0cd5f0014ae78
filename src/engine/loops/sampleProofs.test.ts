import { expect, test } from 'vitest'
import { PRESETS } from '../../posttrain/presets'
import { sampleProofs } from './sampleProofs'

const never = () => {
  throw new Error('the model must not be opened')
}

test.each([
  ['Assume $p$, $\\lnot p \\to q$. Prove $p \\lor q$.', 51, '"\\lnot" is not among the 51 words'],
  ['Assume $p$, $p \\to q$. Prove $q$.', 100_000, 'newer'],
  ['Assume $p$. Prove $q$.', PRESETS.micro!.model.vocab_size, 'finds no proof'],
])('%s asked of a model with %i words is refused before it is opened', async (problem, vocab_size, what) => {
  const config = { ...PRESETS.micro!.model, vocab_size }
  const none = new Float32Array(0)
  const result = await sampleProofs(never, { config, stage: 'sft', step: 1, t: 1, seed: 1, parameters: none, m: none, v: none }, problem, {
    count: 1,
    temperature: 0.8,
    seed: 1,
    maxNewTokens: 8,
  })
  expect(result.ok).toBe(false)
  expect(!result.ok && result.what).toContain(what)
})

import { expect, test } from 'vitest'
import golden from './goldens/gumbel.json'
import { gumbelMax, sampleToken } from './sampling'

const V = golden.logits.length / golden.token.length

test('tokens and log-probabilities equal the reference run', () => {
  golden.token.forEach((token, row) => {
    const draw = gumbelMax(golden.logits.slice(row * V, (row + 1) * V), golden.temperature, (i) => golden.uniform[row * V + i]!)
    expect(draw.token).toBe(token)
    expect(draw.logprob).toBeCloseTo(golden.logprob[row]!, 5)
  })
})

test('frequencies follow the softmax', () => {
  const logits = [0, 1, 2, -1]
  const z = logits.map((l) => Math.exp(l / 0.8))
  const total = z.reduce((a, b) => a + b)
  const counts = [0, 0, 0, 0]
  const n = 20_000
  for (let i = 0; i < n; i++) counts[sampleToken(logits, 0.8, 3, i, 5).token]!++
  counts.forEach((c, i) => {
    const p = z[i]! / total
    expect(Math.abs(c / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n))
  })
})

test('temperature 0 is greedy', () => expect(sampleToken([0, 3, 1], 0, 1, 1, 1).token).toBe(1))

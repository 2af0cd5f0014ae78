import { expect, test } from 'vitest'
import { makeSplit } from './dataset'
import { statementText } from './problem'
import { rubricFor } from './rubricFor'
import { traitsOf } from './traits'

test('traits are found again in the texts alone', () => {
  const problems = makeSplit(5, { train: 160, heldOut: 0 }).train
  const found = problems.map((p) => traitsOf(statementText(p), rubricFor(p).raw))
  const same = (of: (i: number) => boolean) => problems.filter((_, i) => of(i)).length / problems.length
  // The prover's proof may be longer than the derivation that the problem was made from, never shorter.
  problems.forEach((p, i) => expect(Number(found[i]!.level!.slice(6))).toBeGreaterThanOrEqual(p.level))
  expect(same((i) => found[i]!.level === `Level ${problems[i]!.level}`)).toBeGreaterThan(0.9)
  expect(same((i) => found[i]!.domain === problems[i]!.kind)).toBeGreaterThan(0.9)
  expect(problems.every((p, i) => (found[i]!.domain === 'Two routes') === (p.kind === 'Two routes'))).toBe(true)
})

test('a text of another domain has none', () => expect(traitsOf('Prove that $2$ is prime.', '')).toEqual({}))

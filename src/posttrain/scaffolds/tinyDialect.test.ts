import { expect, test } from 'vitest'
import { encode, promptIds, summariserPromptIds, verifierPromptIds } from '../../proofs/tinyProofs/vocabulary'
import { sharedLines, tinyDialect } from './tinyDialect'

const problem = 'Assume $p$, $p \\to q$, $q \\to s$. Prove $s$.'
const [q, s] = ['$q$ by modus ponens.', '$s$ by modus ponens.']

test('every prompt is the text of its tokens', () => {
  expect(encode(tinyDialect.solve(problem))).toEqual(promptIds(problem))
  expect(encode(tinyDialect.reason(problem, `So far ${q}`))).toEqual(promptIds(problem, `So far ${q}`))
  expect(encode(tinyDialect.reason(problem, ''))).toEqual(promptIds(problem))
  expect(encode(tinyDialect.summarise(problem, '', 'so $q$.'))).toEqual(summariserPromptIds(problem, '', 'so $q$.'))
  expect(encode(tinyDialect.verify(problem, `${q} Qed.`))).toEqual(verifierPromptIds(problem, `${q} Qed.`))
})

test('a refinement goes on from the first half, a merge from what most have', () => {
  expect(encode(tinyDialect.refine(problem, `${q} ${s} Qed.`, []))).toEqual(promptIds(problem, `So far ${q}`))
  expect(encode(tinyDialect.refine(problem, `${s} Qed.`, []))).toEqual(promptIds(problem))
  expect(encode(tinyDialect.merge(problem, [`${q} ${s} Qed.`, '', `${q} Qed.`]))).toEqual(promptIds(problem, `So far ${q}`))
  expect(encode(tinyDialect.merge(problem, ['', '']))).toEqual(promptIds(problem))
  expect(sharedLines([['a'], ['a', 'b'], ['c', 'b', 'b']])).toEqual(['a', 'b'])
})

test('what it cannot say is an error', () => expect(() => tinyDialect.plan(problem, '')).toThrow(/single, rc, dsm or rsa/))

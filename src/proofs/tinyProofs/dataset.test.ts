import { readFileSync } from 'node:fs'
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { splitCompletion } from '../completion'
import { canonicalForm } from './canonical'
import { gradeProof } from './check'
import { makeSplit, rlRow, sftRow } from './dataset'
import { parseStatement } from './problem'

/** The rows of a bundled file as a reader sees them. */
async function sample(name: string) {
  const bytes = readFileSync(new URL(`../../../public/sample/${name}`, import.meta.url))
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  return { file, rows: await parquetReadObjects({ file, compressors }) }
}

function form(text: unknown): string {
  const statement = parseStatement(String(text))
  if (!statement.ok) throw new Error(statement.what)
  return canonicalForm(statement.value)
}

describe('rows', () => {
  const split = makeSplit(3, { train: 24, heldOut: 6 })

  test('an SFT row holds the same proof in its columns and in its messages', () => {
    for (const problem of split.train) {
      const row = sftRow(problem, 'verbose', Random.seed(1))
      expect(row['gemini-3-pro-grade']).toBe(7)
      const { reasoning, proof } = splitCompletion(row.messages[1]!.content)
      expect(reasoning).toBe(row.reasoning_content)
      expect(proof).toBe(row.proof)
      expect(row.messages[0]!.content.endsWith(row.problem)).toBe(true)
    }
  })

  test('an RL row says of its scores what they say', () => {
    const random = Random.seed(2)
    for (const problem of split.train) {
      const row = rlRow(problem, random)
      expect(row.num_rewards).toBe(row.scores.length)
      expect(row.rewards).toEqual(row.scores.map((s) => s / 7))
      expect(row.num_rewards).toBeGreaterThanOrEqual(62)
      expect(row.num_rewards).toBeLessThanOrEqual(128)
      const mean = row.scores.reduce((a, b) => a + b, 0) / row.scores.length / 7
      expect(row.reward_mean).toBeCloseTo(mean, 12)
      const square = row.rewards.reduce((a, b) => a + b * b, 0) / row.rewards.length
      expect(row.reward_std).toBeCloseTo(Math.sqrt(Math.max(0, square - mean * mean)), 7)
    }
  })
})

describe('the base solver', () => {
  /** @source FineProofs-RL, dataset card: 5 227 rows; mean 0.399, deviation 0.358, median 0.290, 96.7 % above 0, 2.3 % at 1 */
  test('finds the sample about as hard as a base model finds the published problems', async () => {
    const rows = [...(await sample('tiny-proofs-rl.parquet')).rows, ...(await sample('tiny-proofs-heldout.parquet')).rows]
    const means = rows.map((row) => row.reward_mean as number).sort((a, b) => a - b)
    const mean = means.reduce((a, b) => a + b, 0) / means.length
    const share = (test: (x: number) => boolean) => means.filter(test).length / means.length
    expect(Math.abs(mean - 0.399)).toBeLessThan(0.04)
    expect(Math.abs(Math.sqrt(means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / means.length) - 0.358)).toBeLessThan(0.03)
    expect(Math.abs(means[means.length >> 1]! - 0.29)).toBeLessThan(0.08)
    expect(Math.abs(share((x) => x > 0) - 0.967)).toBeLessThan(0.02)
    expect(Math.abs(share((x) => x === 1) - 0.023)).toBeLessThan(0.015)
  })
})

describe('the bundled files', () => {
  test('have the columns of the published sets, in their order and types', async () => {
    const { file } = await sample('tiny-proofs-sft.parquet')
    const columns = parquetSchema(parquetMetadata(file)).children.map((c) => c.element.name)
    expect(columns).toEqual([
      'problem', 'reasoning_content', 'proof', 'category', 'competition', 'gemini-3-pro-grade', 'qwen3-4b-thinking-reward@128', 'source', 'messages',
    ])
    const { rows } = await sample('tiny-proofs-sft.parquet')
    expect(rows).toHaveLength(1800)
    expect(Object.keys((rows[0]!.messages as object[])[0]!)).toEqual(['content', 'role'])
    expect(typeof rows[0]!['gemini-3-pro-grade']).toBe('bigint')
  })

  test('grade as they say, and the held-out problems are new', async () => {
    const [sft, rl, heldOut] = await Promise.all(['sft', 'rl', 'heldout'].map(async (part) => (await sample(`tiny-proofs-${part}.parquet`)).rows))
    expect(rl).toHaveLength(600)
    expect(heldOut).toHaveLength(256)
    const rubrics = new Map(rl!.map((row) => [row.problem, String(row.rubrics)]))
    for (const row of sft!.filter((r) => rubrics.has(r.problem)))
      expect(gradeProof(String(row.problem), rubrics.get(row.problem)!, String(row.proof)).score).toBe(Number(row['gemini-3-pro-grade']))
    for (const row of rl!) expect((row.scores as bigint[]).length).toBe(Number(row.num_rewards))
    const trained = new Set([...sft!, ...rl!].map((row) => form(row.problem)))
    for (const row of heldOut!) expect(trained.has(form(row.problem))).toBe(false)
    expect(new Set(heldOut!.map((row) => form(row.problem))).size).toBeGreaterThanOrEqual(200)
  })
})

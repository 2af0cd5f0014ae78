/** Dataset files for the scenarios, in the column types of the published FineProofs sets, nested columns included. */
import { gzipSync } from 'node:zlib'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'

export interface DroppedFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** All four delimiters, an environment, code that keeps its dollars, a formula that fails, and what must never run. */
export const PROOF = [
  'Let $a \\in \\mathbb{Z}$ and \\(b \\mid a\\). Then $$a = b \\cdot k$$ and',
  '\\[\nb^2\n- 1 \\ge 0\n\\]',
  '\\begin{align}\nx &= y \\\\\ny &= z\n\\end{align}',
  'Code keeps `$HOME` as it is. A broken formula: $\\frac{1$.',
  '<img src=x onerror="window.hacked = 1"><script>window.hacked = 2</script> [click](javascript:window.hacked=3) $\\href{javascript:window.hacked=4}{x}$ ![remote](https://example.invalid/p.png)',
].join('\n\n')

export const RUBRIC = [
  'Checkpoints (7 pts total)', '- Derives $q \\mid p$ from the premise (3 pts)', '- Concludes that $p = q$ (4 pts)', '',
  '2. **Zero-credit items**', '- Restating the problem', '', '3. **Deductions**', '- **−1**: a missing case', '- **Cap at 3/7**: the converse is not shown', '',
  'This line fits no part of the scheme',
].join('\n')

const ROWS = 120
const rows = Array.from({ length: ROWS }, (_, i) => i)

const list = (name: string, type: 'INT64' | 'DOUBLE'): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', type },
]
const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' })
const number = (name: string, type: 'INT64' | 'DOUBLE'): SchemaElement => ({ name, type, repetition_type: 'OPTIONAL' })

function file(name: string, buffer: ArrayBuffer): DroppedFile {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(buffer) }
}

/** @param drop leaves a column out */
export function sftFile(name = 'fineproofs-sft.parquet', drop?: string): DroppedFile {
  const messages: SchemaElement[] = [
    { name: 'messages', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
    text('content'), text('role'),
  ]
  const columns = [
    { name: 'problem', data: rows.map((i) => `Problem ${i + 1}: show that $x_{${i}} > 0$.`), schema: [text('problem')] },
    { name: 'reasoning_content', data: rows.map((i) => `Thinking about $x_{${i}}$ first.`), schema: [text('reasoning_content')] },
    { name: 'proof', data: rows.map(() => PROOF), schema: [text('proof')] },
    { name: 'category', data: rows.map(() => 'Algebra'), schema: [text('category')] },
    { name: 'competition', data: rows.map(() => 'IMO'), schema: [text('competition')] },
    { name: 'gemini-3-pro-grade', data: rows.map((i) => BigInt(i % 8)), schema: [number('gemini-3-pro-grade', 'INT64')] },
    { name: 'source', data: rows.map(() => 'olympiads'), schema: [text('source')] },
    { name: 'messages', data: rows.map((i) => [{ content: `Problem ${i + 1}`, role: 'user' }, { content: PROOF, role: 'assistant' }]), schema: messages },
  ].filter((column) => column.name !== drop)
  return file(name, parquetWriteBuffer({
    columnData: columns.map(({ name: column, data }) => ({ name: column, data })),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap((column) => column.schema)],
    rowGroupSize: 50,
  }))
}

/** Row i has scores 0, 0, 7 and i mod 8. Gzip, so that the codecs that load on demand are used. */
export function rlFile(name = 'fineproofs-rl.parquet'): DroppedFile {
  const columns = [
    { name: 'problem', data: rows.map((i) => `Problem ${i + 1}: show that \\(p \\mid q\\).`), schema: [text('problem')] },
    { name: 'source', data: rows.map(() => 'aops'), schema: [text('source')] },
    { name: 'rubrics', data: rows.map(() => RUBRIC), schema: [text('rubrics')] },
    { name: 'scores', data: rows.map((i) => [0n, 0n, 7n, BigInt(i % 8)]), schema: list('scores', 'INT64') },
    { name: 'rewards', data: rows.map((i) => [0, 0, 1, (i % 8) / 7]), schema: list('rewards', 'DOUBLE') },
    { name: 'num_rewards', data: rows.map(() => 4n), schema: [number('num_rewards', 'INT64')] },
    { name: 'reward_mean', data: rows.map((i) => (7 + (i % 8)) / 28), schema: [number('reward_mean', 'DOUBLE')] },
    { name: 'reward_std', data: rows.map(() => 0.25), schema: [number('reward_std', 'DOUBLE')] },
  ]
  return file(name, parquetWriteBuffer({
    columnData: columns.map(({ name: column, data }) => ({ name: column, data })),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap((column) => column.schema)],
    codec: 'GZIP', compressors: { GZIP: (input) => gzipSync(input) },
  }))
}

export function jsonlFile(name = 'rows.jsonl'): DroppedFile {
  const lines = rows.map((i) => JSON.stringify({ problem: `Line ${i + 1}: $y_{${i}}$`, proof: `Proof of line ${i + 1}.`, reasoning_content: 'Short.' }))
  return { name, mimeType: 'application/x-ndjson', buffer: Buffer.from(`${lines.join('\n')}\n`) }
}

export function truncated({ name, mimeType, buffer }: DroppedFile): DroppedFile {
  return { name: `cut-${name}`, mimeType, buffer: buffer.subarray(0, Math.floor(buffer.length / 2)) }
}

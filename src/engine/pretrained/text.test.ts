import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { sentence, type Result } from '../../base/result'
import { generateProblem, LEVELS } from '../../proofs/tinyProofs/generate'
import { proofText, statementText } from '../../proofs/tinyProofs/problem'
import { reasoning } from '../../proofs/tinyProofs/teacher'
import { completionIds, encode, promptIds, PROOF_PROMPT, VOCAB_SIZE } from '../../proofs/tinyProofs/vocabulary'
import { arraySource, type ByteSource } from './byteSource'
import { goldenFolder } from './goldenFolder'
import { proofRequest, TextCodec } from './text'
import { tinyTokenizerConfig, tinyTokenizerJson } from './tinyTokenizer'

const json = (value: unknown): ByteSource => arraySource(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(sentence(result))
  return result.value
}
const told = (result: Result<unknown>) => (result.ok ? 'accepted' : `${result.kind} ${sentence(result)}`)
const open = async (changes: Readonly<Record<string, unknown>> = {}) => {
  const files = goldenFolder('byte-level')
  for (const [name, value] of Object.entries(changes)) files.set(name, json(value))
  return TextCodec.open(files, 512)
}
const fixture = <T>(name: string) => JSON.parse(readFileSync(new URL(`../goldens/byte-level/${name}`, import.meta.url), 'utf8')) as T

describe('a byte-level tokenizer, as the Qwen family has', () => {
  // Ids and texts by the Rust library that transformers uses.
  test.each(fixture<{ text: string; ids: number[]; decoded: string }[]>('expected.json'))('$text', async ({ text, ids, decoded }) => {
    const codec = taken(await open())
    expect(codec.encode(text)).toEqual(ids)
    expect(codec.decode(ids)).toBe(decoded)
    const stream = codec.stream()
    expect(ids.map((id) => stream.push([id])).join('') + stream.finish()).toBe(decoded)
  })

  test('a character of four bytes is told once it is whole', async () => {
    const codec = taken(await open())
    const ids = codec.encode('🎉')
    expect(ids.length).toBeGreaterThan(1)
    const stream = codec.stream()
    const told = ids.map((id) => stream.push([id]))
    expect(told).toEqual([...ids.slice(1).map(() => ''), '🎉'])
  })

  test('a character that never becomes whole is told at the end', async () => {
    const codec = taken(await open())
    const stream = codec.stream()
    expect(stream.push(codec.encode('a🎉').slice(0, 2))).toBe('')
    expect(stream.finish()).toBe('a\ufffd')
  })
})

describe('the prompt', () => {
  test('ChatML with the thinking opened, where the folder brings no template', async () => {
    const { text, ids, opensThinking } = taken(taken(await open()).prompt(proofRequest(' Show $1 + 1 = 2$.\n'), true))
    expect(text).toBe(`<|im_start|>user\n${PROOF_PROMPT}\n\nShow $1 + 1 = 2$.<|im_end|>\n<|im_start|>assistant\n<think>\n`)
    expect(opensThinking).toBe(true)
    expect(ids).toEqual(taken(await open()).encode(text))
  })
  test('without thinking it ends with the assistant’s turn', async () => {
    const { text, opensThinking } = taken(taken(await open()).prompt([{ role: 'user', content: 'Hi' }], false))
    expect([text.endsWith('<|im_start|>assistant\n'), opensThinking]).toEqual([true, false])
  })
  test.each([
    ['tokenizer_config.json', { chat_template: "{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}", eos_token: { content: '<|im_end|>' } }],
    ['tokenizer_config.json', { chat_template: [{ name: 'default', template: '{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}[assistant]' }], eos_token: '<|im_end|>' }],
    ['chat_template.jinja', '{% for m in messages %}[{{ m.role }}] {{ m.content }}<|im_end|>{% endfor %}[assistant]'],
  ])('the template of the folder, from %s', async (name, value) => {
    const codec = taken(await open({ [name]: value }))
    expect(taken(codec.prompt([{ role: 'user', content: 'Hi' }], false)).text).toBe('[user] Hi<|im_end|>[assistant]')
    expect(taken(codec.prompt([{ role: 'user', content: 'Hi' }], true)).text).toBe('[user] Hi<|im_end|>[assistant]<think>\n')
  })
  test('a template that already opens the thinking is not opened twice', async () => {
    const codec = taken(await open({ 'chat_template.jinja': '{{ messages[0].content }}<think>{{ "\\n" }}' }))
    expect(taken(codec.prompt([{ role: 'user', content: 'x' }], true))).toMatchObject({ text: 'x<think>\n', opensThinking: true })
  })
  test('a template that cannot be read, and one that fails', async () => {
    expect(told(await open({ 'chat_template.jinja': '{% for %}' }))).toMatch(/^badTemplate `chat_template.jinja`: /)
    expect(told(taken(await open({ 'chat_template.jinja': '{{ raise_exception("no system role") }}' })).prompt([], true))).toMatch(/^badTemplate .*no system role/)
  })
  test('text in a template stays text', async () => {
    const codec = taken(await open({ 'chat_template.jinja': '{{ messages[0].content }}' }))
    expect(taken(codec.prompt([{ role: 'user', content: '{{ 1 + 1 }}{% set x = 1 %}' }], false)).text).toBe('{{ 1 + 1 }}{% set x = 1 %}')
  })
})

describe('end tokens', () => {
  test('the tokenizer’s own, and those of the generation settings', async () => {
    const own = taken(await open()).endIds
    expect(own).toHaveLength(1)
    const settings = taken(await open({ 'generation_config.json': { eos_token_id: [7, own[0]] } }))
    expect(settings.endIds).toEqual([7, own[0]])
  })
})

describe('a tokenizer that cannot be used', () => {
  const fields = fixture<Record<string, unknown>>('tokenizer.json')
  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /^badTokenizer `tokenizer.json`: The file is not a JSON object/],
    ['no model', { ...fields, model: undefined }, /^badTokenizer .*cannot be built/],
    ['a model of unknown kind', { ...fields, model: { type: 'Oracle', vocab: {} } }, /^badTokenizer .*`Oracle`.*BPE/],
    ['an expression that is none', { ...fields, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } }, /^badTokenizer .*cannot be built/],
    ['ids beyond the embedding', { ...fields, added_tokens: [{ id: 512, content: '<x>', special: true }] }, /^badTokenizer .*id 512; the model's vocabulary ends at 511/],
  ])('%s', async (_, value, says) => {
    expect(told(await open({ 'tokenizer.json': value }))).toMatch(says)
  })
  test('none at all', async () => {
    expect(told(await TextCodec.open(goldenFolder('qwen3-tiny'), 512))).toMatch(/^noTokenizer/)
  })
})

test('the tiny-proofs vocabulary as tokenizer.json: the same ids as its own encoder, and its prompt', async () => {
  const files = new Map([['tokenizer.json', json(tinyTokenizerJson())], ['tokenizer_config.json', json(tinyTokenizerConfig(128))]])
  const codec = taken(await TextCodec.open(files, VOCAB_SIZE))
  for (let i = 0; i < 300; i++) {
    const problem = generateProblem(Random.seed(i, 3), LEVELS[i % LEVELS.length]!)
    const random = Random.seed(i, 4)
    const thought = reasoning(problem, 'verbose', random)
    for (const text of [statementText(problem), proofText(problem.proof), reasoning(problem, 'concise', random), thought]) {
      expect(codec.encode(text)).toEqual(taken(encode(text)))
      expect(codec.encode(codec.decode(codec.encode(text)))).toEqual(taken(encode(text)))
    }
    const prompt = taken(codec.prompt(proofRequest(statementText(problem)), true))
    expect(prompt.ids).toEqual(taken(promptIds(statementText(problem))))
    expect(prompt.opensThinking).toBe(true)
    expect(codec.encode(`${thought}</think>${proofText(problem.proof)}<|im_end|>`)).toEqual(taken(completionIds(thought, proofText(problem.proof))))
  }
  expect(codec.endIds).toEqual(taken(encode('<|im_end|>')))
})

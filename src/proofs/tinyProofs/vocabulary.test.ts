import { describe, expect, test } from 'vitest'
import { Random } from '../../base/random'
import { generateProblem, LEVELS } from './generate'
import { proofText, statementText } from './problem'
import { reasoning } from './teacher'
import { completionIds, decode, encode, END_THINK, EOS, notSpoken, PAD, promptIds, PROOF_PROMPT, THINK, TOKENS, VOCAB_SIZE } from './vocabulary'

function ids(text: string): number[] {
  const result = encode(text)
  if (!result.ok) throw new Error(`${result.where}: ${result.what}`)
  return result.value
}

const problems = Array.from({ length: 600 }, (_, i) => generateProblem(Random.seed(i, 3), LEVELS[i % LEVELS.length]!))

describe('the vocabulary', () => {
  test('is small and without repetition', () => {
    expect(VOCAB_SIZE).toBeLessThan(80)
    expect(new Set(TOKENS).size).toBe(VOCAB_SIZE)
  })

  test('decode undoes encode, letter by letter, on everything the generator writes', () => {
    for (const [i, problem] of problems.entries()) {
      const random = Random.seed(i, 4)
      for (const text of [
        statementText(problem),
        proofText(problem.proof),
        reasoning(problem, 'concise', random),
        reasoning(problem, 'verbose', random),
      ])
        expect(decode(ids(text))).toBe(text)
    }
  })

  test('encode undoes decode on any ids, as a model may write them', () => {
    const random = Random.seed(5)
    for (let i = 0; i < 2000; i++) {
      const drawn = Array.from({ length: 1 + random.below(20) }, () => 1 + random.below(VOCAB_SIZE - 1))
      expect(ids(decode(drawn)), JSON.stringify(decode(drawn))).toEqual(drawn)
    }
  })

  test('dollar signs and padding take no part', () => {
    expect(ids('$p$ \\to $q$')).toEqual(ids('p \\to q'))
    expect(decode([PAD, ...ids('$p$.'), PAD])).toBe('$p$.')
  })

  test.each([
    ['Assume $p$. Show $q$.', 'Show', 'character 13'],
    ['Assume $j$.', 'j', 'character 9'],
    ['p \\top', '\\top', 'character 3'],
  ])('%s: the first unknown word and its place', (text, word, where) => {
    const result = encode(text)
    expect(result.ok).toBe(false)
    if (result.ok) return
    expect(result.what).toContain(`"${word}`)
    expect(result.where).toBe(where)
  })

  test('the prompt is ChatML that ends by opening the thinking', () => {
    const prompt = promptIds('Assume $p$, $p \\to q$. Prove $q$.')
    if (!prompt.ok) throw new Error(prompt.what)
    expect(prompt.value.at(-1)).toBe(THINK)
    const text = decode(prompt.value)
    expect(text.startsWith(`<|im_start|>user\n${PROOF_PROMPT}`)).toBe(true)
    expect(text).toContain('<|im_start|>assistant\n<think>')
  })

  test('a completion closes the thinking and ends the turn', () => {
    const completion = completionIds('Goal $q$. have $p$.', '$q$ by modus ponens. Qed.')
    if (!completion.ok) throw new Error(completion.what)
    expect(completion.value.filter((id) => id === END_THINK)).toHaveLength(1)
    expect(completion.value.at(-1)).toBe(EOS)
  })

  test('a model with fewer words is asked only with its own', () => {
    const plain = promptIds('Assume $p$, $p \\to q$. Prove $q$.')
    const negated = promptIds('Assume $p$, $\\lnot p$. Prove $q$.')
    if (!plain.ok || !negated.ok) throw new Error('unreadable')
    expect(notSpoken(51, plain.value)).toBeNull()
    expect(notSpoken(51, negated.value)).toContain('"\\lnot" is not among the 51 words')
    expect(notSpoken(VOCAB_SIZE, negated.value)).toBeNull()
    expect(notSpoken(VOCAB_SIZE + 1, plain.value)).toContain('newer')
  })

  test('most prompts of the first two levels fit the small presets', () => {
    const lengths = problems.filter((p) => p.level <= 2).map((problem) => ids(statementText(problem)).length + 6)
    expect(lengths.filter((n) => n <= 26).length / lengths.length).toBeGreaterThan(0.7)
  })

  test('ids are for good: stored models speak them', () => {
    expect(TOKENS.slice(0, 51).join('|').replaceAll('\n', '')).toBe(
      '<pad>|<|im_start|>user|<|im_start|>assistant|<|im_end|>|<think>|</think>|Generate a rigorous proof to the following question:|' +
        'Assume|Prove|Suppose|Qed|.|,|Goal|need|have|Let me restate|Wait|check again|dead end|try|' +
        'by modus ponens|by conjunction introduction|by conjunction elimination|by disjunction introduction|by case analysis|' +
        'by implication introduction|by symmetry|by transitivity|by congruence|p|q|r|s|t|u|v|w|a|b|c|d|e|f|g|\\to|\\land|\\lor|=|(|)',
    )
  })
})

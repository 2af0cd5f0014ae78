import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckpointItem, Deduction, Rubric } from './records'
import { formatRubric, fullMarks, parseRubric, validateRubric } from './rubric'

const without = ({ raw: _, ...parts }: Rubric) => parts

// Words that look like structure, mixed with any string at all: what a tolerant reader could take for something else.
const lure = fc.constantFrom(
  'Derives $q$ by modus ponens', 'Total (max 7)', '**Chain A:**', 'Chain B: by induction (4 pts)', 'Deductions', '2. **Zero-credit items**', '- x (3 pts)',
  '[2 pts]', '−1 point', 'cap at 3/7', 'None', '"quoted"', '"', '\\', '$5 (3 pts): $6', '**bold**', 'a: b', '---', '# title (2 points)', 'a\nb', '\n\n  c',
  'a\r', '\u2028', 'best chain only', 'Common:', '**2. x**', '1. y', '# 2. Deductions', 'Description: d', '**T:** d', '(2 pts)', '  padded ', '1 pt: t', '```',
)
const words = fc.oneof(lure, fc.string(), fc.string({ unit: 'binary' }), fc.array(fc.oneof(lure, fc.string()), { maxLength: 4 }).map((parts) => parts.join(' ')))
const points = fc.oneof(fc.integer({ min: -9, max: 99 }), fc.double({ min: 0.001, max: 1e25, noNaN: true }))
const item: fc.Arbitrary<CheckpointItem> = fc.record({ title: words, points, description: words })
const deduction: fc.Arbitrary<Deduction> = fc.oneof(
  fc.record({ description: words, minus: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.double({ min: 1e-9, max: 1e25, noNaN: true })), capAt: fc.constant(null) }),
  fc.record({ description: words, minus: fc.constant(null), capAt: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0.5, max: 7, noNaN: true })) }),
)
const rubric: fc.Arbitrary<Rubric> = fc.record({
  common: fc.array(item, { maxLength: 4 }),
  chains: fc.array(fc.record({ name: words, items: fc.array(item, { maxLength: 3 }) }), { maxLength: 3 }),
  zeroCredit: fc.array(words, { maxLength: 4 }),
  deductions: fc.array(deduction, { maxLength: 4 }),
  unparsed: fc.array(words, { maxLength: 4 }),
  raw: fc.constant(''),
})

describe('formatRubric', () => {
  it('is read back as the rubric it was, whatever the words', () => {
    fc.assert(
      fc.property(rubric, (r) => {
        expect(without(parseRubric(formatRubric(r)))).toEqual(without(r))
      }),
      { numRuns: 1500 },
    )
  })

  it('writes ordinary words plainly', () => {
    const text = formatRubric({
      common: [{ title: 'Derives the goal $r$', points: 3, description: 'From $p \\to r$.' }],
      chains: [
        { name: 'Chain A', items: [{ title: 'Derives $q$', points: 4, description: '' }] },
        { name: 'Chain B: by cases', items: [{ title: 'Derives $s$', points: 1, description: '' }] },
      ],
      zeroCredit: ['Restating premises'],
      deductions: [
        { description: 'A line without a rule', minus: 1, capAt: null },
        { description: 'The goal is never derived', minus: null, capAt: 3 },
      ],
      unparsed: [],
      raw: '',
    })
    expect(text).not.toContain('"')
    expect(text.split('\n').filter(Boolean)).toEqual([
      'Checkpoints (7 pts total)',
      '- Derives the goal $r$ (3 pts): From $p \\to r$.',
      '**Only the best chain counts: take the maximum, never add points across chains.**',
      '**Chain A:**',
      '- Derives $q$ (4 pts)',
      '**Chain B: by cases:**',
      '- Derives $s$ (1 pt)',
      'Total (max 7)',
      '2. **Zero-credit items**',
      '- Restating premises',
      '3. **Deductions**',
      '- **−1**: A line without a rule',
      '- **Cap at 3/7**: The goal is never derived',
    ])
  })
})

describe('parseRubric', () => {
  it('reads the ways points are written', () => {
    const read = (line: string) => parseRubric(line).common[0]
    const plain = { title: 'Derives $q$', points: 2, description: '' }
    for (const line of ['- Derives $q$ (2 pts)', '1. Derives $q$ (2 points)', '* Derives $q$ [2 pts]', '2) **Derives $q$** (**2 points**)', '• Derives $q$: 2 pts', '- 2 pts: Derives $q$', '– **Derives $q$ (2 pts)**', '- [2 pts] Derives $q$', 'Derives $q$ (0–2 points)'])
      expect(read(line), line).toEqual(plain)
    expect(read('1. **Key lemma.** Shows $a$ (1 pt)')).toEqual({ title: 'Key lemma', points: 1, description: 'Shows $a$' })
    expect(read('1. **Key lemma (1 pt):** Shows $a$')).toEqual({ title: 'Key lemma', points: 1, description: 'Shows $a$' })
    expect(read('- The set $(3 pts)$ is finite (2 pts)')?.points).toBe(2)
  })

  it('reads a whole scheme whose leading "1. **" is lost', () => {
    const r = parseRubric(
      `Checkpoints (7 pts total)**\n\n**Only the best chain counts; never add across chains.**\n\n**Chain A: by induction**\n1. Base case (1 pt)\n2. Step (6 points)\n   - the bound, worth (2 pts) of these\n\nChain B:\n- Invariant [7 pts]\n  holds throughout\n\n**Total (max 7)**\n\n2. **Zero-credit items**\n- Small cases\n\n3. **Deductions**\n- −1 for a gap\n- -1 point: no base case\n- Missing case (−2)\n- Only $x = -1$ is treated: cap at 3/7\n- Capped at 4/7 if circular\n- Be kind`,
    )
    expect(r.chains).toEqual([
      { name: 'Chain A: by induction', items: [{ title: 'Base case', points: 1, description: '' }, { title: 'Step', points: 6, description: '- the bound, worth (2 pts) of these' }] },
      { name: 'Chain B', items: [{ title: 'Invariant', points: 7, description: 'holds throughout' }] },
    ])
    expect(r.common).toEqual([])
    expect(r.zeroCredit).toEqual(['Small cases'])
    expect(r.deductions).toEqual([
      { description: 'for a gap', minus: 1, capAt: null },
      { description: 'no base case', minus: 1, capAt: null },
      { description: 'Missing case', minus: 2, capAt: null },
      { description: 'Only $x = -1$ is treated', minus: null, capAt: 3 },
      { description: 'if circular', minus: null, capAt: 4 },
    ])
    expect(r.unparsed).toEqual(['- Be kind'])
    expect(fullMarks(r)).toBe(7)
  })

  it('reads numbered headings inside bold or behind hashes, and chains as list rows', () => {
    const r = parseRubric(
      '**1. Checkpoints (7 pts total)**\n\n- **Chain A (algebraic)**\n  1. Reduction (2 pts)\n  2. Bound (5 pts)\n- **Chain B**\n  - **1. Picture**: 7 points\n\n## 2. Zero-credit items\n* Small cases\n\n**3. Deductions**\n* Slip: −1\n* Missing converse → cap at 4/7',
    )
    expect(r.unparsed).toEqual([])
    expect(r.common).toEqual([])
    expect(r.chains.map(({ name, items }) => [name, items.map(({ title, points }) => [title, points])])).toEqual([
      ['Chain A (algebraic)', [['Reduction', 2], ['Bound', 5]]],
      ['Chain B', [['Picture', 7]]],
    ])
    expect(r.zeroCredit).toEqual(['Small cases'])
    expect(r.deductions).toEqual([
      { description: 'Slip', minus: 1, capAt: null },
      { description: 'Missing converse', minus: null, capAt: 4 },
    ])
  })

  it('reads the older list of titled blocks', () => {
    const r = parseRubric('# Setup (3 points)\nDescription: Names the graph.\n\n# Bound (4 points)\nDescription: Shows $n \\le 4$.\n- in both cases (1 pt)')
    expect(r.common).toEqual([
      { title: 'Setup', points: 3, description: 'Names the graph.' },
      { title: 'Bound', points: 4, description: 'Shows $n \\le 4$.\n- in both cases (1 pt)' },
    ])
    expect(r.unparsed).toEqual([])
  })

  it('loses no line and never throws', () => {
    expect(without(parseRubric(''))).toEqual({ common: [], chains: [], zeroCredit: [], deductions: [], unparsed: [] })
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => parseRubric(text).raw === text))
    expect(parseRubric('hello\n- world').unparsed).toEqual(['hello', '- world'])
  })

  it('reads a megabyte of hostile text in linear time', () => {
    for (const piece of ['(1', '**', '$', '"\\', '- (', '−1 ', 'cap at ', 'total ', ' \t']) {
      const started = performance.now()
      parseRubric(`- ${piece.repeat(1_000_000 / piece.length)}x`)
      parseRubric(`Deductions\n- ${piece.repeat(1_000_000 / piece.length)}x`)
      expect(performance.now() - started, piece).toBeLessThan(3000)
    }
  })
})

describe('validateRubric', () => {
  const good = parseRubric('Checkpoints\n- a (3 pts)\n- b (4 pts)\nDeductions\n- −1: a gap\n- cap at 3/7: no end')
  it('accepts seven points', () => expect(validateRubric(good)).toEqual([]))
  it.each([
    ['more than 7', '- a (8 pts)'],
    ['less than 7', '- a (6 pts)'],
    ['no checkpoint', ''],
    ['whole number', '- a (3.5 pts)\n- b (3.5 pts)'],
    ['has no rows', '- a (7 pts)\nChain A:'],
    ['called "Chain A"', 'Chain A:\n- a (7 pts)\nChain A:\n- b (7 pts)'],
    ['looks', '- a (7 pts)\nDeductions\n- −1: bad notation'],
    ['caps at 7/7', '- a (7 pts)\nDeductions\n- cap at 7/7: x'],
    ['takes off 0.5', '- a (7 pts)\nDeductions\n- −0.5: x'],
    ['fits no part', '- a (7 pts)\n\nstray'],
  ])('finds: %s', (sentence, text) => expect(validateRubric(parseRubric(text)).join(' ')).toContain(sentence))
})

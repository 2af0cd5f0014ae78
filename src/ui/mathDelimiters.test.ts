import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mathBlocks } from './mathBlocks'
import { dollarMath } from './mathDelimiters'

test.each([
  ['\\(x\\)', '$x$'],
  ['\\[x\\]', '$$x$$'],
  ['$$\nx\n$$', '$$x$$'],
  ['$x$ and $$y$$', '$x$ and $$y$$'],
  ['`\\(x\\)` and ``\\[ ` \\]``', '`\\(x\\)` and ``\\[ ` \\]``'],
  ['```\n\\(x\\)\n```\n\\(y\\)', '```\n\\(x\\)\n```\n$y$'],
  ['~~~tex\n\\[x\\]', '~~~tex\n\\[x\\]'],
  ['\\[\na\n+ b % why\n> c\n\\]', '$$a + b > c$$'],
  ['> \\[\n> x\n> \\]', '> $$x$$'],
  ['$a \\\\[4pt] b$ \\(c\\)', '$a \\\\[4pt] b$ $c$'],
  ['\\\\(not a formula\\\\)', '\\\\(not a formula\\\\)'],
  ['\\(no partner, \\[x\\]', '\\(no partner, $$x$$'],
  ['costs $5.\n\nThen \\(x\\) for $y$', 'costs $5.\n\nThen $x$ for $y$'],
  ['\\(\\text{if $x$}\\)', '$$$\\text{if $x$}$$$'],
  ['\\begin{align*}\na&=b\\\\\nc&=d\n\\end{align*}', '$$\\begin{align*} a&=b\\\\ c&=d \\end{align*}$$'],
  ['\\[ \\begin{align} a \\end{align} \\]', '$$\\begin{align} a \\end{align}$$'],
  ['costs \\$5 and `', 'costs \\$5 and `'],
  ['\\(50\\%\\)', '$50\\%$'],
])('%j becomes %j', (text, expected) => expect(dollarMath(text)).toBe(expected))

test('text without delimiters is untouched, and any text ends in time', () => {
  fc.assert(fc.property(fc.string().filter((s) => !/[\\$]/.test(s)), (s) => dollarMath(s) === s))
  const parts = fc.array(fc.constantFrom('\\(', '\\)', '\\[', '\\]', '$', '$$', '`', '```', '\n', '\n\n', '\\', 'x', '> ', '\\begin{align}'))
  fc.assert(fc.property(parts, (p) => typeof dollarMath(p.join('')) === 'string'))
  const start = performance.now()
  for (const opener of ['\\(', '\\[', '$', '$$', '`', '\\begin{align}', '$\n\n', '```\n']) dollarMath(opener.repeat(20_000))
  expect(performance.now() - start).toBeLessThan(4_000)
})

test('blocks joined are the text, cut only between paragraphs outside fences', () => {
  const paragraph = `${'word '.repeat(30)}$x$`
  const list = `1. ${paragraph}\n\n2. ${paragraph}\n\n   ${paragraph}`
  const code = `\`\`\`\n${'line\n\n'.repeat(60)}\`\`\``
  const text = [paragraph, paragraph, list, code, paragraph, paragraph].join('\n\n')
  const blocks = mathBlocks(text, 200)
  expect(blocks.join('\n\n')).toBe(text)
  expect(blocks.length).toBe(4)
  expect(blocks[0]).toContain('\n\n1. ')
  expect(blocks[1]).toBe(`2. ${paragraph}\n\n   ${paragraph}`)
  expect(blocks[2]).toBe(code)
  expect(mathBlocks('short')).toEqual(['short'])
})

test.each([
  ['bold steps', (i: number) => `**Step ${i}.** It follows that ${'so it is '.repeat(20)}`], ['numbered items', (i: number) => `${i + 1}. It follows that ${'so it is '.repeat(20)}`],
  ['bullets', () => `- It follows that ${'so it is '.repeat(20)}`], ['plain paragraphs', (i: number) => `Step ${i}: ${'so it is '.repeat(20)}`],
])('a long proof of %s is many blocks, the first of them short, and the text again when joined', (_, paragraph) => {
  const text = Array.from({ length: 200 }, (_, i) => paragraph(i)).join('\n\n')
  const blocks = mathBlocks(text)
  expect(blocks.join('\n\n')).toBe(text)
  expect(blocks[0]!.length).toBeLessThan(3_500)
  expect(Math.max(...blocks.map((b) => b.length))).toBeLessThan(13_000)
})

test('quotations, tables and indented lines stay with what is above them', () => {
  for (const line of ['> so it is', '| so | it |', '  so it is'])
    expect(mathBlocks(`${'It follows. '.repeat(400)}\n\n${line}\n\n${line}`, 200)).toHaveLength(1)
})

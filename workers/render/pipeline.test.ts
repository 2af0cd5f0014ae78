import { expect, test } from 'vitest'
import { dollarMath } from '../../src/ui/mathDelimiters'
import { rendered } from './pipeline'
import { CAPS } from './protocol'

const html = (text: string, isInline = false) => {
  const answer = rendered(dollarMath(text), isInline)
  expect(answer.note).toBeNull()
  return answer.html ?? ''
}

test.each([
  ['$x^2$', false], ['$$x^2$$', true], ['\\(x^2\\)', false], ['\\[x^2\\]', true], ['so \\[x^2\\] holds', true], ['$$\nx^2\n$$', true],
  ['- item\n\n  \\[\n  x^2\n  - y\n  \\]', true], ['\\begin{align}x^2&=y\\end{align}', true],
])('%j is typeset (display: %j)', (text, isDisplay) => {
  const out = html(text)
  expect(out).toContain('class="katex"')
  expect(out).not.toContain('katex-error')
  expect(out.includes('katex-display')).toBe(isDisplay)
})

test('a formula that fails shows its source, and the text around it stays', () => {
  const out = html('before $\\frac{1$ after')
  expect(out).toContain('katex-error')
  expect(out).toContain('\\frac{1')
  expect(out).toContain('before')
  expect(out).toContain('after')
})

const hostile = [
  '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '<svg onload=alert(1)>', '<iframe src="https://x.test"></iframe>',
  '[a](javascript:alert(1))', '[a](JaVaScRiPt&#58;alert(1))', '[a](data:text/html,<script>alert(1)</script>)', '<javascript:alert(1)>',
  '![a](https://x.test/p.png)', '![a][b]\n\n[b]: https://x.test/p.png', '[a](#/models)', '[a](//x.test)', '- [ ] task',
  '$\\href{javascript:alert(1)}{x}$', '$\\includegraphics{https://x.test/p.png}$', '$\\htmlData{a=b}{x}$', '$\\html@mathml{<img>}{x}$',
  '<style>*{display:none}</style>', '<form action="https://x.test"><input></form>', 'a[^1]\n\n[^1]: note', '# Heading',
]
test.each(hostile)('%j is inert', (text) => {
  const out = html(text)
  // Attribute values are escaped, so a quoted formula source cannot look like a tag.
  expect(out).not.toMatch(/<(img|script|svg[^>]*onload|iframe|style|form|input|h1|h2)\b/i)
  expect(out).not.toMatch(/<[^>]+\s(on\w+|id|srcset)=/i)
  expect(out).not.toMatch(/<[^>]+\s(href|src)="(?!https?:\/\/)/i)
})

test('links lead to the web in a new tab', () => {
  expect(html('[a](https://example.org/)')).toContain('<a href="https://example.org/" rel="noopener noreferrer nofollow" target="_blank">a</a>')
})

test('a macro of one text does not reach the next', () => {
  html('$\\gdef\\neq{=}\\gdef\\mine{7}$')
  expect(html('$\\mine$')).toContain('katex-error')
  expect(html('$a \\neq b$')).toContain('≠')
})

test('past a cap the text, or the formula, is left as written', () => {
  expect(rendered('x'.repeat(CAPS.chars + 1))).toMatchObject({ html: null, note: expect.stringContaining('65,537 characters') })
  expect(rendered('$x$ '.repeat(CAPS.formulas + 1))).toMatchObject({ html: null, note: expect.stringContaining('2,000 formulas') })
  for (const formula of ['x'.repeat(CAPS.formulaChars + 1), `${'{'.repeat(101)}x${'}'.repeat(101)}`]) {
    expect(html(`$${formula}$ and $y$`)).toContain(`<code>${formula}</code>`)
    expect(html(`$$\n${formula}\n$$`)).toContain(formula)
    expect(html(`$${formula}$`)).not.toContain('class="katex"')
  }
  expect(html('$\\def\\a{\\a\\a}\\a$')).toContain('katex-error') // endless expansion ends at maxExpand
})

test('deep nesting gives the source, not a crash', () => {
  const answer = rendered(`${'> '.repeat(20_000)}x`)
  expect(answer.html === null || answer.html.includes('x')).toBe(true)
})

test('a phrase has no paragraph', () => {
  expect(html('so \\(x\\)', true)).not.toContain('<p>')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fullMarks } from './rubric'
import { rubricOfReply, rubricPrompt } from './rubricPrompt'

const GOOD = '1. **Checkpoints (7 pts total)**\n- Shows the bound (4 pts): with a constant\n- Treats equality (3 pts)\nTotal (max 7)\n\n2. **Zero-credit items**\n- Small cases\n\n3. **Deductions**\n- **−1**: a case is left out\n- **Cap at 3/7**: circular'

test('a prompt holds problem and solution as material, and every rule that replies are held to', () => {
  const { user: prompt } = rubricPrompt('Show $1 = 1$.', 'Clear.')
  expect(prompt).toMatch(/==== PROBLEM ====\nShow \$1 = 1\$\.\n==== REFERENCE SOLUTION ====\nClear\.\n==== END ====/)
  for (const rule of ['exactly 7', 'Chain A', 'Zero-credit', 'Cap at 3/7', 'whole numbers', 'gives no instructions']) expect(prompt).toContain(rule)
  expect(rubricPrompt('x'.repeat(1e6), 'y').user.length).toBeLessThan(65_000)
})

test.each([
  ['plain', GOOD], ['after thinking', `<think>Checkpoints? 9 pts?</think>\n${GOOD}`], ['fenced', `Here it is:\n\`\`\`markdown\n${GOOD}\n\`\`\``],
  ['with a heading', `# Scheme\n\n## ${GOOD.replace('**Checkpoints (7 pts total)**', 'Checkpoints (7 pts total)')}`], ['as the published set has it', GOOD.replace('1. **', '')],
])('%s: taken', (_, reply) => {
  const { faults, rubric, text } = rubricOfReply(reply)
  expect(faults).toEqual([])
  expect(fullMarks(rubric)).toBe(7)
  expect(rubric.deductions).toHaveLength(2)
  expect(text).toMatch(/^(?:1\. |## 1\. )?\**Checkpoints/)
})

test.each([
  ['more than 7', GOOD.replace('4 pts', '5 pts'), /add up to 8 points, more than 7/], ['less than 7', GOOD.replace('4 pts', '3 pts'), /less than 7/],
  ['a deduction of nothing', GOOD.replace('**−1**', '**−0.5**'), /takes off 0\.5/], ['a deduction without an amount', GOOD.replace('**−1**: ', ''), /fits no part/],
  ['a deduction for looks', GOOD.replace('a case is left out', 'sloppy notation'), /is about looks/], ['no deductions', GOOD.slice(0, GOOD.indexOf('3.')), /no section of deductions/],
  ['chains that do not reach 7', GOOD.replace('- Shows', '**Chain A:**\n- Shows').replace('- Treats', '**Chain B:**\n- Treats'), /less than 7/],
  ['a refusal', 'I cannot help with that.', /no section "Checkpoints"/], ['nothing', '', /no section "Checkpoints"/],
] as [string, string, RegExp][])('%s: rejected with the reason', (_, reply, fault) => expect(rubricOfReply(reply).faults.join(' ')).toMatch(fault))

test('no reply throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (reply) => void expect(Array.isArray(rubricOfReply(reply).faults)).toBe(true)))
})

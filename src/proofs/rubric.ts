/** The 7-point rubric as text: read with tolerance, written in one form, checked against its own grammar. */
import type { CheckpointItem, Deduction, Rubric } from './records'
import { field, isChainRule, isTotal, readChain, readDeduction, readHeading, readItem, unmark, type Section } from './rubricLines'

export { fullMarks, validateRubric } from './rubricRules'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface OpenChain {
  name: string
  items: Mutable<CheckpointItem>[]
  stated: number | null
}
/** The row that further lines may belong to. */
interface OpenRow {
  indent: number
  isMarked: boolean
  add(line: string): void
}

/**
 * The rubric a text describes. Read: the three-part grammar (also with its leading `1. **` lost), bullets or numbers,
 * `(3 pts)`, `[2 points]`, `: 1 pt`, and the older `# title (N points)` blocks. A row indented below another one, or
 * running on from it, belongs to its description. Whatever fits nowhere is kept in `unparsed`, in order.
 * Edges: empty text gives an empty rubric; nothing throws.
 * @source QED-Nano, arXiv 2604.04898, rubric generation prompt; training code (verifier_api.py) for the older form
 */
export function parseRubric(text: string): Rubric {
  const common: Mutable<CheckpointItem>[] = []
  const chains: OpenChain[] = []
  const zeroCredit: string[] = []
  const deductions: Mutable<Deduction>[] = []
  const unparsed: string[] = []
  let section: Section = 'checkpoints'
  let chain: OpenChain | null = null
  let row: OpenRow | null = null
  let isAfterBlank = false

  const take = (line: string, indent: number) => {
    const { marker, body } = unmark(line)
    const isTitle = marker.startsWith('#')
    const open = (add: OpenRow['add']): OpenRow => ({ indent: isTitle ? -2 : indent, isMarked: marker !== '', add })
    const isInside: boolean = row !== null && indent >= row.indent + 2 && !isTitle
    if (!isInside || row!.indent < 0) {
      if (/^(?:[-*_=]{3,}|`{3}\w*)$/.test(line)) return
      if (field(line) !== line) {
        row = null
        return void unparsed.push(field(line))
      }
      const heading = readHeading(body)
      if (heading) {
        section = heading.section
        chain = row = null
        if (heading.rest && !/^\**$/.test(heading.rest)) unparsed.push(heading.rest)
        return
      }
      if (section === 'checkpoints') {
        const opened = readChain(body)
        if (opened) {
          row = null
          return void chains.push((chain = { ...opened, items: [] }))
        }
        if (isTotal(body)) return void (row = null)
        if (/^\W*(?:common|shared|all (?:chains|routes))\b[^()]*:\W*$/i.test(body)) return void (chain = row = null)
        if (isChainRule(body) && !(marker && readItem(body))) return void (row = null)
      }
    }
    if (isInside) return row!.add(line)
    if (section === 'checkpoints') {
      const item: Mutable<CheckpointItem> | null = readItem(body)
      if (item) {
        ;(chain?.items ?? common).push(item)
        row = open((more) => (item.description = joined(item.description, item.description ? more : more.replace(/^description:\s*/i, ''))))
        return
      }
    } else if (/^(?:none|n\/a|nothing)\.?$/i.test(body)) return void (row = null)
    else if (section === 'deductions') {
      const deduction: Mutable<Deduction> | null = readDeduction(body)
      if (deduction && (marker || !row || isAfterBlank)) {
        deductions.push(deduction)
        row = open((more) => (deduction.description = joined(deduction.description, more)))
        return
      }
    } else if (marker || (!line.endsWith(':') && !(row?.isMarked && !isAfterBlank))) {
      const at = zeroCredit.push(field(body)) - 1
      row = open((more) => (zeroCredit[at] = joined(zeroCredit[at] ?? '', more)))
      return
    }
    if (!marker && row?.isMarked && !isAfterBlank) return row.add(line) // Markdown's lazy continuation
    unparsed.push(line)
    row = null
  }

  for (const source of text.split(/\r?\n/)) {
    const line = source.trim()
    if (line) take(line, /^\s*/.exec(source.replace(/\t/g, '    '))![0].length)
    isAfterBlank = !line
  }
  return {
    common,
    chains: chains.map(({ name, items, stated }) => ({
      name,
      items: items.length || stated === null ? items : [{ title: name, points: stated, description: '' }],
    })),
    zeroCredit,
    deductions,
    unparsed,
    raw: text,
  }
}

/**
 * The rubric in the three-part grammar. `parseRubric(formatRubric(r))` equals r in everything but `raw`, for any words
 * in it: a row whose plain form would be read as something else is written with its words as JSON strings.
 */
export function formatRubric(rubric: Rubric): string {
  const lines = ['Checkpoints (7 pts total)', ...rubric.common.map(itemText)]
  if (rubric.chains.length) lines.push('', '**Only the best chain counts: take the maximum, never add points across chains.**')
  for (const { name, items } of rubric.chains) lines.push('', chainText(name), ...items.map(itemText))
  lines.push('', 'Total (max 7)', '', '2. **Zero-credit items**', ...rubric.zeroCredit.map(zeroCreditText))
  lines.push('', '3. **Deductions**', ...rubric.deductions.map(deductionText))
  if (rubric.unparsed.length) lines.push('', ...rubric.unparsed.map(unparsedText))
  return lines.join('\n')
}

function itemText({ title, points, description }: CheckpointItem): string {
  const write = (name: string, more: string) => `- ${name} (${points} ${points === 1 ? 'pt' : 'pts'})${more && `: ${more}`}`
  const plain = write(title, hung(description))
  return reads(plain, { common: [{ title, points, description }] }) ? plain : write(JSON.stringify(title), description && JSON.stringify(description))
}

function chainText(name: string): string {
  const plain = `**${name}:**`
  return reads(plain, { chains: [{ name, items: [] }] }) ? plain : `**Chain: ${JSON.stringify(name)}**`
}

function zeroCreditText(text: string): string {
  const plain = `- ${hung(text)}`
  return reads(plain, { zeroCredit: [text] }, 'Zero-credit items\n') ? plain : `- ${JSON.stringify(text)}`
}

function deductionText(deduction: Deduction): string {
  const { description, minus, capAt } = deduction
  const amount = capAt !== null ? `**Cap at ${capAt}/7**: ` : minus !== null ? `**−${minus}**: ` : ''
  const plain = `- ${amount}${hung(description)}`
  return reads(plain, { deductions: [deduction] }, 'Deductions\n') ? plain : `- ${amount}${JSON.stringify(description)}`
}

function unparsedText(line: string): string {
  return reads(line, { unparsed: [line] }, 'Deductions\n\n') ? line : JSON.stringify(line)
}

/** Whether a row written this way is read back as exactly these parts, with a newline behind it as in the whole text. */
function reads(row: string, parts: Partial<Rubric>, before = ''): boolean {
  const { common, chains, zeroCredit, deductions, unparsed } = parseRubric(`${before}${row}\n`)
  const empty = { common: [], chains: [], zeroCredit: [], deductions: [], unparsed: [] }
  return JSON.stringify({ common, chains, zeroCredit, deductions, unparsed }) === JSON.stringify({ ...empty, ...parts })
}

function hung(text: string): string {
  return text.replace(/\n/g, '\n    ')
}

function joined(text: string, more: string): string {
  return text ? `${text}\n${more}` : more
}

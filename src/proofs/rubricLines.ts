/** Readers of single rubric lines. A line is classified without its Markdown, but its words are kept as written. */
import type { CheckpointItem, Deduction } from './records'

const NUMBER = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`
const UNIT = '(?:points?|pts?|marks?)'
const JSON_STRING = String.raw`"(?:[^"\\]|\\.)*"`

const MARKER = /^(?:[-*+•–—]\s+|\d{1,2}[.)]\s+|\(\d{1,2}\)\s+|#{1,6}\s*)/
const HEADINGS = [
  ['checkpoints', /^checkpoints?\s*(?:\([^)]*\)|\[[^\]]*\])?\s*(?:[:.—–-]\s*(.*))?$/is],
  ['zeroCredit', /^(?:zero|no)[- ]?credit(?:\s+(?:items?|work|claims?|steps?))?\s*(?:\([^)]*\)|\[[^\]]*\])?\s*(?:[:.—–-]\s*(.*))?$/is],
  ['deductions', /^(?:deductions?|penalt(?:y|ies))\s*(?:\([^)]*\)|\[[^\]]*\])?\s*(?:[:.—–-]\s*(.*))?$/is],
] as const

const QUOTED_ITEM = new RegExp(String.raw`^(${JSON_STRING}) \((-?${NUMBER}) pts?\)(?:: (.*))?$`, 's')
const TAG = new RegExp(
  String.raw`[([]\s*(?:(?:max\.?|up to|worth|\+)\s*)?(?:${NUMBER}\s*[-–—]\s*)?([-−]?${NUMBER})\s*${UNIT}\.?(?:\s*(?:max|total))?\s*[)\]]`,
  'i',
)
const TAG_LAST = new RegExp(String.raw`[:—–=→-]\s*(${NUMBER})\s*${UNIT}\.?$`, 'i')
const TAG_FIRST = new RegExp(String.raw`^\s*(${NUMBER})\s*${UNIT}(?=\s*[:—–-])`, 'i')

const QUOTED_CHAIN = new RegExp(`^\\*\\*Chain: (${JSON_STRING})\\*\\*$`, 's')
const CHAIN = /^(?:chain|route|path|approach|method|option|alternative)\s+(?:[a-z]|\d{1,2}|[ivx]{1,4})(?=\s*(?:[:.([—–-]|$))/i
const TOTAL_WORDS = /^(?:total|subtotal|max|maximum|points?|pts?|marks?|out|of|possible|available|score|for|chain|route|is|[a-z])$/i

const CAP_WORDS = String.raw`\bcap(?:ped)?(?:\s+(?:the\s+)?(?:total|score|grade|mark))?(?:\s+(?:at|to))?\s*:?\s*(${NUMBER})(?:\s*\/\s*7\b)?`
const LIMIT_WORDS = String.raw`\b(?:max(?:imum)?(?:\s+of)?|at\s+most|no\s+more\s+than|cannot\s+exceed)\s*:?\s*(${NUMBER})\s*\/\s*7\b`
const CAP = new RegExp(`(?:${CAP_WORDS}|${LIMIT_WORDS})(?:\\s*${UNIT}\\b)?`, 'i')
const MINUS = new RegExp(
  String.raw`(?:(?<![^\s(\[:])[−–—-]\s?(${NUMBER})|\b(?:deduct|minus|subtract|loses?)\s+(${NUMBER}))(?:\s*${UNIT}\b)?`,
  'i',
)
const MINUS_BARE = new RegExp(String.raw`^(${NUMBER})\s*${UNIT}\b(?:\s*(?:off|deduction)\b)?`, 'i')

export type Section = (typeof HEADINGS)[number][0]

/** The list or heading marker of a trimmed line, and the rest. */
export function unmark(line: string): { marker: string; body: string } {
  const marker = MARKER.exec(line)?.[0] ?? ''
  const body = line.slice(marker.length).trim()
  const number = /^\*\*(\d{1,2}[.)])\s+/.exec(body) // **2. Title**: the number stands inside the bold
  return number ? { marker: marker.trim() || (number[1] ?? ''), body: `**${body.slice(number[0].length)}` } : { marker: marker.trim(), body }
}

/** A field: a JSON string stands for what it quotes, anything else for itself. */
export function field(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return text
  }
}

/** Which part a line opens, and what it says behind its colon. */
export function readHeading(body: string): { section: Section; rest: string } | null {
  const text = unemphasised(body).replace(/^(?:(?:part|section)\s+)?\(?\d[.):]+\s*/i, '') // ## 2. Zero-credit items
  for (const [section, pattern] of HEADINGS) {
    const match = pattern.exec(text)
    if (match) return { section, rest: match[1]?.trim() ?? '' }
  }
  return null
}

/** The name of the chain a line opens; `stated` is a point tag on that very line. */
export function readChain(body: string): { name: string; stated: number | null } | null {
  const quoted = QUOTED_CHAIN.exec(body)?.[1]
  if (quoted !== undefined) return { name: field(quoted), stated: null }
  const text = unemphasised(body)
  if (!CHAIN.test(text)) return null
  const tag = TAG.exec(masked(text))
  const name = (tag ? text.slice(0, tag.index).trimEnd() + text.slice(tag.index + tag[0].length) : text).replace(/\(max[^)]*\)/i, '')
  return { name: name.trim().replace(/\s*[:.—–-]$/, ''), stated: tag ? points(tag[1]) : null }
}

/** `Total (max 7)` and its kin: they repeat what the items say. */
export function isTotal(body: string): boolean {
  const words = body.match(/[\p{L}$"]+/gu) ?? []
  return words.some((word) => /^(?:sub)?total$/i.test(word)) && words.every((word) => TOTAL_WORDS.test(word))
}

/** The rule that the best chain counts alone. */
export function isChainRule(body: string): boolean {
  return /\b(?:chain|route)s?\b/i.test(body) && /\b(?:best|max(?:imum)?|highest|never add(?:ed)?|(?:not|never) (?:be )?(?:add(?:ed)?|sum(?:med)?)|only one)\b/i.test(body)
}

/** A scored row: title, points, and what stands behind the points. Point tags inside `$…$` are mathematics. */
export function readItem(body: string): CheckpointItem | null {
  const quoted = QUOTED_ITEM.exec(body)
  if (quoted) return { title: field(quoted[1] ?? ''), points: points(quoted[2]), description: field(quoted[3] ?? '') }
  const flat = masked(body)
  const tag = TAG.exec(flat) ?? TAG_FIRST.exec(flat) ?? TAG_LAST.exec(flat)
  if (!tag) return null
  const before = body.slice(0, tag.index).trim()
  let after = body.slice(tag.index + tag[0].length)
  if (isOdd(before)) after = after.replace(/^([\s:.—–-]{0,4})\*\*/, '$1')
  after = after.replace(/^\s*[:.—–-]?\s*/, '').trim()
  const [head, tail] = unemphasised(before) ? [before, field(after)] : [after, '']
  const lead = /^\*\*([^*]+?)(?:[:.]\*\*|\*\*\s*[:.—–])\s*(\S.*)$/s.exec(head)
  if (lead) return { title: lead[1] ?? '', points: points(tag[1]), description: [lead[2] ?? '', tail].filter(Boolean).join(' ') }
  return { title: tidied(head), points: points(tag[1]), description: tail }
}

/** An amount taken off or a cap, wherever the row states it; a row with neither is null. */
export function readDeduction(body: string): Deduction | null {
  const flat = masked(body)
  const cap = CAP.exec(flat)
  const minus = MINUS_BARE.exec(flat.trimStart()) ? MINUS_BARE.exec(flat) : MINUS.exec(flat)
  const first = cap && (!minus || cap.index <= minus.index) ? cap : minus
  const amount = points(first?.[1] ?? first?.[2])
  if (!first || (first === minus && !(amount > 0))) return null
  const before = body.slice(0, first.index)
  let after = body.slice(first.index + first[0].length)
  if (isOdd(before)) after = after.replace(/^(\s*[:.]?)\*\*/, '$1')
  const kind = first === cap ? { minus: null, capAt: amount } : { minus: amount, capAt: null }
  if (/^[\s*_([]*$/.test(before)) return { description: field(after.replace(/^[)\]]?\s*[:.,—–-]?\s*/, '').trim()), ...kind }
  const isLast = /^[\s*_)\].]*$/.test(after)
  return { description: isLast ? before.replace(/[\s*_([:—–→=,-]+$/, '').trim() : body, ...kind }
}

function points(text: string | undefined): number {
  return Number((text ?? 'none').replace('−', '-'))
}

/** Same length, mathematics and bold marks blanked out, so that positions found in it hold for the text itself. */
function masked(text: string): string {
  return text.replace(/\$\$[^$]*\$\$|\$[^$]*\$/g, (math) => '·'.repeat(math.length)).replace(/\*\*|__/g, '  ')
}

function unemphasised(text: string): string {
  return text.replace(/\*\*|__/g, '').trim()
}

function isOdd(text: string): boolean {
  return text.split('**').length % 2 === 0
}

function tidied(text: string): string {
  let title = text.trim()
  if (title.startsWith('**') && (isOdd(title) || title.indexOf('**', 2) === title.length - 2)) title = title.replace(/^\*\*|\*\*$/g, '')
  return title.replace(/[:—–-]$/, '').trim()
}

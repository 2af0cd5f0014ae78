/**
 * Summaries for the reasoning cache on tiny proofs: the lines derived so far, as the proof would begin, so that a turn
 * can go on from them and still write the whole proof. `So far $q$ by modus ponens. Suppose $s$.`
 */
import { parseFormula, print, type Formula } from './formula'
import { lineText, type Line, type TinyStatement } from './problem'
import { closes, closesWith, RULES, support, type ClosingRule, type OpenRule, type Rule } from './rules'
import { SO_FAR } from './vocabulary'

/** No lines give the empty summary: a first turn is asked exactly as a model without a cache is. */
export function summaryText(lines: readonly Line[]): string {
  return lines.length === 0 ? '' : [SO_FAR, ...lines.map(lineText)].join(' ')
}

/** Longest summary or trace that is read, in sentences. */
const MAX_SENTENCES = 400

/** The lines that a summary states; sentences that are no line are passed over, as a model may write anything. */
export function summaryLines(text: string): Line[] {
  return sentences(text.replace(SO_FAR, '')).flatMap((sentence): Line[] => {
    const suppose = /^Suppose (.+)$/s.exec(sentence)
    const said = /^(.+?)\s+by\s+(.+)$/s.exec(sentence)
    const formula = parseFormula(suppose?.[1] ?? said?.[1] ?? '')
    if (!formula.ok) return []
    if (suppose) return [{ suppose: formula.value }]
    const rule = RULES.find((r) => r === said![2]!.replace(/\s+/g, ' ').trim())
    return rule ? [{ formula: formula.value, rule }] : []
  })
}

/**
 * The reference summariser: what the summary so far and a trace, whole or cut off, have derived, in order and without
 * repetition. A claim (`… so $q$.`) is kept when it follows by a rule; one that does not is left out, so the summary is
 * true whatever the trace says. "Wait" starts over: suppositions left open before it are dropped with what is in them.
 * Edges: an empty trace gives the earlier summary; a trace that derives nothing new gives it too.
 * @source QED-Nano, arXiv 2604.04898: (problem, summary, reasoning) → the next summary, which replaces the first
 */
export function nextSummary(statement: TinyStatement, earlier: string, reasoning: string): string {
  const ledger = new Ledger(statement.premises)
  for (const line of summaryLines(earlier)) {
    if ('suppose' in line) ledger.suppose(line.suppose)
    else ledger.claim(line.formula, [line.rule])
  }
  for (const sentence of sentences(reasoning)) {
    if (sentence.startsWith('Wait')) ledger.startOver()
    const suppose = /^Suppose (.+)$/s.exec(sentence)
    const claim = /^(?:(.+?)\s+)?so\s+(.+)$/s.exec(sentence)
    const formula = parseFormula(suppose?.[1] ?? claim?.[2] ?? '')
    if (!formula.ok) continue
    if (suppose) ledger.suppose(formula.value)
    else if (claim![1] === undefined) ledger.claim(formula.value, UNCITED)
    else ledger.claim(formula.value, CITED, claim![1])
  }
  return summaryText(ledger.lines)
}

const CITED: readonly Rule[] = RULES.filter((rule) => !closes(rule))
/** A thought that cites nothing closes a supposition or puts a conjunction together. */
const UNCITED: readonly Rule[] = [...RULES.filter(closes), 'conjunction introduction', ...CITED]

function sentences(text: string): string[] {
  return text.split(/[.\n]/, MAX_SENTENCES).flatMap((s) => s.replace(/\s+/g, ' ').trim() || [])
}

/** Lines that follow one another, with suppositions open and closed. */
class Ledger {
  lines: Line[] = []
  private available: Map<string, Formula>
  private readonly open: { readonly hypothesis: Formula; readonly before: Map<string, Formula>; readonly at: number }[] = []

  constructor(premises: readonly Formula[]) {
    this.available = new Map(premises.map((f) => [print(f), f]))
  }

  suppose(hypothesis: Formula): void {
    if (this.available.has(print(hypothesis))) return
    this.open.push({ hypothesis, before: this.available, at: this.lines.length })
    this.available = new Map(this.available).set(print(hypothesis), hypothesis)
    this.lines.push({ suppose: hypothesis })
  }

  /** @param cited the formula a thought rests on, as written: among several rules that give `formula`, the one that uses it */
  claim(formula: Formula, rules: readonly Rule[], cited = ''): void {
    const key = print(formula)
    const box = this.open.at(-1)
    const closing = box && rules.find((r): r is ClosingRule => closes(r) && closesWith(formula, r, box.hypothesis, this.available))
    if (closing && box.before.has(key)) {
      this.lines.length = box.at // gone over again: it was closed like this before
      this.available = this.open.pop()!.before
      return
    }
    if (this.available.has(key)) return
    const rule = closing ?? this.ruleFor(formula, rules, cited)
    if (!rule) return
    if (closes(rule)) this.available = this.open.pop()!.before
    this.available = new Map(this.available).set(key, formula)
    this.lines.push({ formula, rule })
  }

  private ruleFor(formula: Formula, rules: readonly Rule[], cited: string): OpenRule | null {
    const named = parseFormula(cited)
    const key = named.ok ? print(named.value) : null
    let first: OpenRule | null = null
    for (const rule of rules) {
      if (closes(rule)) continue
      const from = support(formula, rule, this.available)
      if (!from) continue
      if (from[0] && print(from[0]) === key) return rule
      first ??= rule
    }
    return first
  }

  startOver(): void {
    const [outermost] = this.open
    if (!outermost) return
    this.lines.length = outermost.at
    this.available = outermost.before
    this.open.length = 0
  }
}

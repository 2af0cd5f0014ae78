/** Every way people write LaTeX in a proof, brought to the dollar form that the Markdown parser reads. */

const ENVIRONMENTS = new Set(['equation', 'align', 'gather', 'multline', 'alignat', 'eqnarray'])

/** A formula on one line: a line break inside would let Markdown read `+ b` as a list and `> c` as a quotation. */
function oneLine(formula: string, isQuoted: boolean): string {
  return formula
    .split('\n')
    .map((line, i) => (i > 0 && isQuoted ? line.replace(/^\s*(>\s?)+/, '') : line))
    .map((line) => line.replace(/(^|[^\\])((?:\\\\)*)%.*$/, '$1$2').trim()) // a comment would swallow the lines joined behind it
    .filter((line) => line !== '')
    .join(' ')
}

/** The formula between dollars: 1 or 3 mean inline, 2 or 4 mean display; more than the formula itself holds in a row. */
function fenced(formula: string, isDisplay: boolean): string {
  if (formula === '') return ''
  const runs = new Set((formula.match(/\$+/g) ?? []).map((run) => run.length))
  const [short, long] = isDisplay ? [2, 4] : [1, 3]
  const fence = '$'.repeat(runs.has(short) ? long : short)
  const pad = formula.startsWith('$') || formula.endsWith('$') ? ' ' : ''
  return fence + pad + formula + pad + fence
}

/** Where the text of `closer` begins, at or after `from`, past escaped backslashes; -1 when it never does. */
function closing(text: string, closer: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text.startsWith(closer, i)) return i
    if (text[i] === '\\') i++
  }
  return -1
}

/** End of the code that starts at `i` (a fence at the start of a line, or a span), or -1 when none starts there. */
function codeEnd(text: string, i: number): number {
  const mark = text[i]
  if (mark !== '`' && mark !== '~') return -1
  let length = 1
  while (text[i + length] === mark) length++
  const lineStart = text.lastIndexOf('\n', i - 1) + 1
  if (length >= 3 && /^[\s>]*$/.test(text.slice(lineStart, i))) {
    const end = new RegExp(`\\n[ >\\t]*${mark}{${length},}[ \\t]*(?=\\n|$)`).exec(text.slice(i + length))
    return end ? i + length + end.index + end[0].length : text.length // an open fence runs to the end, as in Markdown
  }
  if (mark === '~') return -1
  for (let j = text.indexOf('`', i + length); j !== -1; ) {
    let run = 1
    while (text[j + run] === '`') run++
    if (run === length) return j + run
    j = text.indexOf('`', j + run)
  }
  return i + length // no partner: the marks are plain characters
}

/**
 * The text with `\( \)`, `\[ \]`, bare environments such as `align`, and `$$ $$` written as one-line dollar formulas.
 * Code spans and fences stay as they are, so do `$ $`, `\\[4pt]` inside a formula, and a delimiter without its partner.
 */
export function dollarMath(text: string): string {
  let out = ''
  let i = 0
  const isQuoted = (at: number) => /^\s*>/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at + 1))
  /** Writes the formula from `start` to `end` (the closer is `skip` characters) and moves on. */
  const put = (start: number, end: number, skip: number, isDisplay: boolean) => {
    out += fenced(oneLine(text.slice(start, end), isQuoted(i)), isDisplay)
    i = end + skip
  }
  // A closer looked for in vain is not looked for again: a thousand openers would else cost a thousand full scans.
  const hopeless = new Set<string>()
  const find = (closer: string, from: number) => {
    if (hopeless.has(closer)) return -1
    const end = closing(text, closer, from)
    if (end === -1) hopeless.add(closer)
    return end
  }
  while (i < text.length) {
    const code = codeEnd(text, i)
    if (code !== -1) {
      out += text.slice(i, code)
      i = code
      continue
    }
    const char = text[i]
    if (char === '\\') {
      const next = text[i + 1]
      if (next === '(' || next === '[') {
        const end = find(next === '(' ? '\\)' : '\\]', i + 2)
        if (end !== -1) {
          put(i + 2, end, 2, next === '[')
          continue
        }
      }
      const name = next === 'b' ? /^\\begin\{(([a-z]+)\*?)\}/.exec(text.slice(i, i + 40)) : null
      if (name && ENVIRONMENTS.has(name[2] ?? '')) {
        const closer = `\\end{${name[1]}}`
        const end = find(closer, i + 2)
        if (end !== -1) {
          put(i, end + closer.length, 0, true)
          continue
        }
      }
      out += text.slice(i, i + 2)
      i += 2
      continue
    }
    if (char === '$') {
      const isDisplay = text[i + 1] === '$'
      const end = find(isDisplay ? '$$' : '$', i + (isDisplay ? 2 : 1))
      if (end !== -1 && isDisplay) {
        put(i + 2, end, 2, true)
        continue
      }
      // A paragraph ends an inline formula: a lone dollar sign must not hide the delimiters of the rest.
      if (end !== -1 && !/\n\s*\n/.test(text.slice(i, end))) {
        out += text.slice(i, end + 1)
        i = end + 1
        continue
      }
    }
    out += char
    i++
  }
  return out
}

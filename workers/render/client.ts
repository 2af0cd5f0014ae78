/** What the page calls to typeset: one worker, one text at a time, each with a deadline. */
import { openWorker, type LabWorker } from '../labWorker'
import { CAPS, type RenderApi, type RenderedText } from './protocol'

/** Loading the scripts may be slow on a busy machine; it is no text's fault. */
const LOAD_MS = 30_000
const KEPT = 200

let current: LabWorker<RenderApi> | null = null
let loaded: Promise<true> | null = null
let last: Promise<unknown> = Promise.resolve()
const kept = new Map<string, Promise<RenderedText>>()

function within<T>(ms: number, answer: Promise<T>): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), ms)))
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

function end(): void {
  current?.terminate()
  current = null
  loaded = null
}

async function typeset(text: string, isInline: boolean): Promise<RenderedText> {
  try {
    // Literally this form: a URL in a variable builds cleanly and ships no worker.
    current ??= openWorker<RenderApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), 'typesetting')
    loaded ??= current.call(current.api.ready())
    if ((await within(LOAD_MS, loaded)) === 'late') throw new Error('it did not load')
    const answer = await within(CAPS.deadlineMs, current.call(current.api.render(text, isInline)))
    if (answer !== 'late') return answer
    end()
    return { html: null, note: `Shown as written: typesetting took longer than ${CAPS.deadlineMs / 1000} seconds and was stopped.` }
  } catch (error) {
    end() // the next text gets a new worker
    return { html: null, note: `Shown as written: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/**
 * The text as sanitised HTML, or the reason why it is shown as written. Never rejects.
 * Texts queue, so that a deadline measures its own text alone; the last few hundred answers are kept.
 */
export function renderText(text: string, isInline = false): Promise<RenderedText> {
  const key = `${isInline ? 'i' : 'b'}${text}`
  const known = kept.get(key)
  if (known) return known
  const answer = last.then(() => typeset(text, isInline))
  last = answer
  kept.set(key, answer)
  void answer.then((done) => {
    if (done.html === null) kept.delete(key) // a failure may be the machine's: the next look tries again
  })
  for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old)
  return answer
}

/** Loads the typesetter before it is needed: its scripts take longer than a screen of proof. */
export function prepareTypesetting(): void {
  void renderText('$x$', true)
}

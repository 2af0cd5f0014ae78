/** A reply of an OpenAI-compatible endpoint, read as it comes. A stream that merely ends is a cut stream, not an answer. */

export interface ChatReply {
  readonly text: string
  /** `reasoning_content`, where the endpoint tells it. */
  readonly reasoning: string
  /** `stop`, `length`, `content_filter`, …; null when the endpoint never said that it was done. */
  readonly finish: string | null
  readonly promptTokens: number | null
  readonly completionTokens: number | null
  /** An error that came inside a reply of status 200. */
  readonly error: string | null
  readonly hasLogprobs: boolean
}

/** What a judge may write at most, in characters. */
export const MOST_REPLY_CHARS = 4 * 2 ** 20

/**
 * Server-sent events of `chat/completions` with `stream: true`. Lines may be cut anywhere.
 * @source OpenAI API reference, chat completion chunks; reliability: a clean end in mid-answer is status 200 and no error
 */
export class ChatStream {
  private rest = ''
  private chars = 0
  private text = ''
  private reasoning = ''
  private finish: string | null = null
  private usage: { prompt: number | null; completion: number | null } = { prompt: null, completion: null }
  private error: string | null = null
  private hasLogprobs = false

  /** @returns whether more is wanted: false after `[DONE]`, an error, or more than 4 MiB */
  push(chunk: string): boolean {
    this.chars += chunk.length
    if (this.chars > MOST_REPLY_CHARS) {
      this.error = 'the reply is longer than 4 MiB'
      return false
    }
    this.rest += chunk
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop()!
    return lines.every((line) => this.line(line))
  }

  private line(line: string): boolean {
    const data = /^data:\s?(.*)$/.exec(line)?.[1]
    if (data === undefined || data === '') return true // comments, event names, keep-alives
    if (data.trim() === '[DONE]') return false
    let event: unknown
    try {
      event = JSON.parse(data)
    } catch {
      this.error = 'a line of the stream is not JSON'
      return false
    }
    this.take(event)
    return this.error === null
  }

  private take(event: unknown): void {
    this.error = errorIn(event)
    const usage = usageIn(event)
    if (usage) this.usage = usage
    const choice = firstChoice(event)
    if (!choice) return
    const delta = record(choice['delta']) ?? record(choice['message']) ?? {}
    if (typeof delta['content'] === 'string') this.text += delta['content']
    for (const name of ['reasoning_content', 'reasoning'] as const) if (typeof delta[name] === 'string') this.reasoning += delta[name]
    if (typeof choice['finish_reason'] === 'string') this.finish = choice['finish_reason']
    if (record(choice['logprobs'])) this.hasLogprobs = true
  }

  end(): ChatReply {
    if (this.rest !== '' && this.error === null && this.finish === null) this.line(this.rest)
    const { text, reasoning, finish, usage, error, hasLogprobs } = this
    return { text, reasoning, finish, promptTokens: usage.prompt, completionTokens: usage.completion, error, hasLogprobs }
  }
}

/** A whole reply, of `stream: false` or of an endpoint that does not stream. Null when it has no such shape. */
export function wholeReply(body: string): ChatReply | null {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return null
  }
  const error = errorIn(value)
  const choice = firstChoice(value)
  const message = record(choice?.['message'])
  if (error === null && !message) return null
  const usage = usageIn(value)
  const content = message?.['content']
  const reasoning = message?.['reasoning_content'] ?? message?.['reasoning']
  return {
    text: typeof content === 'string' ? content : '', reasoning: typeof reasoning === 'string' ? reasoning : '',
    finish: typeof choice?.['finish_reason'] === 'string' ? choice['finish_reason'] : null,
    promptTokens: usage?.prompt ?? null, completionTokens: usage?.completion ?? null, error, hasLogprobs: Boolean(record(choice?.['logprobs'])),
  }
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

function firstChoice(value: unknown): Record<string, unknown> | null {
  const choices = record(value)?.['choices']
  return Array.isArray(choices) ? record(choices[0]) : null
}

function usageIn(value: unknown): { prompt: number | null; completion: number | null } | null {
  const usage = record(record(value)?.['usage'])
  if (!usage) return null
  const count = (n: unknown) => (typeof n === 'number' && Number.isFinite(n) && n >= 0 ? n : null)
  return { prompt: count(usage['prompt_tokens']), completion: count(usage['completion_tokens']) }
}

/** What an error body says, shortened; null without one. */
export function errorIn(value: unknown): string | null {
  const error = record(value)?.['error']
  if (error === undefined || error === null) return null
  const message = typeof error === 'string' ? error : record(error)?.['message']
  return (typeof message === 'string' ? message : JSON.stringify(error)).slice(0, 300)
}

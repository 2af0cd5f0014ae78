/**
 * Text ⇄ tokens of a pretrained model: its `tokenizer.json`, its chat template, its end tokens. Both libraries interpret
 * what they are given (a regular expression, a template); neither turns it into code. They may run for ever on hostile
 * input, so this belongs in a worker that can be ended.
 */
import { Template } from '@huggingface/jinja'
import { Tokenizer } from '@huggingface/tokenizers'
import { fail, ok, type Result } from '../../base/result'
import { PROOF_PROMPT } from '../../proofs/tinyProofs/vocabulary'
import type { ByteSource } from './byteSource'
import { parseFields, tokenIds } from './config'
import type { ModelFiles } from './weightFiles'

export type TextFault = 'noTokenizer' | 'badTokenizer' | 'badTemplate'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface RenderedPrompt {
  readonly text: string
  readonly ids: readonly number[]
  /** The prompt ends inside `<think>`: the completion begins with reasoning. */
  readonly opensThinking: boolean
}

const FILE_LIMIT = 100_000_000
const THINK = '<think>'
const KINDS: readonly string[] = ['BPE', 'WordLevel', 'WordPiece', 'Unigram']

/** The chat format of the Qwen family, for models that bring no template. @source Qwen3 Technical Report, arXiv 2505.09388 */
const CHATML = `{%- for message in messages -%}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}`

/** The one user turn of training and evaluation. @source QED-Nano, arXiv 2604.04898, released configuration */
export function proofRequest(problem: string): readonly ChatMessage[] {
  return [{ role: 'user', content: `${PROOF_PROMPT}\n\n${problem.trim()}` }]
}

export class TextCodec {
  private constructor(
    private readonly tokenizer: Tokenizer,
    private readonly template: Template | null,
    private readonly variables: Readonly<Record<string, unknown>>,
    /** Tokens that end a completion, from the generation settings or the tokenizer's own word. */
    readonly endIds: readonly number[],
  ) {}

  /** @param vocabularySize ids that the model's embedding has rows for */
  static async open(files: ModelFiles, vocabularySize: number): Promise<Result<TextCodec, TextFault>> {
    const source = files.get('tokenizer.json')
    if (!source) return fail('noTokenizer', 'There is no tokenizer.json.', { where: 'Model folder', next: 'Add it, or write the prompt as token ids.' })
    const where = '`tokenizer.json`'
    const bad = (what: string) => fail('badTokenizer', what, { where, next: 'Download the file again.' })
    if (source.size > FILE_LIMIT) return bad(`The file has ${source.size} bytes; expected at most ${FILE_LIMIT}.`)
    const json = await fieldsOf(source, 'tokenizer.json')
    if (!json.ok) return bad(json.what)
    const kind = (json.value.model as Fields | undefined)?.type
    if (typeof kind === 'string' && !KINDS.includes(kind)) return bad(`Its model is of the kind \`${kind.slice(0, 40)}\`; expected ${KINDS.join(', ')}.`)
    const own = await optional(files, 'tokenizer_config.json')
    const settings = own?.ok ? own.value : {}
    let tokenizer: Tokenizer
    try {
      const fields = { decoder: null, post_processor: null, pre_tokenizer: null, normalizer: null, added_tokens: [], ...json.value }
      tokenizer = new Tokenizer(fields, settings)
    } catch (error) {
      return bad(`The tokenizer cannot be built: ${reasonOf(error)}.`)
    }
    const largest = largestId(json.value)
    if (largest >= vocabularySize) return bad(`It has a token with the id ${largest}; the model's vocabulary ends at ${vocabularySize - 1}.`)
    const template = await templateOf(files, settings, tokenizer)
    if (!template.ok) return template
    return ok(new TextCodec(tokenizer, template.value, specials(settings), await endTokens(files, settings, tokenizer)))
  }

  /** Ids of `text` as it stands: nothing is added in front of it or behind it. */
  encode(text: string): number[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids
  }

  /** Special tokens print as nothing; `<think>` and `</think>` are text. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false })
  }

  /**
   * The prompt up to where the model goes on writing.
   * @param think closes the prompt with `<think>` where the template does not do so by itself and the vocabulary has it:
   *   a model used without that prefix does not think
   */
  prompt(messages: readonly ChatMessage[], think: boolean): Result<RenderedPrompt, 'badTemplate'> {
    let text: string
    try {
      const given = { messages, add_generation_prompt: true, enable_thinking: think, ...this.variables }
      text = this.template ? this.template.render(given) : messages.map((m) => m.content).join('\n\n')
    } catch (error) {
      return fail('badTemplate', `The chat template failed: ${reasonOf(error)}.`, { where: 'Chat template', next: 'Write the prompt as plain text.' })
    }
    const isOpen = () => text.trimEnd().endsWith(THINK)
    if (think && this.template && !isOpen() && this.tokenizer.token_to_id(THINK) !== undefined) text += `${THINK}\n`
    return ok({ text, ids: this.encode(text), opensThinking: isOpen() })
  }

  stream(): TextStream {
    return new TextStream((ids) => this.decode(ids))
  }
}

/**
 * Text of tokens as they come. A token can end in the middle of a character, and a decoder may put a space between two:
 * so each new piece is what decoding a few tokens more adds, and it is held back while its last character is incomplete.
 */
export class TextStream {
  private readonly ids: number[] = []
  private context = 0
  private told = 0

  constructor(private readonly decode: (ids: readonly number[]) => string) {}

  /** What can be told after these tokens; may be empty. */
  push(tokens: readonly number[]): string {
    this.ids.push(...tokens)
    return this.take(false)
  }

  /** What was held back. */
  finish(): string {
    return this.take(true)
  }

  private take(isLast: boolean): string {
    const before = this.decode(this.ids.slice(this.context, this.told))
    const all = this.decode(this.ids.slice(this.context))
    if (all.length <= before.length || (!isLast && all.endsWith('\ufffd'))) return ''
    this.context = this.told
    this.told = this.ids.length
    return all.slice(before.length)
  }
}

type Fields = Readonly<Record<string, unknown>>

async function fieldsOf(source: ByteSource, name: string): Promise<Result<Fields, 'unreadableConfig'>> {
  return parseFields(new TextDecoder().decode(await source.slice(0, source.size)), `\`${name}\``)
}

async function optional(files: ModelFiles, name: string): Promise<Result<Fields, 'unreadableConfig'> | null> {
  const source = files.get(name)
  return source && source.size <= FILE_LIMIT ? fieldsOf(source, name) : null
}

/** A token as a configuration writes it: its text, or a table with `content`. */
function contentOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token
  const content = typeof token === 'object' && token !== null ? (token as Fields).content : undefined
  return typeof content === 'string' ? content : undefined
}

function specials(settings: Fields): Fields {
  const names = ['bos_token', 'eos_token', 'pad_token', 'unk_token']
  return Object.fromEntries(names.map((name) => [name, contentOf(settings[name]) ?? '']))
}

async function endTokens(files: ModelFiles, settings: Fields, tokenizer: Tokenizer): Promise<number[]> {
  const generation = await optional(files, 'generation_config.json')
  const ids = generation?.ok ? tokenIds(generation.value.eos_token_id) : []
  const own = contentOf(settings.eos_token)
  const id = own === undefined ? undefined : tokenizer.token_to_id(own)
  return [...new Set(id === undefined ? ids : [...ids, id])]
}

async function templateOf(files: ModelFiles, settings: Fields, tokenizer: Tokenizer): Promise<Result<Template | null, 'badTemplate'>> {
  const file = files.get('chat_template.jinja')
  const listed = Array.isArray(settings.chat_template) ? (settings.chat_template as unknown[]).find((t) => (t as Fields | null)?.name === 'default') : null
  const given = file && file.size <= FILE_LIMIT ? new TextDecoder().decode(await file.slice(0, file.size)) : ((listed as Fields | null)?.template ?? settings.chat_template)
  const text = typeof given === 'string' ? given : tokenizer.token_to_id('<|im_start|>') === undefined ? null : CHATML
  if (text === null) return ok(null)
  try {
    return ok(new Template(text))
  } catch (error) {
    return fail('badTemplate', `The chat template cannot be read: ${reasonOf(error)}.`, { where: file ? '`chat_template.jinja`' : '`tokenizer_config.json`', next: 'Remove it; the prompt is then plain text.' })
  }
}

function largestId({ model, added_tokens: added }: Fields): number {
  const vocab = (model as Fields | undefined)?.vocab
  let largest = -1
  if (Array.isArray(vocab)) largest = vocab.length - 1
  else if (typeof vocab === 'object' && vocab !== null) for (const id of Object.values(vocab)) if (typeof id === 'number' && id > largest) largest = id
  if (Array.isArray(added)) for (const token of added as Fields[]) if (typeof token?.id === 'number' && token.id > largest) largest = token.id
  return largest
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200)
}

/**
 * The task's word-level tokens. Rule names and the parts of the chat template are one token each, so that a small model
 * spends its few tokens on mathematics. `$` is not a token: it is dropped on the way in and put around every run of
 * formula tokens on the way out, so that texts read as LaTeX everywhere.
 */
import { fail, ok, type Result } from '../../base/result'
import { ATOMS, CONSTANTS, FUNCTIONS, MORE_ATOMS } from './formula'
import { FIRST_RULES, NEGATION_RULES, type Rule } from './rules'

const SPECIAL = ['<pad>', '<|im_start|>user\n', '<|im_start|>assistant\n', '<|im_end|>', '<think>', '</think>'] as const

/** The paper's proof prompt, word for word. @source QED-Nano, arXiv 2604.04898, released configuration */
export const PROOF_PROMPT = 'Generate a rigorous proof to the following question:'

/** What a summary begins with, between the problem and the end of the turn. */
export const SO_FAR = 'So far'
/** The instruction of the summariser, in the place of `PROOF_PROMPT`. */
export const SUMMARY_PROMPT = 'Summarise the latest attempt at the following question:'
/** Between the summariser's problem and the reasoning it is to sum up. */
export const ATTEMPT = 'Attempt:'

const FORMULA = [...ATOMS, ...CONSTANTS, ...FUNCTIONS, '\\to', '\\land', '\\lor', '=', '(', ')'] as const
const WORDS = ['Assume', 'Prove', 'Suppose', 'Qed', '.', ',', 'Goal', 'need', 'have', 'Let me restate', 'Wait', 'check again', 'dead end', 'try'] as const
const by = (rule: Rule) => `by ${rule}`

/**
 * Ids are what stored checkpoints speak, so the order is for good and new tokens come last: a model with fewer tokens
 * than this still reads every problem made of its own.
 */
export const TOKENS: readonly string[] = [
  ...SPECIAL, PROOF_PROMPT, ...WORDS, ...FIRST_RULES.map(by), ...FORMULA,
  '\\lnot', ...NEGATION_RULES.map(by), 'so', SO_FAR, SUMMARY_PROMPT, ATTEMPT, ...MORE_ATOMS,
]
export const VOCAB_SIZE = TOKENS.length

const IDS = new Map(TOKENS.map((token, id) => [token, id]))
const id = (token: string) => IDS.get(token)!
export const PAD = id('<pad>')
export const EOS = id('<|im_end|>')
export const THINK = id('<think>')
export const END_THINK = id('</think>')
const USER = id('<|im_start|>user\n')
const ASSISTANT = id('<|im_start|>assistant\n')

const NOT = id('\\lnot')
const IS_FORMULA = new Set<number>([...FORMULA, ...MORE_ATOMS].map(id).concat(NOT))
const IS_BINARY = new Set<number>(['\\to', '\\land', '\\lor', '='].map(id))
/** Longest first, so that "by modus ponens" wins over its parts. */
const LONGEST_FIRST = [...TOKENS].sort((a, b) => b.length - a.length)
const LETTER = /[A-Za-z]/

/** Token ids of `text`, or the first place that no token fits. Whitespace and `$` separate and vanish. */
export function encode(text: string): Result<number[], 'unknownToken'> {
  const ids: number[] = []
  for (let at = 0; at < text.length; ) {
    if (/[\s$]/.test(text[at]!)) {
      at++
      continue
    }
    const token = LONGEST_FIRST.find((t) => text.startsWith(t, at) && !(LETTER.test(t[t.length - 1]!) && LETTER.test(text[at + t.length] ?? '')))
    if (!token) {
      const word = text.slice(at).split(/[\s$]/, 1)[0]!.slice(0, 40)
      return fail('unknownToken', `"${word}" is not among the ${VOCAB_SIZE} words of the in-tab models.`, { where: `character ${at + 1}` })
    }
    ids.push(id(token))
    at += token.length
  }
  return ok(ids)
}

/** Text of token ids; `encode` gives the same ids back. Padding prints as nothing. */
export function decode(ids: readonly number[]): string {
  let out = ''
  for (let i = 0; i < ids.length; i++) {
    const token = ids[i]!
    if (token === PAD) continue
    if (IS_FORMULA.has(token)) {
      let end = i
      let formula = ''
      for (; end < ids.length && IS_FORMULA.has(ids[end]!); end++) {
        const piece = TOKENS[ids[end]!]!
        // Two names in a row, as only a model writes them, stay two tokens.
        const apart = LETTER.test(piece) && LETTER.test(formula.at(-1) ?? '') ? ' ' : ''
        formula += IS_BINARY.has(ids[end]!) ? ` ${piece} ` : ids[end] === NOT ? `${piece} ` : apart + piece
      }
      out += `${gap(out)}$${formula.trim()}$`
      i = end - 1
    } else if (token === END_THINK) out += `\n</think>\n`
    else if (token === EOS || TOKENS[token] === '.' || TOKENS[token] === ',') out += TOKENS[token]!
    else out += gap(out) + TOKENS[token]!
  }
  return out
}

/**
 * Text of what a model wrote, without tokens of the chat template other than `</think>`: it can be put into another prompt, whatever
 * the model said.
 */
export function spoken(ids: readonly number[]): string {
  return decode(ids.filter((token) => token >= END_THINK)) // the template's tokens come first, `</think>` last among them
}

function gap(before: string): string {
  return before === '' || before.endsWith('\n') ? '' : ' '
}

/**
 * Why a model of `vocabSize` tokens cannot be asked with `ids`; null when it can. Tokens are only ever added, so that a
 * smaller vocabulary is the beginning of this one.
 */
export function notSpoken(vocabSize: number, ids: readonly number[]): string | null {
  if (vocabSize > VOCAB_SIZE) return `This model has ${vocabSize} words, this version of the lab ${VOCAB_SIZE}: it comes from a newer one, or is no tiny-proofs model.`
  const strange = ids.find((i) => i >= vocabSize)
  return strange === undefined ? null : `"${TOKENS[strange]!}" is not among the ${vocabSize} words that this model was trained with.`
}

/**
 * The full ChatML prompt of a problem, ending with `<think>` as Qwen3-Thinking's generation prompt does.
 * @param summary of earlier turns, behind the problem; the empty summary leaves the prompt as it is without a cache
 */
export function promptIds(problem: string, summary = ''): Result<number[], 'unknownToken'> {
  const body = encode(summary === '' ? problem : `${problem} ${summary}`)
  return body.ok ? ok([USER, id(PROOF_PROMPT), ...body.value, EOS, ASSISTANT, THINK]) : body
}

/**
 * The prompt of the summariser: problem, the summary so far, and the latest reasoning. It does not think: what it writes
 * up to the end of the turn is the next summary.
 */
export function summariserPromptIds(problem: string, summary: string, reasoning: string): Result<number[], 'unknownToken'> {
  const body = encode([problem, summary, ATTEMPT, reasoning].filter((part) => part !== '').join(' '))
  return body.ok ? ok([USER, id(SUMMARY_PROMPT), ...body.value, EOS, ASSISTANT]) : body
}

/** What a verifier answers: the proof stands, or it does not. Words of the task, so that no stored model lacks them. */
export const STANDS = id('Qed')
export const FALLS = id('Wait')

/** The prompt of the verifier: problem and proof. One word is its answer, `STANDS` or `FALLS`. */
export function verifierPromptIds(problem: string, proof: string): Result<number[], 'unknownToken'> {
  const body = encode([problem, ATTEMPT, proof].join(' '))
  return body.ok ? ok([USER, id('check again'), ...body.value, EOS, ASSISTANT]) : body
}

/** reasoning, `</think>`, proof, end of turn: what the model learns to write. */
export function completionIds(reasoning: string, proof: string): Result<number[], 'unknownToken'> {
  const thought = encode(reasoning)
  const written = encode(proof)
  if (!thought.ok) return thought
  return written.ok ? ok([...thought.value, END_THINK, ...written.value, EOS]) : written
}

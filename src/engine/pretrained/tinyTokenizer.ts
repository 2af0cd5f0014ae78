/** The tiny-proofs vocabulary as a `tokenizer.json` that any Hugging Face library reads: an exported model needs no lab. */
import { TOKENS } from '../../proofs/tinyProofs/vocabulary'

/** Print as nothing when special tokens are skipped; `<think>` and `</think>` are part of the text. */
const SILENT = new Set(['<pad>', '<|im_start|>user\n', '<|im_start|>assistant\n', '<|im_end|>'])
/** Found before the text is split, like the specials of any chat model. */
const ADDED = new Set([...SILENT, '<think>', '</think>'])

/** Writes the prompt exactly as the model was trained on: the proof prompt is part of the user's turn. */
export const TINY_CHAT_TEMPLATE = [
  `{%- for message in messages -%}`,
  `{%- if message.role == 'assistant' -%}{{- '<|im_start|>assistant\\n' + message.content + '<|im_end|>' -}}`,
  `{%- else -%}{{- '<|im_start|>user\\n' + message.content + '<|im_end|>' -}}{%- endif -%}`,
  `{%- endfor -%}`,
  `{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n<think>' -}}{%- endif -%}`,
].join('')

/**
 * `tokenizer.json`: a word-level model behind a splitter that takes the longest token at each place and drops white space
 * and `$`, as the vocabulary's own encoder does. What no token fits becomes `<pad>`, where the encoder would refuse it.
 */
export function tinyTokenizerJson(): Record<string, unknown> {
  const words = TOKENS.filter((token) => !ADDED.has(token)).sort((a, b) => b.length - a.length)
  const pattern = [...words.map((word) => escaped(word) + (/[A-Za-z]$/.test(word) ? '(?![A-Za-z])' : '')), '[^\\s$]+'].join('|')
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...ADDED].map((content) => ({ id: TOKENS.indexOf(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: SILENT.has(content) })),
    normalizer: null,
    // Inverted, so that what lies between two matches is removed and not the matches.
    pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])), unk_token: '<pad>' },
  }
}

export function tinyTokenizerConfig(longest: number): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: longest,
    pad_token: '<pad>',
    unk_token: '<pad>',
    eos_token: '<|im_end|>',
    bos_token: null,
    add_bos_token: false,
    clean_up_tokenization_spaces: false,
    chat_template: TINY_CHAT_TEMPLATE,
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

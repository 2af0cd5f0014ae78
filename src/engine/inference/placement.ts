/** Which cache rows hold the prompts and completions of a batch. */
import { SLOT_WORDS } from '../kernels/cacheFormat'

export interface PlacedPrompt {
  readonly ids: readonly number[]
  /** Cache row of its first token. */
  readonly start: number
  /** Sequences that it begins. */
  readonly slots: readonly number[]
}

export interface Placement {
  /** Every distinct prompt once: its keys and values serve all its sequences. */
  readonly prompts: readonly PlacedPrompt[]
  /** State of every sequence, as the kernels read it. */
  readonly state: Uint32Array<ArrayBuffer>
  /** New tokens that each sequence may make. */
  readonly most: readonly number[]
}

/**
 * Prompts one after the other, then the sequences' own rows. A sequence writes one row less than it makes tokens: its last
 * token is never read.
 * @param context tokens of prompt and completion together
 */
export function placePrompts(prompts: readonly (readonly number[])[], maxNewTokens: number, context: number): Placement {
  const known = new Map<string, { ids: readonly number[]; start: number; slots: number[] }>()
  let rows = 0
  prompts.forEach((ids, slot) => {
    const key = ids.join(' ')
    const prompt = known.get(key)
    if (prompt) prompt.slots.push(slot)
    else {
      known.set(key, { ids, start: rows, slots: [slot] })
      rows += ids.length
    }
  })
  const state = new Uint32Array(prompts.length * SLOT_WORDS)
  const most = prompts.map((ids) => Math.min(maxNewTokens, context - ids.length))
  const places = [...known.values()]
  for (const { ids, start, slots } of places)
    for (const slot of slots) {
      state.set([start, ids.length, rows, 0, 0], slot * SLOT_WORDS)
      rows += most[slot]! - 1
    }
  return { prompts: places, state, most }
}

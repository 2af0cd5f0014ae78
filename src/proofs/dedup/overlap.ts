/** Long runs of tokens that two texts share word for word: a benchmark problem inside a longer text. */
import { mix32 } from '../../base/random'
import { tokens } from './tokens'

/** @source the usual length in decontamination: Brown et al., arXiv 2005.14165, appendix C */
export const RUN_TOKENS = 13

/** Runs of known texts, to be looked for in others. */
export class RunIndex {
  private readonly runs = new Map<number, number>()

  /** A text shorter than a run has none and is never found. */
  add(text: string, id: number): void {
    for (const run of runsOf(text)) if (!this.runs.has(run)) this.runs.set(run, id)
  }

  /** The first known text that shares a run, and how many runs of this text are shared with any. */
  find(text: string): { readonly id: number; readonly shared: number } | null {
    let id: number | null = null
    let shared = 0
    for (const run of runsOf(text)) {
      const known = this.runs.get(run)
      if (known === undefined) continue
      id ??= known
      shared++
    }
    return id === null ? null : { id, shared }
  }
}

/** 52-bit hashes: of a million runs none is taken for another. */
function* runsOf(text: string): Generator<number> {
  const words = tokens(text)
  for (let i = 0; i + RUN_TOKENS <= words.length; i++) {
    let high = 1
    let low = 2
    for (let j = i; j < i + RUN_TOKENS; j++)
      for (let c = 0; c <= words[j]!.length; c++) {
        const code = words[j]!.charCodeAt(c) || 31
        high = Math.imul(high ^ code, 0x01000193)
        low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 13)
      }
    yield (mix32(high) & 0xfffff) * 2 ** 32 + mix32(low)
  }
}

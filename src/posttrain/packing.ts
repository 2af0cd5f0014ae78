/** Sequences laid one behind the other, without padding and without attention between them. */

/** A sequence whose completion tokens are trained; everything by completion token. */
export interface TrainedSequence {
  readonly prompt: readonly number[]
  readonly completion: readonly number[]
  /** Weight of each completion token in the loss; 0 leaves it out. */
  readonly weights: ArrayLike<number>
  /** One number for the whole sequence; null in supervised training. */
  readonly advantage: number | null
  /** log π at sampling time. */
  readonly behaviour: ArrayLike<number> | null
  /** log π of the frozen reference. */
  readonly reference: ArrayLike<number> | null
}

/** N rows (input tokens) and, for those with a target, what the loss needs. */
export interface PackedBatch {
  readonly rows: number
  /** Token of each row, [N]. */
  readonly ids: Uint32Array
  /** First row of the row's own sequence, [N]: attention and positions begin there. */
  readonly first: Uint32Array
  /** Row after the last of the own sequence, [N]. */
  readonly end: Uint32Array
  /** Rows that have a target, ascending, [M]. */
  readonly pick: Uint32Array
  /** Per picked row, [M]. */
  readonly targets: Uint32Array
  readonly weights: Float32Array
  readonly advantages: Float32Array
  readonly behaviour: Float32Array
  readonly reference: Float32Array
}

/**
 * Splits sequences, in order, into batches of at most `most` rows and packs each.
 * A sequence of P prompt and C completion tokens takes P + C − 1 rows: the last token is only a target.
 * @throws RangeError when one sequence alone is longer than `most`
 */
export function pack(sequences: readonly TrainedSequence[], most: number): PackedBatch[] {
  const batches: TrainedSequence[][] = [[]]
  let rows = 0
  for (const sequence of sequences) {
    const length = rowsOf(sequence)
    if (length > most) throw new RangeError(`A sequence of ${length + 1} tokens is longer than the ${most} rows of a batch`)
    if (rows + length > most) {
      batches.push([])
      rows = 0
    }
    batches[batches.length - 1]!.push(sequence)
    rows += length
  }
  return batches.filter((b) => b.length > 0).map(packed)
}

/**
 * A first token has nothing to be predicted from, so every prompt needs one token at least.
 * @throws RangeError naming the first empty prompt
 */
export function refuseEmptyPrompts(prompts: readonly (readonly number[])[]): void {
  const at = prompts.findIndex((prompt) => prompt.length === 0)
  if (at >= 0) throw new RangeError(`Prompt ${at + 1} of ${prompts.length} is empty. A model writes on from something: begin the prompt with the start token.`)
}

/** Rows a sequence takes: its last token is only a target. */
export function rowsOf({ prompt, completion }: TrainedSequence): number {
  return Math.max(0, prompt.length + completion.length - 1)
}

function packed(sequences: readonly TrainedSequence[]): PackedBatch {
  const rows = sequences.reduce((sum, s) => sum + rowsOf(s), 0)
  const [ids, first, end, pick, targets] = [0, 1, 2, 3, 4].map(() => new Uint32Array(rows)) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const [weights, advantages, behaviour, reference] = [0, 1, 2, 3].map(() => new Float32Array(rows)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  let [at, picked] = [0, 0]
  for (const sequence of sequences) {
    const { prompt, completion } = sequence
    const length = rowsOf(sequence)
    for (let t = 0; t < length; t++) {
      const row = at + t
      ids[row] = t < prompt.length ? prompt[t]! : completion[t - prompt.length]!
      first[row] = at
      end[row] = at + length
      const i = t + 1 - prompt.length // index of the target in the completion
      if (i < 0 || !sequence.weights[i]) continue
      pick[picked] = row
      targets[picked] = completion[i]!
      weights[picked] = sequence.weights[i]!
      advantages[picked] = sequence.advantage ?? 0
      behaviour[picked] = sequence.behaviour?.[i] ?? 0
      reference[picked++] = sequence.reference?.[i] ?? 0
    }
    at += length
  }
  const cut = <T extends Uint32Array | Float32Array>(array: T) => array.subarray(0, picked) as T
  return {
    rows, ids, first, end, pick: cut(pick), targets: cut(targets),
    weights: cut(weights), advantages: cut(advantages), behaviour: cut(behaviour), reference: cut(reference),
  }
}

/** The next token of every sequence from a large vocabulary: pieces of it first, side by side, then the pieces of each row. */
import { kernel } from '../gpu/kernel'
import { SLOT_WORDS } from './cacheFormat'
import type { Sized } from './rmsNorm'
import { fold, foldLargest, rowGroups, rowMain, type Lanes } from './rows'
import { COUNTER } from './sampleTokens'

export interface DrawShape {
  readonly vocabulary: number
  /** Lanes that share a piece. */
  readonly lanes: Lanes
}

/** Tokens of a piece: enough for all lanes to be busy, few enough for many workgroups. */
const PIECE = 2048
/** Floats that a piece leaves: largest logit, Σ exp(z − largest), largest score, its token. */
export const PIECE_WORDS = 4

export function pieceCount({ vocabulary }: DrawShape): number {
  return Math.ceil(vocabulary / PIECE)
}

/**
 * What each piece of the vocabulary adds to a draw: pieces [rows, pieces, 4], of z = logit/T; at `step.inverseTemperature` 0 of
 * the logits themselves, and without noise. The noise is a function of (seed, slot + step.slot, position, token), so that a row
 * draws the same whatever its neighbours.   logits [rows, vocabulary]
 */
export function drawPieces(shape: DrawShape): Sized {
  const { vocabulary: V, lanes } = shape
  const pieces = pieceCount(shape)
  const over = (line: string) => `if (isRow) { for (var v = begin + part; v < end; v += ${lanes}u) { ${line} } }`
  const body = `
  let sequence = select(0u, row / ${pieces}u, isRow);
  let begin = row % ${pieces}u * ${PIECE}u; let end = min(${V}u, begin + ${PIECE}u);
  let slot = slots[sequence];
  let made = state[slot * ${SLOT_WORDS}u + 3u];
  let base = sequence * ${V}u;
  let isGreedy = step.inverseTemperature == 0.0;
  let heat = select(step.inverseTemperature, 1.0, isGreedy);
  var top = -3.0e38; var score = -3.0e38; var token = begin;
  ${over(`let z = logits[base + v] * heat; top = max(top, z);
      let s = select(z + gumbel(counter(step.seed, slot + step.slot, made, v)), z, isGreedy);
      if (s > score) { score = s; token = v; }`)}
  ${fold(lanes, 'top', 'max')}
  ${foldLargest(lanes, 'score', 'token')}
  var sum = 0.0;
  ${over('sum += exp(logits[base + v] * heat - top);')}
  ${fold(lanes, 'sum')}
  if (isRow && part == 0u) {
    pieces[row * 4u] = top; pieces[row * 4u + 1u] = sum; pieces[row * 4u + 2u] = score; pieces[row * 4u + 3u] = bitcast<f32>(token);
  }`
  return {
    kernel: kernel(`draw pieces ${V}`, { logits: 'read f32', slots: 'read u32', state: 'read u32', pieces: 'write f32' }, COUNTER + rowMain(lanes, `step.rows * ${pieces}u`, body)),
    groups: (step) => rowGroups(step.rows * pieces, lanes),
  }
}

/**
 * token = argmaxᵢ (zᵢ + gumbelᵢ), a draw from softmax(z), and its log softmax(z) in nats; where the temperature is 0, the
 * largest logit. tokens and logprobs [slots, op.a]; the slot's state counts the token, and is done at one of `ends`, which holds
 * their number and then the ids. A sequence that is done or full is left alone.
 * @source Gumbel-max: Maddison et al., arXiv 1411.0030
 */
export function drawTokens(shape: DrawShape): Sized {
  const V = shape.vocabulary
  const pieces = pieceCount(shape)
  const lanes = (shape.lanes === 1 ? 1 : pieces > 16 ? 32 : 4) as Lanes
  const over = (line: string) => `if (isRow) { for (var p = row * ${pieces}u + part; p < (row + 1u) * ${pieces}u; p += ${lanes}u) { ${line} } }`
  const body = `
  let slot = select(0u, slots[select(0u, row, isRow)], isRow);
  let made = state[slot * ${SLOT_WORDS}u + 3u]; let isDone = state[slot * ${SLOT_WORDS}u + 4u];
  var top = -3.0e38; var score = -3.0e38; var token = 0u;
  ${over(`top = max(top, pieces[p * 4u]);
      if (pieces[p * 4u + 2u] > score) { score = pieces[p * 4u + 2u]; token = bitcast<u32>(pieces[p * 4u + 3u]); }`)}
  ${fold(lanes, 'top', 'max')}
  ${foldLargest(lanes, 'score', 'token')}
  var sum = 0.0;
  ${over('sum += pieces[p * 4u + 1u] * exp(pieces[p * 4u] - top);')}
  ${fold(lanes, 'sum')}
  if (isRow && part == 0u && isDone == 0u && made < op.a) {
    let heat = select(step.inverseTemperature, 1.0, step.inverseTemperature == 0.0);
    tokens[slot * op.a + made] = token;
    logprobs[slot * op.a + made] = logits[row * ${V}u + token] * heat - top - log(sum);
    state[slot * ${SLOT_WORDS}u + 3u] = made + 1u;
    for (var e = 1u; e <= ends[0]; e++) { if (token == ends[e]) { state[slot * ${SLOT_WORDS}u + 4u] = 1u; } }
  }`
  return {
    kernel: kernel(
      `draw tokens ${V}`,
      { pieces: 'read f32', logits: 'read f32', slots: 'read u32', ends: 'read u32', state: 'write u32', tokens: 'write u32', logprobs: 'write f32' },
      rowMain(lanes, 'step.rows', body),
    ),
    groups: (step) => rowGroups(step.rows, lanes),
  }
}

/** Log-probabilities of given tokens, from what `drawPieces` leaves. */
import { flatGroups, flatMain, kernel } from '../gpu/kernel'
import { pieceCount, type DrawShape } from './drawTokens'
import type { Sized } from './rmsNorm'

/** logprobs[row] = log softmax(z)[targets[row]] in nats, z = logits/T.   logits [rows, vocabulary] */
export function scoreTokens(shape: DrawShape): Sized {
  const pieces = pieceCount(shape)
  const body = `
  let row = index;
  if (row >= step.rows) { return; }
  var top = -3.0e38;
  for (var p = row * ${pieces}u; p < (row + 1u) * ${pieces}u; p++) { top = max(top, pieces[p * 4u]); }
  var sum = 0.0;
  for (var p = row * ${pieces}u; p < (row + 1u) * ${pieces}u; p++) { sum += pieces[p * 4u + 1u] * exp(pieces[p * 4u] - top); }
  logprobs[row] = logits[row * ${shape.vocabulary}u + targets[row]] * step.inverseTemperature - top - log(sum);`
  return {
    kernel: kernel(`score tokens ${shape.vocabulary}`, { pieces: 'read f32', logits: 'read f32', targets: 'read u32', logprobs: 'write f32' }, flatMain(body)),
    groups: (step) => flatGroups(step.rows),
  }
}

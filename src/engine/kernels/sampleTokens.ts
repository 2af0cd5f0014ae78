/** Draws the next token of every decoding row on the GPU, with its exact log-probability. */
import { kernel } from '../gpu/kernel'
import { STATE_WORDS } from './heads'
import type { Sized } from './rmsNorm'
import { fold, foldLargest, rowGroups, rowMain, type Lanes } from './rows'

/** `counterUnit` of `base/random.ts`, word for word, up to its last line. */
export const COUNTER = `
fn mix32(x: u32) -> u32 {
  var z = x + 0x9e3779b9u;
  z = (z ^ (z >> 16u)) * 0x21f0aaadu;
  z = (z ^ (z >> 15u)) * 0x735a2d97u;
  return z ^ (z >> 15u);
}
fn counter(seed: u32, row: u32, position: u32, token: u32) -> u32 {
  var x = mix32(seed);
  x = mix32(x ^ ((row + 1u) * 0x85ebca6bu));
  x = mix32(x ^ ((position + 1u) * 0xc2b2ae35u));
  return mix32(x ^ ((token + 1u) * 0x27d4eb2fu));
}
// −log(−log u) with u = (x + ½)/2³². Near u = 1 the inner logarithm is taken from 1 − u, which float32 holds to the last bit.
fn gumbel(x: u32) -> f32 {
  let u = (f32(x) + 0.5) * 2.3283064365386963e-10;
  let w = (f32(~x) + 0.5) * 2.3283064365386963e-10;
  return -log(select(-log(u), w + 0.5 * w * w, w < 1e-3));
}`

/**
 * token = argmaxᵢ (zᵢ/T + gumbelᵢ), a draw from softmax(z/T); its log softmax(z/T) in nats; at `step.inverseTemperature` 0 the
 * largest logit, with its log-probability at T = 1. The noise is a function of (seed, slot + step.slot, position, token), so
 * that a row draws the same whatever its neighbours.
 *
 * logits [rows, stride]; tokens and logprobs [slots, op.d]; state [slots, 4] counts the token and notes the end. A row that is
 * done or full is left alone.
 * @source Gumbel-max: Maddison et al., arXiv 1411.0030
 */
export function sampleTokens(shape: { vocabulary: number; stride: number; lanes: Lanes }): Sized {
  const { vocabulary: V, stride, lanes } = shape
  const over = (line: string) => `if (isRow) { for (var v = part; v < ${V}u; v += ${lanes}u) { ${line} } }`
  const body = `
  let slot = select(0u, slots[select(0u, row, isRow)], isRow);
  let made = state[slot * ${STATE_WORDS}u + 2u];
  let isDone = state[slot * ${STATE_WORDS}u + 3u];
  let base = row * ${stride}u;
  let isGreedy = step.inverseTemperature == 0.0;
  let heat = select(step.inverseTemperature, 1.0, isGreedy);
  var top = -3.0e38; var score = -3.0e38; var token = 0u;
  ${over(`let z = logits[base + v] * heat; top = max(top, z);
      let s = select(z + gumbel(counter(step.seed, slot + step.slot, made, v)), z, isGreedy);
      if (s > score) { score = s; token = v; }`)}
  ${fold(lanes, 'top', 'max')}
  ${foldLargest(lanes, 'score', 'token')}
  var total = 0.0;
  ${over('total += exp(logits[base + v] * heat - top);')}
  ${fold(lanes, 'total')}
  ${lanes > 1 ? 'storageBarrier();' : ''}
  if (isRow && part == 0u && isDone == 0u && made < op.d) {
    tokens[slot * op.d + made] = token;
    logprobs[slot * op.d + made] = logits[base + token] * heat - top - log(total);
    state[slot * ${STATE_WORDS}u + 2u] = made + 1u;
    if (token == step.endToken) { state[slot * ${STATE_WORDS}u + 3u] = 1u; }
  }`
  return {
    kernel: kernel(
      `sample ${V}`,
      { logits: 'read f32', slots: 'read u32', state: 'write u32', tokens: 'write u32', logprobs: 'write f32' },
      COUNTER + rowMain(lanes, 'step.rows', body),
    ),
    groups: (step) => rowGroups(step.rows, lanes),
  }
}

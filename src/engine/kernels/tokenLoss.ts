/** Both training losses on a block of logits: each row's numbers, and its gradient in place of its logits. */
import { flatGroups, GROUP, kernel } from '../gpu/kernel'
import { trainedRows } from './gemm'
import type { Sized } from './rmsNorm'
import { fold, foldLargest, rowGroups, rowMain, type Lanes } from './rows'

/** Words of a trained row's inputs: target, weight in the loss, advantage, behaviour log-probability, reference log-probability. */
export const TARGET_WORDS = 8
/** Floats of a trained row's results. */
export const STAT_WORDS = 8
export const STAT = { loss: 0, entropy: 1, logprob: 2, ratio: 3, clipped: 4, k3: 5, hit: 6, surrogate: 7 } as const

/** Floats of a step's row in the metric ring, all sums over trained rows but the last two. */
export const METRIC_WORDS = 16
export const METRIC = { loss: 0, entropy: 1, ratio: 2, ratioSquares: 3, clippedLow: 4, clippedHigh: 5, k3: 6, hits: 7, surrogate: 8, trained: 9, norm: 10, clip: 11 } as const

/**
 * Cross-entropy (`step.objective` 0):   loss = −w·log π(token)
 * Policy objective (1), with r = exp(log π − behaviour), d = clamp(reference − log π, ±5), k3 = exp(d) − d − 1:
 *
 *   loss = −w·[ min(r·A, clamp(r, 1−ε_low, 1+ε_high)·A) − β·k3 + η·H ]
 *
 * both at π = softmax(logits·step.inverseTemperature). Logits [block, stride] of trained rows `op.c` …; columns past V get a
 * zero gradient. A row's results go to `stats` [trained, 8].
 * @source QED-Nano, arXiv 2604.04898, and its released code; `posttrain/policyLoss.ts` is the reference
 */
export function tokenLoss(shape: { vocabulary: number; stride: number; first: number; block: number; lanes: Lanes }): Sized {
  const { vocabulary: V, stride, first, block, lanes } = shape
  const rows = trainedRows(first, block)
  const over = (line: string) => `if (isRow) { for (var v = part; v < ${V}u; v += ${lanes}u) { ${line} } }`
  const body = `
  let base = row * ${stride}u;
  let at = (op.c + row) * ${TARGET_WORDS}u;
  let token = select(0u, targets[at], isRow);
  var top = -3.0e38; var best = 0u;
  ${over('let z = logits[base + v]; if (z > top) { top = z; best = v; }')}
  ${foldLargest(lanes, 'top', 'best')}
  let heat = step.inverseTemperature;
  var total = 0.0; var lean = 0.0;
  ${over('let z = (logits[base + v] - top) * heat; let e = exp(z); total += e; lean += e * z;')}
  ${fold(lanes, 'total')}
  ${fold(lanes, 'lean')}
  let logTotal = log(total);
  let entropy = logTotal - lean / total;
  let logprob = (logits[base + token] - top) * heat - logTotal;
  let w = bitcast<f32>(targets[at + 1u]);
  var value = logprob; var slope = 1.0; var bonus = 0.0;
  var ratio = 1.0; var clipped = 0.0; var k3 = 0.0; var surrogate = logprob;
  if (step.objective == 1u) {
    let A = bitcast<f32>(targets[at + 2u]);
    ratio = exp(logprob - bitcast<f32>(targets[at + 3u]));
    let held = clamp(ratio, 1.0 - step.epsilonLow, 1.0 + step.epsilonHigh);
    if (held * A < ratio * A) { clipped = select(-1.0, 1.0, held < ratio); }
    surrogate = min(ratio * A, held * A);
    slope = select(ratio * A, 0.0, clipped != 0.0);
    bonus = step.entropyBonus;
    value = surrogate + bonus * entropy;
    if (step.klCoefficient != 0.0) {
      let gap = bitcast<f32>(targets[at + 4u]) - logprob;
      let d = clamp(gap, -5.0, 5.0);
      k3 = exp(d) - d - 1.0;
      value -= step.klCoefficient * k3;
      if (d == gap) { slope += step.klCoefficient * (exp(d) - 1.0); }
    }
  }
  ${lanes > 1 ? 'workgroupBarrier();' : ''}
  let scale = -w * heat;
  if (isRow) {
    for (var v = part; v < ${stride}u; v += ${lanes}u) {
      if (v < ${V}u) {
        let logp = (logits[base + v] - top) * heat - logTotal;
        let p = exp(logp);
        let own = select(0.0, 1.0, v == token);
        logits[base + v] = scale * (slope * (own - p) - bonus * p * (logp + entropy));
      } else { logits[base + v] = 0.0; }
    }
    if (part == 0u) {
      let to = (op.c + row) * ${STAT_WORDS}u;
      stats[to] = -w * value; stats[to + 1u] = entropy; stats[to + 2u] = logprob; stats[to + 3u] = ratio;
      stats[to + 4u] = clipped; stats[to + 5u] = k3; stats[to + 6u] = select(0.0, 1.0, best == token); stats[to + 7u] = -w * surrogate;
    }
  }`
  return {
    kernel: kernel(`token loss ${V}`, { logits: 'write f32', targets: 'read u32', stats: 'write f32' }, rowMain(lanes, rows.code, body)),
    groups: (step) => rowGroups(rows.count(step), lanes),
  }
}

/** Sums of the trained rows' results into row `step.slot` of the ring, in one fixed order; added when `step.accumulate` is 1. */
export function reduceMetrics(): Sized {
  const sums = ['loss', 'entropy', 'ratio', 'ratioSquares', 'clippedLow', 'clippedHigh', 'k3', 'hits', 'surrogate', 'trained'] as const
  const code = `
var<workgroup> sums: array<f32, ${GROUP * sums.length}>;
@compute @workgroup_size(${GROUP}) fn main(@builtin(local_invocation_index) lane: u32) {
  ${sums.map((_, i) => `var s${i} = 0.0;`).join(' ')}
  for (var row = lane; row < step.trained; row += ${GROUP}u) {
    let at = row * ${STAT_WORDS}u;
    let ratio = stats[at + ${STAT.ratio}u]; let clipped = stats[at + ${STAT.clipped}u];
    s0 += stats[at + ${STAT.loss}u]; s1 += stats[at + ${STAT.entropy}u]; s2 += ratio; s3 += ratio * ratio;
    s4 += select(0.0, 1.0, clipped < 0.0); s5 += select(0.0, 1.0, clipped > 0.0);
    s6 += stats[at + ${STAT.k3}u]; s7 += stats[at + ${STAT.hit}u]; s8 += stats[at + ${STAT.surrogate}u]; s9 += 1.0;
  }
  ${sums.map((_, i) => `sums[${i * GROUP}u + lane] = s${i};`).join(' ')}
  workgroupBarrier();
  if (lane < ${sums.length}u) {
    var total = 0.0;
    for (var i = 0u; i < ${GROUP}u; i++) { total += sums[lane * ${GROUP}u + i]; }
    let to = step.slot * ${METRIC_WORDS}u + lane;
    if (step.accumulate != 0u) { total += ring[to]; }
    ring[to] = total;
  }
}`
  return { kernel: kernel('reduce metrics', { stats: 'read f32', ring: 'write f32' }, code), groups: () => flatGroups(1) }
}

/** The forward passes of packed weights as recorded plans: a piece of a prompt, one token of every sequence, the head. */
import type { ModelShape } from '../fused/shape'
import type { GpuContext } from '../gpu/context'
import { Plan } from '../gpu/plan'
import { cacheAttention, joinParts, type CacheAttentionShape } from '../kernels/cacheAttention'
import type { StepKind } from '../kernels/cacheFormat'
import { cacheHeads } from '../kernels/cacheHeads'
import { drawPieces, drawTokens } from '../kernels/drawTokens'
import { quantEmbedding } from '../kernels/quantEmbedding'
import { fewRows, MANY_ROWS, quantLinear, type QuantLinearShape, type QuantTile } from '../kernels/quantLinear'
import { rmsNorm } from '../kernels/rmsNorm'
import { lanesFor } from '../kernels/rows'
import { scoreTokens } from '../kernels/scoreTokens'
import type { AdapterStore, LowRankMatrices } from './adapterStore'
import type { StoredMatrix, WeightStore } from './weightStore'
import type { Workspace } from './workspace'

/** A plan and the dispatches at which it may be handed over in pieces: `cuts[i]` begins piece i, the last is the end. */
export interface Pass {
  readonly plan: Plan
  readonly cuts: readonly number[]
}

export interface Passes {
  /** Layers over a piece of a prompt: ids → x. */
  readonly chunk: Pass
  /** Layers over one token of every sequence: its last token → last. */
  readonly decode: Pass
  /** last → logits → the next token of every sequence. */
  readonly draw: Pass
  /** last → logits → log-probabilities of `targets`. */
  readonly score: Pass
}

/** What all products of a pass share. */
interface Scene {
  readonly gpu: GpuContext
  readonly shape: ModelShape
  readonly store: WeightStore
  readonly space: Workspace
  readonly adapter: { readonly store: AdapterStore; readonly low: GPUBuffer } | null
}

/** Records the passes, and waits until they are compiled. @param low [rows, width] for x·aᵀ, where there is an adapter */
export async function recordPasses(scene: Scene): Promise<Passes> {
  const passes = { chunk: layersPass(scene, 'chunk'), decode: layersPass(scene, 'decode'), draw: drawPass(scene), score: scorePass(scene) }
  await Promise.all(Object.values(passes).map(({ plan }) => plan.close()))
  return passes
}

export function disposePasses(passes: Passes): void {
  for (const { plan } of Object.values(passes)) plan.dispose()
}

function layersPass(scene: Scene, kind: StepKind): Pass {
  const { gpu, shape, store, space } = scene
  const { buffers: b, sizes } = space
  const plan = new Plan(gpu, `inference ${kind}`)
  const sequence = { slots: b.slots, state: b.state }
  for (const part of store.embedding)
    plan.add({
      ...quantEmbedding({ format: part.format, columns: shape.hidden, kind }),
      buffers: { ...matrixBuffers(part), x: b.x, ...(kind === 'chunk' ? { ids: b.ids } : { ids: b.tokens, ...sequence }) },
      op: [part.firstRow, part.outputs, sizes.context],
    })
  const cuts = [0]
  for (let i = 0; i < shape.layers; i++) {
    // The last token's state goes where the head looks for it; a prompt's rows are copied there one by one.
    recordLayer(scene, plan, kind, i, kind === 'decode' && i === shape.layers - 1 ? b.last : b.x)
    cuts.push(plan.length)
  }
  return { plan, cuts }
}

/** Seven dispatches for a token (six where the keys are not split), eight for a prompt; one more for each product that an adapter changes. */
function recordLayer(scene: Scene, plan: Plan, kind: StepKind, i: number, out: GPUBuffer): void {
  const { gpu, shape, store, space, adapter } = scene
  const { hidden: h, heads, kvHeads, headDim, inner, epsilon } = shape
  const { buffers: b, sizes, splits } = space
  const [matrices, norms, cache] = [store.layers[i]!, store.plan.norms[i]!, space.caches[i]!]
  const low = adapter?.store.layers[i]
  const place: Record<string, GPUBuffer> = kind === 'chunk' ? { chunk: b.chunk } : { slots: b.slots, state: b.state }
  const tile = kind === 'chunk' ? MANY_ROWS : fewRows(gpu.isSoftware, sizes.rows)
  const product = (matrix: StoredMatrix, lowRank: LowRankMatrices | undefined, x: GPUBuffer, y: GPUBuffer, more: ProductKind) => recordProduct(scene, plan, tile, matrix, lowRank, x, y, more)
  /** x as the product wants it: normed beforehand for many rows, on the way for few. */
  const normed = (x: GPUBuffer, at: number): { x: GPUBuffer; normAt: number | null } => {
    if (kind === 'decode') return { x, normAt: at }
    plan.add({ ...rmsNorm({ columns: h, epsilon, lanes: lanesFor(gpu.isSoftware, h) }), buffers: { x, w: store.norms, y: b.normed }, op: [at] })
    return { x: b.normed, normAt: null }
  }

  const attended = normed(b.x, norms.input)
  product(matrices.qkv, low?.qkv, attended.x, b.qkv, { outputs: (heads + 2 * kvHeads) * headDim, normAt: attended.normAt })
  plan.add({
    ...cacheHeads({ heads, kvHeads, headDim, cache: sizes.cache, kind, epsilon, hasNorm: shape.hasHeadNorms, lanes: lanesFor(gpu.isSoftware, headDim / 4) }),
    buffers: { qkv: b.qkv, n: store.norms, table: b.table, ...place, q: b.heads, cache },
    op: [norms.q, norms.k],
  })
  const mixed = b.qkv // which nobody reads any more
  const attention: CacheAttentionShape = { heads, kvHeads, headDim, cache: sizes.cache, kind, splits: kind === 'decode' ? splits : 1, lanes: gpu.isSoftware ? 1 : 64 }
  const isSplit = attention.splits > 1
  plan.add({ ...cacheAttention(attention), buffers: { q: b.heads, cache, ...place, o: isSplit ? b.parts : mixed, level: b.levels } })
  if (isSplit) plan.add({ ...joinParts(attention), buffers: { part: b.parts, level: b.levels, o: mixed } })
  product(matrices.output, low?.output, mixed, b.mid, { outputs: h, normAt: null, residual: b.x })
  const fed = normed(b.mid, norms.post)
  product(matrices.gateUp, low?.gateUp, fed.x, b.inner, { outputs: inner, normAt: fed.normAt, isGated: true })
  product(matrices.down, low?.down, b.inner, out, { outputs: h, normAt: null, residual: b.mid })
}

interface ProductKind {
  readonly outputs: number
  /** Float at which the norm's weights begin; null where x is as it should be. */
  readonly normAt: number | null
  readonly residual?: GPUBuffer
  readonly isGated?: boolean
  readonly firstColumn?: number
  readonly stride?: number
}

function recordProduct(scene: Scene, plan: Plan, tile: QuantTile, matrix: StoredMatrix, lowRank: LowRankMatrices | undefined, x: GPUBuffer, y: GPUBuffer, more: ProductKind): void {
  const { shape, store, adapter } = scene
  const { outputs, normAt, residual, isGated, firstColumn = 0, stride } = more
  const norm = normAt === null ? undefined : { epsilon: shape.epsilon }
  const common = { inputs: matrix.inputs, norm }
  const op = [normAt ?? 0, firstColumn]
  if (lowRank) {
    const { a } = lowRank
    plan.add({ ...quantLinear({ ...common, format: 'f32', outputs: a.outputs, tile }), buffers: { x, ...matrixBuffers(a), n: store.norms, y: adapter!.low }, op: [normAt ?? 0] })
  }
  const gateTile = isGated && tile.rows === 8 ? { ...tile, rows: 4 as const } : tile
  const linear: QuantLinearShape = { ...common, format: matrix.format, outputs, tile: gateTile, hasResidual: residual !== undefined, isGated, lowRank: lowRank?.part, stride }
  plan.add({
    ...quantLinear(linear),
    buffers: { x, ...matrixBuffers(matrix), n: store.norms, y, ...(residual ? { r: residual } : {}), ...(lowRank ? { t: adapter!.low, b: lowRank.b } : {}) },
    op,
  })
}

/** last → logits, part of the vocabulary by part. */
function recordHead({ ...scene }: Scene, plan: Plan): void {
  const { gpu, shape, store, space } = scene
  const { buffers: b, sizes } = space
  for (const part of store.head)
    recordProduct(scene, plan, fewRows(gpu.isSoftware, sizes.rows), part, undefined, b.last, b.logits, {
      outputs: part.outputs,
      normAt: store.plan.finalNorm,
      firstColumn: part.firstRow,
      stride: shape.vocabulary,
    })
  plan.add({ ...drawPieces(draws(scene)), buffers: { logits: b.logits, slots: b.slots, state: b.state, pieces: b.pieces } })
}

function draws({ gpu, shape }: Scene) {
  return { vocabulary: shape.vocabulary, lanes: gpu.isSoftware ? (1 as const) : (64 as const) }
}

function drawPass(scene: Scene): Pass {
  const { buffers: b, sizes } = scene.space
  const plan = new Plan(scene.gpu, 'inference draw')
  recordHead(scene, plan)
  plan.add({
    ...drawTokens(draws(scene)),
    buffers: { pieces: b.pieces, logits: b.logits, slots: b.slots, ends: b.ends, state: b.state, tokens: b.tokens, logprobs: b.logprobs },
    op: [sizes.context],
  })
  return { plan, cuts: [0, plan.length] }
}

function scorePass(scene: Scene): Pass {
  const { buffers: b } = scene.space
  const plan = new Plan(scene.gpu, 'inference score')
  recordHead(scene, plan)
  plan.add({ ...scoreTokens(draws(scene)), buffers: { pieces: b.pieces, logits: b.logits, targets: b.targets, logprobs: b.logprobs } })
  return { plan, cuts: [0, plan.length] }
}

function matrixBuffers({ words, scales }: StoredMatrix): Record<string, GPUBuffer> {
  return { w: words, ...(scales ? { s: scales } : {}) }
}

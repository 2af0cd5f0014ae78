/** Gradients of low-rank adapters beside frozen weights: only products have any. */
import type { Plan } from '../gpu/plan'
import { adapterGradient, lowRankBackwardAddend, lowRankGradient } from '../kernels/lora'
import { NOTHING_BESIDE, type Beside, type GradientPass, type Gradients } from './gradients'
import type { Adapters, LayerBuffers } from './layer'
import type { ProductName } from './loraLayout'

export class AdapterGradients implements Gradients {
  readonly reachesEmbedding = false

  constructor(
    private readonly pass: GradientPass,
    private readonly adapters: Adapters,
    /** Where a layer's A·x lie. */
    private readonly layerSet: (layer: number) => LayerBuffers,
  ) {}

  /** Words of the buffers that only these gradients need. */
  static words({ layout }: Adapters, rows: number): Readonly<Record<string, number>> {
    const widest = Math.max(...layout.layers.flatMap((layer) => Object.values(layer).map((site) => site?.width ?? 0)))
    return { dLow: rows * widest }
  }

  product(plan: Plan, layer: number, product: ProductName, dy: GPUBuffer, x: GPUBuffer): Beside {
    const { buffers: b, tiling, parts, stride } = this.pass
    const site = this.adapters.layout.layers[layer]![product]
    if (!site) return NOTHING_BESIDE
    const { buffer: adapter } = this.adapters
    plan.add({ ...lowRankGradient(site, tiling.tileRows), buffers: { dy, adapter, du: b.dLow! }, op: [0, 0, 0, 0, 0, 0, site.b] })
    plan.add({
      ...adapterGradient(site, parts),
      buffers: { x, u: this.layerSet(layer).low[product]!, dy, du: b.dLow!, gradient: b.gradient! },
      op: [site.a, site.b, 0, 0, stride],
    })
    return { addend: lowRankBackwardAddend(site), buffers: { dLow: b.dLow!, adapter }, at: site.a }
  }

  norm(): void {}
  headNorms(): void {}
  head(): void {}
  embedding(): void {}
  finish(): void {}
}

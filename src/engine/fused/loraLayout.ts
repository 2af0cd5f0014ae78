/**
 * All low-rank adapters of a model in one flat float32 buffer, under PEFT's names: what the optimiser walks over when the
 * weights themselves are frozen. Projections that read the same input lie together: their A's one after the other, then
 * their B's, so that one product gives A·x for all of them.
 */
import { Random } from '../../base/random'
import type { ModelConfig } from '../../posttrain/modelConfig'
import { parameterLayout, type ParameterSlot } from '../model/parameters'
import { adapterScale, type Adapter, type AdapterConfig, type LowRank, type Projection } from '../pretrained/lora'

/** The products of a layer: projections of one input, computed as one. */
export const PRODUCTS = { qkv: ['q_proj', 'k_proj', 'v_proj'], output: ['o_proj'], gateUp: ['gate_proj', 'up_proj'], down: ['down_proj'] } as const satisfies Record<string, readonly Projection[]>
export type ProductName = keyof typeof PRODUCTS

/** One adapted projection inside its product. */
export interface AdapterPart {
  /** Columns `from` … `to` − 1 of the product's result are its outputs. */
  readonly from: number
  readonly to: number
  /** First of its r columns in A·x. */
  readonly low: number
  /** Its first row among the product's rows of B. */
  readonly row: number
}

/** The adapters of one product. */
export interface AdapterSite {
  readonly inputs: number
  /** Columns of the product's result, those of projections without an adapter too. */
  readonly outputs: number
  readonly r: number
  readonly scale: number
  /** Columns of A·x: r for each adapted projection. */
  readonly width: number
  /** Floats at which the A's [width, inputs] and the B's [adapted outputs, r] begin. */
  readonly a: number
  readonly b: number
  readonly parts: readonly AdapterPart[]
}

export interface AdapterLayout {
  readonly config: AdapterConfig
  /** Floats of all adapters. */
  readonly size: number
  /** A and B of every adapted projection, in the order of the buffer; weight decay touches both. */
  readonly slots: readonly ParameterSlot[]
  /** By layer; null where a product has no adapter. */
  readonly layers: readonly Readonly<Record<ProductName, AdapterSite | null>>[]
}

const PREFIX = 'base_model.model.'

/** @returns names, shapes and offsets of every A [r, in] and B [out, r] that `adapter` calls for */
export function adapterLayout(model: ModelConfig, adapter: AdapterConfig): AdapterLayout {
  const { r, targets } = adapter
  const weights = new Map(parameterLayout(model).map(({ name, shape }) => [name, shape]))
  const slots: ParameterSlot[] = []
  let size = 0
  const place = (module: string, part: 'A' | 'B', shape: readonly number[]) => {
    const slot = { name: `${PREFIX}${module}.lora_${part}.weight`, shape, offset: size, size: shape[0]! * shape[1]!, isDecayed: true }
    slots.push(slot)
    size += slot.size
    return slot.offset
  }
  const site = (modules: readonly string[]): AdapterSite | null => {
    const parts: AdapterPart[] = []
    const adapted: { module: string; outputs: number }[] = []
    let [outputs, rows, inputs] = [0, 0, 0]
    for (const module of modules) {
      const [out, into] = weights.get(`${module}.weight`)! as [number, number]
      if (targets.some((target) => module.endsWith(`.${target}`))) {
        parts.push({ from: outputs, to: outputs + out, low: adapted.length * r, row: rows })
        adapted.push({ module, outputs: out })
        rows += out
      }
      outputs += out
      inputs = into
    }
    if (parts.length === 0) return null
    const as = adapted.map(({ module }) => place(module, 'A', [r, inputs]))
    const bs = adapted.map(({ module, outputs }) => place(module, 'B', [outputs, r]))
    return { inputs, outputs, r, scale: adapterScale(adapter), width: adapted.length * r, a: as[0]!, b: bs[0]!, parts }
  }
  const layers = Array.from({ length: model.num_hidden_layers }, (_, i) => {
    const of = (block: string, names: readonly Projection[]) => site(names.map((name) => `model.layers.${i}.${block}.${name}`))
    return {
      qkv: of('self_attn', PRODUCTS.qkv),
      output: of('self_attn', PRODUCTS.output),
      gateUp: of('mlp', PRODUCTS.gateUp),
      down: of('mlp', PRODUCTS.down),
    }
  })
  return { config: adapter, size, slots, layers }
}

/**
 * A fresh adapter, which changes nothing yet: A uniform in ±1/√in, B zero. Every slot draws from a stream of its own.
 * @source PEFT's initialisation: Kaiming-uniform with a = √5, whose bound √(6/((1 + a²)·in)) is 1/√in
 */
export function initialAdapter({ slots, size }: AdapterLayout, seed: number): Float32Array {
  const flat = new Float32Array(size)
  slots.forEach(({ name, offset, size, shape }, index) => {
    if (!name.endsWith('.lora_A.weight')) return
    const random = Random.seed(seed, index)
    const bound = 1 / Math.sqrt(shape[1]!)
    for (let i = offset; i < offset + size; i++) flat[i] = (2 * random.unit() - 1) * bound
  })
  return flat
}

/** Name of the weight that a slot's adapter changes, and which half of the adapter the slot is. */
function halfOf(name: string): { weight: string; half: keyof LowRank } {
  const [module, part] = name.slice(PREFIX.length).split('.lora_') as [string, string]
  return { weight: `${module}.weight`, half: part.startsWith('A') ? 'a' : 'b' }
}

/** The flat buffer of an adapter. @throws when the adapter lacks a projection of the layout, naming it */
export function flatAdapter({ slots, size }: AdapterLayout, { pairs }: Adapter): Float32Array {
  const flat = new Float32Array(size)
  for (const slot of slots) {
    const { weight, half } = halfOf(slot.name)
    const values = pairs.get(weight)?.[half]
    if (values?.length !== slot.size) throw new Error(`The adapter has ${values?.length ?? 0} numbers for ${slot.name}; its layout holds ${slot.size}`)
    flat.set(values, slot.offset)
  }
  return flat
}

/** The adapter that a flat buffer holds; copies. */
export function adapterFrom({ config, slots }: AdapterLayout, flat: Float32Array): Adapter {
  const pairs = new Map<string, LowRank>()
  for (const slot of slots) {
    const { weight, half } = halfOf(slot.name)
    const values = flat.slice(slot.offset, slot.offset + slot.size)
    pairs.set(weight, { ...(pairs.get(weight) ?? { a: values, b: values }), [half]: values })
  }
  return { config, pairs }
}

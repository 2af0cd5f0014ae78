/** The weights of a model on the GPU, encoded row by row as they are read: beside the GPU's copy, only the piece in hand is in memory. */
import type { ModelConfig } from '../../posttrain/modelConfig'
import type { LoadPlan } from '../../posttrain/modelMemory'
import type { GpuContext } from '../gpu/context'
import type { ParameterSlot } from '../model/parameters'
import { matricesOf, storePlan, type LayerMatrices, type MatrixPlan, type RowTarget, type StorePlan } from './storePlan'
import { encodeRows, rowGroups, rowWords } from './weightFormat'

/** A matrix where kernels find it. */
export interface StoredMatrix extends MatrixPlan {
  readonly words: GPUBuffer
  /** null for float formats. */
  readonly scales: GPUBuffer | null
}

/** Where the tensor that is being read stands. */
interface Reading {
  readonly slot: ParameterSlot
  /** Values that have come. */
  done: number
  /** Values that do not make up whole rows yet. */
  rest: Float32Array
}

export class WeightStore {
  readonly layers: readonly LayerMatrices<StoredMatrix>[]
  readonly embedding: readonly StoredMatrix[]
  readonly head: readonly StoredMatrix[]
  /** All norms, float32, at the places that `plan` names. */
  readonly norms: GPUBuffer
  private readonly stored = new Map<MatrixPlan, StoredMatrix>()
  private readonly read = new Set<string>()
  private reading: Reading | null = null

  private constructor(
    private readonly gpu: GpuContext,
    readonly plan: StorePlan,
  ) {
    this.norms = gpu.buffer('norms', 4 * plan.normFloats)
    for (const matrix of matricesOf(plan)) {
      const { label, format, inputs, outputs } = matrix
      const groups = outputs * rowGroups(format, inputs)
      this.stored.set(matrix, {
        ...matrix,
        words: gpu.buffer(label, outputs * rowWords(format, inputs) * 4),
        scales: groups > 0 ? gpu.buffer(`${label}, scales`, Math.ceil(groups / 2) * 4) : null,
      })
    }
    const at = (matrix: MatrixPlan) => this.stored.get(matrix)!
    this.layers = plan.layers.map(({ qkv, output, gateUp, down }) => ({ qkv: at(qkv), output: at(output), gateUp: at(gateUp), down: at(down) }))
    this.embedding = plan.embedding.map(at)
    this.head = plan.head.map(at)
  }

  /**
   * Buffers for all weights, still zero.
   * @throws RangeError when a matrix does not fit the device, or `mostBytes`
   */
  static create(gpu: GpuContext, config: ModelConfig, formats: Pick<LoadPlan, 'matrices' | 'embeddings'>, mostBytes = Infinity): WeightStore {
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits
    return new WeightStore(gpu, storePlan(config, formats, Math.min(mostBytes, maxBufferSize, maxStorageBufferBindingSize)))
  }

  /**
   * The values of `slot` from its element `at` on. Pieces of a tensor come in order, one tensor after another.
   * @throws when a piece is out of order, or the tensor is none of the model's
   */
  put(slot: ParameterSlot, values: Float32Array, at: number): void {
    if (at === 0) this.begin(slot)
    const reading = this.reading
    if (!reading || reading.slot.name !== slot.name || reading.done !== at) throw new Error(`A piece of ${slot.name} came out of order: ${at} after ${reading?.done ?? 0} of ${reading?.slot.name ?? 'nothing'}.`)
    const float = this.plan.floats.get(slot.name)
    if (float === undefined) this.putRows(reading, values)
    else this.gpu.device.queue.writeBuffer(this.norms, 4 * (float + at), values.buffer, values.byteOffset, values.byteLength)
    reading.done += values.length
    if (reading.done > slot.size) throw new Error(`${slot.name} brought ${reading.done} values; it has ${slot.size}.`)
    if (reading.done === slot.size) this.read.add(slot.name)
  }

  /** Names of tensors that have not come, or not wholly. */
  missing(): readonly string[] {
    return [...this.plan.rows.keys(), ...this.plan.floats.keys()].filter((name) => !this.read.has(name))
  }

  dispose(): void {
    this.gpu.destroy(this.norms)
    for (const { words, scales } of this.stored.values()) {
      this.gpu.destroy(words)
      if (scales) this.gpu.destroy(scales)
    }
  }

  private begin(slot: ParameterSlot): void {
    if (this.reading && this.reading.done < this.reading.slot.size) throw new Error(`${slot.name} begins before ${this.reading.slot.name} is whole.`)
    if (!this.plan.rows.has(slot.name) && !this.plan.floats.has(slot.name)) throw new Error(`The model has no tensor ${slot.name}.`)
    this.reading = { slot, done: 0, rest: new Float32Array(0) }
  }

  /** Encodes the rows that are whole now, two by two: two scales share a word. The rest waits for the next piece. */
  private putRows(reading: Reading, values: Float32Array): void {
    const inputs = reading.slot.shape[1]!
    let all = values
    if (reading.rest.length > 0) {
      all = new Float32Array(reading.rest.length + values.length)
      all.set(reading.rest)
      all.set(values, reading.rest.length)
    }
    const begin = (reading.done - reading.rest.length) / inputs
    const isLast = reading.done + values.length === reading.slot.size
    const rows = isLast ? all.length / inputs : Math.floor(all.length / inputs / 2) * 2
    for (const target of this.plan.rows.get(reading.slot.name)!) {
      const [from, to] = [Math.max(begin, target.from), Math.min(begin + rows, target.to)]
      if (from < to) this.upload(target, from, all.subarray((from - begin) * inputs, (to - begin) * inputs))
    }
    reading.rest = all.slice(rows * inputs)
  }

  private upload({ matrix, from, at }: RowTarget, row: number, values: Float32Array): void {
    const { queue } = this.gpu.device
    const { format, inputs } = matrix
    const { words, scales } = this.stored.get(matrix)!
    const encoded = encodeRows(format, values, inputs)
    const to = at + row - from
    queue.writeBuffer(words, to * rowWords(format, inputs) * 4, encoded.words)
    if (!scales) return
    const first = to * rowGroups(format, inputs)
    if (first % 2 !== 0) throw new Error(`Scales of ${matrix.label} begin inside a word at row ${to}.`)
    const pairs = new Uint32Array(Math.ceil(encoded.scales.length / 2))
    new Uint16Array(pairs.buffer).set(encoded.scales)
    queue.writeBuffer(scales, first * 2, pairs)
  }
}

/** A recorded sequence of dispatches: bind groups are made once, a run sets them and dispatches. */
import type { GpuContext } from './context'
import { OP_WORDS, STEP_BYTES, writeStep, type Kernel, type StepNumbers } from './kernel'

export type Groups = readonly [number, number, number]

/** One dispatch before it is bound: kernel, buffers by name, its own integers, and how many workgroups a run needs. */
export interface Dispatch {
  readonly kernel: Kernel
  readonly buffers: Readonly<Record<string, GPUBuffer>>
  readonly op?: readonly number[]
  readonly groups: Groups | ((step: StepNumbers) => Groups)
}

/** Uniform offsets are aligned to this on every device. */
const SLOT_BYTES = 256

export class Plan {
  private readonly dispatches: Dispatch[] = []
  private bound: { pipeline: GPUComputePipeline; group: GPUBindGroup; groups: Dispatch['groups'] }[] | null = null
  private readonly stepBuffer: GPUBuffer
  private opBuffer: GPUBuffer | null = null
  private readonly stepBytes = new ArrayBuffer(STEP_BYTES)

  constructor(
    private readonly gpu: GpuContext,
    readonly label: string,
  ) {
    this.stepBuffer = gpu.buffer(`${label} step`, STEP_BYTES, 0x40 | 0x8) // UNIFORM | COPY_DST
  }

  get length(): number {
    return this.dispatches.length
  }

  add(dispatch: Dispatch): void {
    if (this.bound) throw new Error(`The plan ${this.label} is closed`)
    this.gpu.compile(dispatch.kernel)
    this.dispatches.push(dispatch)
  }

  /** Waits for all pipelines, then binds every dispatch. */
  async close(): Promise<void> {
    await this.gpu.ready(this.dispatches.map(({ kernel }) => kernel))
    const { device } = this.gpu
    const words = new Uint32Array((this.dispatches.length * SLOT_BYTES) / 4)
    this.dispatches.forEach(({ op = [] }, i) => words.set(op, (i * SLOT_BYTES) / 4))
    this.opBuffer = this.gpu.buffer(`${this.label} ops`, words.byteLength, 0x40 | 0x8)
    device.queue.writeBuffer(this.opBuffer, 0, words)
    this.bound = this.dispatches.map(({ kernel, buffers, groups }, i) => ({
      pipeline: this.gpu.pipeline(kernel),
      groups,
      group: device.createBindGroup({
        label: kernel.label,
        layout: this.gpu.compile(kernel),
        entries: [
          { binding: 0, resource: { buffer: this.stepBuffer } },
          { binding: 1, resource: { buffer: this.opBuffer!, offset: i * SLOT_BYTES, size: OP_WORDS * 4 } },
          ...Object.keys(kernel.storage).map((name, j) => {
            const buffer = buffers[name]
            if (!buffer) throw new Error(`${kernel.label}: no buffer for ${name}`)
            return { binding: j + 2, resource: { buffer } }
          }),
        ],
      }),
    }))
  }

  /** Sets the numbers of the runs that are encoded next. Takes effect at the queue, before the next submission. */
  set(step: StepNumbers): void {
    writeStep(step, this.stepBytes)
    this.gpu.device.queue.writeBuffer(this.stepBuffer, 0, this.stepBytes)
  }

  /** @param from first dispatch of those that are encoded, `to` the first that is not: a long plan may be handed over in pieces */
  encode(pass: GPUComputePassEncoder, step: StepNumbers, from = 0, to = this.length): void {
    if (!this.bound) throw new Error(`The plan ${this.label} is not closed`)
    let last: GPUComputePipeline | null = null
    for (let i = from; i < to; i++) {
      const { pipeline, group, groups } = this.bound[i]!
      const [x, y, z] = typeof groups === 'function' ? groups(step) : groups
      if (x === 0 || y === 0) continue
      if (pipeline !== last) pass.setPipeline(pipeline)
      last = pipeline
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(x, y, z)
    }
  }

  dispose(): void {
    this.gpu.destroy(this.stepBuffer)
    if (this.opBuffer) this.gpu.destroy(this.opBuffer)
  }
}

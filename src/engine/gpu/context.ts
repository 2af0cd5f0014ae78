/** One device with what the fused engine shares on it: compiled pipelines, and a count of the memory it holds. */
import type { Access, Kernel } from './kernel'

/** Usage of a buffer that kernels read and write and the host fills and reads back. */
const STORAGE = 0x80 | 0x4 | 0x8 // STORAGE | COPY_SRC | COPY_DST

export class GpuContext {
  /** Bytes of all buffers that are not destroyed. */
  bytes = 0
  private readonly pipelines = new Map<string, { layout: GPUBindGroupLayout; pipeline: GPUComputePipeline | null; ready: Promise<void> }>()
  private readonly live = new Set<GPUBuffer>()

  /**
   * True where lanes are worth their while in quads: on a software adapter whose subgroups have four lanes, which such an
   * adapter numbers in the order of their index.
   */
  readonly hasQuads: boolean

  constructor(
    readonly device: GPUDevice,
    /** True on a CPU that plays a GPU: there, one invocation a row beats a tree of barriers. */
    readonly isSoftware: boolean,
  ) {
    const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo
    this.hasQuads = isSoftware && device.features.has('subgroups') && subgroupMinSize === 4 && subgroupMaxSize === 4
  }

  /**
   * A zeroed buffer.
   * @throws RangeError when it is larger than the device binds, with both sizes
   */
  buffer(label: string, byteLength: number, usage: number = STORAGE): GPUBuffer {
    const size = Math.max(16, Math.ceil(byteLength / 4) * 4)
    const most = Math.min(this.device.limits.maxBufferSize, this.device.limits.maxStorageBufferBindingSize)
    if (size > most) throw new RangeError(`${label} needs ${size} bytes in one buffer; this adapter allows ${most}.`)
    const buffer = this.device.createBuffer({ label, size, usage })
    this.bytes += size
    this.live.add(buffer)
    return buffer
  }

  /** A buffer holding `data`. */
  upload(label: string, data: Float32Array | Uint32Array | Int32Array): GPUBuffer {
    const buffer = this.buffer(label, data.byteLength)
    this.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength)
    return buffer
  }

  destroy(buffer: GPUBuffer): void {
    if (!this.live.delete(buffer)) return
    this.bytes -= buffer.size
    buffer.destroy()
  }

  /** Buffers that are not destroyed. */
  get buffers(): number {
    return this.live.size
  }

  /** Starts compiling a kernel that is new; equal code is compiled once. */
  compile(kernel: Kernel): GPUBindGroupLayout {
    const known = this.pipelines.get(kernel.code)
    if (known) return known.layout
    const layout = this.device.createBindGroupLayout({
      label: kernel.label,
      entries: [
        { binding: 0, visibility: 4, buffer: { type: 'uniform' } },
        { binding: 1, visibility: 4, buffer: { type: 'uniform' } },
        ...Object.values(kernel.storage).map((access, i) => ({ binding: i + 2, visibility: 4, buffer: { type: bindingType(access) } })),
      ],
    })
    const module = this.device.createShaderModule({ label: kernel.label, code: kernel.code })
    const entry = {
      layout,
      pipeline: null as GPUComputePipeline | null,
      ready: this.device
        .createComputePipelineAsync({ label: kernel.label, layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute: { module, entryPoint: 'main' } })
        .then(
          (pipeline) => void (entry.pipeline = pipeline),
          async (error: unknown) => {
            throw await compileError(kernel, module, error)
          },
        ),
    }
    entry.ready.catch(() => undefined) // told by `ready`, not as an unhandled rejection
    this.pipelines.set(kernel.code, entry)
    return layout
  }

  /** Settles when these kernels, all asked for before, are compiled. @throws naming one that is not valid, and its line */
  async ready(kernels: readonly Kernel[]): Promise<void> {
    await Promise.all(kernels.map((kernel) => this.pipelines.get(kernel.code)?.ready))
  }

  /** @throws when the kernel is not compiled yet */
  pipeline(kernel: Kernel): GPUComputePipeline {
    const pipeline = this.pipelines.get(kernel.code)?.pipeline
    if (!pipeline) throw new Error(`The kernel ${kernel.label} was dispatched before it was compiled`)
    return pipeline
  }

  /**
   * Copies of byte ranges, made after all that was submitted before, in one mapping.
   * @returns one array buffer a range, in order
   */
  async read(ranges: readonly { readonly buffer: GPUBuffer; readonly offset?: number; readonly byteLength: number }[]): Promise<ArrayBuffer[]> {
    const total = ranges.reduce((sum, r) => sum + r.byteLength, 0)
    const staging = this.device.createBuffer({ label: 'readback', size: Math.max(4, total), usage: 0x1 | 0x8 }) // MAP_READ | COPY_DST
    try {
      const encoder = this.device.createCommandEncoder()
      let at = 0
      for (const { buffer, offset = 0, byteLength } of ranges) {
        if (byteLength > 0) encoder.copyBufferToBuffer(buffer, offset, staging, at, byteLength)
        at += byteLength
      }
      this.device.queue.submit([encoder.finish()])
      await staging.mapAsync(0x1)
      const all = staging.getMappedRange()
      at = 0
      return ranges.map(({ byteLength }) => all.slice(at, (at += byteLength)))
    } finally {
      staging.destroy()
    }
  }
}

/** What is wrong with a kernel and where: a pipeline's own error only says that its module is invalid. */
async function compileError({ label, code }: Kernel, module: GPUShaderModule, cause: unknown): Promise<Error> {
  const { messages } = await module.getCompilationInfo()
  const fault = messages.find((m) => m.type === 'error')
  const why = fault ? `${fault.message} in "${code.split('\n')[fault.lineNum - 1]?.trim() ?? ''}"` : String(cause)
  return new Error(`The kernel ${label} does not compile: ${why}`, { cause })
}

function bindingType(access: Access): GPUBufferBindingType {
  return access.startsWith('read') ? 'read-only-storage' : 'storage'
}

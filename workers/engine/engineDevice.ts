/** The worker's backend: one GPU device where there is one, wasm where not. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import { adapterName, openGpu, type OpenedGpu } from '../../src/engine/device'
import { gpuContext, opener } from '../../src/engine/openModel'
import type { OpenModel } from '../../src/engine/loops/run'
import { attachWasm } from '../../src/engine/tfjsBackend'
import type { DeviceReport, DeviceState, MemoryReport } from './protocol'

export class EngineDevice {
  /** True while a backend is there to compute on. */
  isReady = false
  private opening: Promise<DeviceState> | null = null
  private gpu: OpenedGpu | null = null
  private lostReason: string | null = null

  /** Opens once; asked again, it says how things stand. */
  async open(): Promise<DeviceState> {
    this.opening ??= this.begin()
    const state = await this.opening
    return this.lostReason === null ? state : { kind: 'lost', reason: this.lostReason }
  }

  async reopen(): Promise<DeviceState> {
    if (this.lostReason === null && this.opening) return this.opening
    this.lostReason = null
    this.opening = null
    return this.open()
  }

  /** The GPU that is open now; null on wasm. */
  get opened(): OpenedGpu | null {
    return this.gpu
  }

  /** Settles when the device in use is gone; never for wasm. */
  whenLost(): Promise<string> {
    return this.gpu ? this.gpu.lost : new Promise(() => {})
  }

  /** Why the device is gone, if that is known within `waitMs`; null when it still stands. */
  lostWithin(waitMs: number): Promise<string | null> {
    if (this.lostReason !== null) return Promise.resolve(this.lostReason)
    return Promise.race([this.whenLost(), new Promise<null>((resolve) => setTimeout(() => resolve(null), waitMs))])
  }

  /** Errors the GPU reported since the last call: a step during which there were any has wrong numbers. */
  takeErrors(): string[] {
    return this.gpu?.takeErrors() ?? []
  }

  /** A policy on the device that is open now. */
  readonly openModel: OpenModel = (config, state) => opener(this.gpu)(config, state)

  /** What tfjs and the fused engine hold together. */
  memory(): MemoryReport {
    // Asking tfjs before it has a backend would make it choose one by itself.
    if (!this.isReady) return { gpuBytes: 0, buffers: 0 }
    const tensors = tf.memory() as tf.MemoryInfo & { numBytesInGPU?: number }
    const fused = this.gpu && gpuContext(this.gpu)
    return { gpuBytes: (tensors.numBytesInGPU ?? tensors.numBytes) + (fused?.bytes ?? 0), buffers: tensors.numTensors + (fused?.buffers ?? 0) }
  }

  lose(): void {
    this.gpu?.device.destroy()
  }

  private async begin(): Promise<DeviceState> {
    const opened = await openGpu(navigator.gpu)
    if (opened.ok) {
      const gpu = opened.value
      this.gpu = gpu
      this.isReady = true
      void gpu.lost.then((reason) => {
        if (this.gpu !== gpu) return
        this.lostReason = reason
        this.isReady = false
      })
      return ready({
        backend: 'webgpu',
        adapter: adapterName(gpu.info),
        features: gpu.features,
        maxBufferBytes: gpu.maxBufferBytes,
        missing: null,
        missingDetail: null,
      })
    }
    this.gpu = null
    await attachWasm({
      'tfjs-backend-wasm.wasm': plainWasm,
      'tfjs-backend-wasm-simd.wasm': simdWasm,
      'tfjs-backend-wasm-threaded-simd.wasm': simdWasm, // never chosen: threads are off
    })
    this.isReady = true
    return ready({ backend: 'wasm', adapter: 'CPU (wasm)', features: [], maxBufferBytes: null, missing: opened.kind, missingDetail: opened.what })
  }
}

function ready(report: DeviceReport): DeviceState {
  return { kind: 'ready', report }
}

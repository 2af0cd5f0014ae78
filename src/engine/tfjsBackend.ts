/** Attaches tfjs to a backend we control, and says what it cannot do by itself. */
import * as tf from '@tensorflow/tfjs-core'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

/** tfjs's name for "always the packed matMul program". */
const PACKED = 3

/**
 * Makes tfjs compute on `device`.
 *
 * matMul is forced to the packed program: the split-K program that tfjs would pick for K ≥ 2000 reads a transposed B
 * wrongly and returns numbers off by their own size without any error (kernels/matMul.gpu.test.ts keeps the shapes).
 * Small ops stay on the GPU: tfjs would run them on the CPU, where they go on answering after the device is lost.
 */
export async function attachWebGpu(device: GPUDevice, info: GPUAdapterInfo): Promise<void> {
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info), 3)
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', PACKED)
  tf.env().set('WEBGPU_CPU_FORWARD', false)
  await become('webgpu')
}

/**
 * The wasm backend, single-threaded: its threads would start from blob URLs, which the content policy forbids.
 * @param wasm the folder of the package's wasm files, or the address of each
 */
export async function attachWasm(wasm: string | Record<string, string>): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setWasmPaths(wasm)
  await become('wasm')
}

/** `setBackend` resolves false and leaves another backend in charge when it fails; that must not pass silently. */
async function become(name: 'webgpu' | 'wasm'): Promise<void> {
  const done = await tf.setBackend(name)
  await tf.ready()
  if (!done || tf.getBackend() !== name) throw new Error(`The ${name} backend did not start (tfjs is on ${tf.getBackend()})`)
}

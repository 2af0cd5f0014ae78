/** Opens the engine's backends in Node: the headless recipe and the kernel tests. Never imported by the app. */
import '@tensorflow/tfjs' // registers the gradients, whose own module Node cannot load
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { openGpu, type OpenedGpu } from './device'
import { attachWasm } from './tfjsBackend'

const require = createRequire(import.meta.url)

/**
 * A WebGPU device through Dawn (npm `webgpu`). Without a GPU driver, point VK_ICD_FILENAMES at a SwiftShader ICD.
 * @throws when there is no adapter, naming the variables to set
 */
export async function openNodeGpu(): Promise<OpenedGpu> {
  const dawn = await import('webgpu')
  Object.assign(globalThis, dawn.globals)
  const gpu = dawn.create([])
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true }) // tfjs looks for it there
  const opened = await openGpu(gpu)
  if (!opened.ok)
    throw new Error(
      `${opened.what} Set VK_ICD_FILENAMES to a Vulkan driver (a Chromium folder holds vk_swiftshader_icd.json) and ` +
        `LD_LIBRARY_PATH to a folder with libvulkan.so.1 (the same Chromium folder).`,
    )
  return opened.value
}

export async function openNodeWasm(): Promise<void> {
  await attachWasm(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`)
}

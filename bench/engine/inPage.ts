/** The engine's benchmark as a page: bundled and opened by `inBrowser.ts`, which calls it and takes what it returns. */
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import { sentence } from '../../src/base/result'
import { openGpu } from '../../src/engine/device'
import type { Host } from './host'
import { engineFigures } from './measure'
import type { EngineFigures, Part } from './parts'

/** Chromium's own count of the heap; exact when it is started with --enable-precise-memory-info. */
const heap = () => (performance as Performance & { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? null

const host: Host = {
  runtime: /Chrom\w*\/[\d.]+/.exec(navigator.userAgent)?.[0].replace('/', ' ') ?? navigator.userAgent,
  heapBytes: async () => {
    if (!globalThis.gc) return null
    for (let i = 0; i < 3; i++) {
      await globalThis.gc()
      await new Promise((done) => setTimeout(done, 50))
    }
    return heap()
  },
  onnxFolder: new URL('./ort/', location.href).href,
  log: (line) => console.log(line),
}

declare global {
  interface Window {
    measureEngine(parts: readonly Part[]): Promise<EngineFigures>
  }
}

window.measureEngine = async (parts) => {
  const gpu = await openGpu(navigator.gpu)
  if (!gpu.ok) throw new Error(sentence(gpu))
  return engineFigures(gpu.value, host, parts)
}

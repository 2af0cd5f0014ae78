/** Test helper: contexts of one device, one that plays a GPU and one that plays a software adapter. */
import { GpuContext } from '../gpu/context'
import { openNodeGpu } from '../node'

let device: Promise<GPUDevice> | null = null
const contexts = new Map<boolean, GpuContext>()

export async function testContext(isSoftware: boolean): Promise<GpuContext> {
  device ??= openNodeGpu().then((opened) => {
    opened.device.addEventListener('uncapturederror', ({ error }) => {
      throw error
    })
    return opened.device
  })
  const gpu = contexts.get(isSoftware) ?? new GpuContext(await device, isSoftware)
  contexts.set(isSoftware, gpu)
  return gpu
}

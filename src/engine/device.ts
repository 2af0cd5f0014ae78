/** The one GPU device of the lab: asked for with all it can do, watched for loss and for errors nobody caught. */
import { fail, ok, type Result } from '../base/result'
import { attachWebGpu } from './tfjsBackend'

export interface OpenedGpu {
  readonly device: GPUDevice
  readonly info: GPUAdapterInfo
  readonly features: readonly string[]
  /** Largest buffer that a kernel can be given. */
  readonly maxBufferBytes: number
  /** Settles when the device is gone. */
  readonly lost: Promise<string>
  /** Errors that no error scope caught since the last call. tfjs turns none of them into exceptions: it returns wrong numbers. */
  takeErrors(): string[]
}

export type DeviceFailure = 'noApi' | 'noAdapter' | 'noDevice'

/** Used where the adapter has them, never needed. */
const WISHED_FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const

/** Raised from the guaranteed minimum to what the adapter offers. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const

/** Opens a device on the best adapter and makes tfjs compute on it. */
export async function openGpu(gpu: GPU | undefined): Promise<Result<OpenedGpu, DeviceFailure>> {
  if (!gpu) return fail('noApi', 'This browser offers no WebGPU.')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null)
  if (!adapter) return fail('noAdapter', 'WebGPU is there, but it found no usable graphics adapter.')
  const requiredFeatures = WISHED_FEATURES.filter((f) => adapter.features.has(f)) as GPUFeatureName[]
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]]))
  let device: GPUDevice
  try {
    device = await adapter.requestDevice({ requiredFeatures, requiredLimits })
  } catch (error) {
    return fail('noDevice', `The graphics adapter refused a device: ${String(error)}`)
  }
  let errors: string[] = []
  device.addEventListener('uncapturederror', (event) => {
    if (errors.length < 20) errors.push(event.error.message)
  })
  await attachWebGpu(device, adapter.info)
  return ok({
    device,
    info: adapter.info,
    features: requiredFeatures,
    maxBufferBytes: Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize),
    lost: device.lost.then((loss) => loss.message || loss.reason || 'unknown reason'),
    takeErrors: () => {
      const taken = errors
      errors = []
      return taken
    },
  })
}

/** The adapter in words, as far as the browser tells. */
export function adapterName(info: GPUAdapterInfo): string {
  const parts = [info.vendor, info.architecture, info.description || info.device].filter((part) => part)
  return [...new Set(parts)].join(' ') || 'unnamed adapter'
}

/** True for adapters that compute on the CPU. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(`${info.vendor} ${info.architecture} ${info.device} ${info.description}`)
}

/** What the lab computes on and what it holds: adapter, GPU memory, stored bytes. Asked for after the first paint. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { engineClient, type EngineClient } from '../../workers/engine/client'
import type { DeviceReport, MemoryReport } from '../../workers/engine/protocol'

export interface StorageReport {
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly isPersisted: boolean
}

/** How the page measures its storage; a browser without it gives null. */
export type MeasureStorage = () => Promise<StorageReport | null>

export interface DeviceStoreState {
  readonly status: 'unopened' | 'opening' | 'ready' | 'lost'
  readonly report: DeviceReport | null
  /** Why the device is not there; null when it is. */
  readonly reason: string | null
  readonly memory: MemoryReport | null
  readonly storage: StorageReport | null
  /** Opens the engine once; later calls do nothing. */
  open(): Promise<void>
  /** Opens it again after a loss. */
  reopen(): Promise<void>
  /** Reads memory and storage again. */
  measure(): Promise<void>
}

export type DeviceStore = UseBoundStore<StoreApi<DeviceStoreState>>

/** A store over an engine, given as an argument so that a test needs no mock. */
export function createDeviceStore(engine: Pick<EngineClient, 'open' | 'reopen' | 'memory'>, measureStorage: MeasureStorage): DeviceStore {
  return create<DeviceStoreState>()((set, get) => {
    let isMeasuring = false

    const ask = async (answer: () => ReturnType<EngineClient['open']>) => {
      set({ status: 'opening', reason: null })
      try {
        const state = await answer()
        if (state.kind === 'ready') set({ status: 'ready', report: state.report, reason: null })
        else set({ status: 'lost', reason: state.reason })
      } catch (error) {
        set({ status: 'lost', reason: error instanceof Error ? error.message : String(error) })
      }
      await get().measure()
    }

    return {
      status: 'unopened',
      report: null,
      reason: null,
      memory: null,
      storage: null,
      open: async () => {
        if (get().status === 'unopened') await ask(() => engine.open())
      },
      reopen: () => ask(() => engine.reopen()),
      measure: async () => {
        if (isMeasuring) return // a busy worker answers late: one question at a time
        isMeasuring = true
        try {
          const [memory, storage] = await Promise.all([
            get().status === 'ready' ? engine.memory().catch(() => null) : null,
            measureStorage().catch(() => null),
          ])
          set({ memory, storage })
        } finally {
          isMeasuring = false
        }
      },
    }
  })
}

/** Bytes this origin uses and may use, as the browser estimates them. */
async function browserStorage(): Promise<StorageReport | null> {
  const storage = (globalThis as { navigator?: Navigator }).navigator?.storage
  if (!storage?.estimate) return null // no secure context, or an old browser
  const { usage = 0, quota = 0 } = await storage.estimate()
  return { usedBytes: usage, quotaBytes: quota, isPersisted: (await storage.persisted?.()) ?? false }
}

export const useDevice = createDeviceStore(engineClient, browserStorage)

/** What the researcher set for this browser. Kept in localStorage; a browser that refuses it keeps it for the tab. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'

export type Theme = 'system' | 'light' | 'dark'

export interface SettingsState {
  readonly theme: Theme
  /** Memory that a model may take, in gigabytes (10⁹). A browser does not tell what the GPU has. */
  readonly memoryBudgetGb: number
  setTheme(theme: Theme): void
  setMemoryBudgetGb(gigabytes: number): void
}

/** The two methods of `Storage` that the settings need. */
export type SettingsStorage = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'lab.settings'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']

const DEFAULT_BUDGET_GB = 4

function storedFields(storage: SettingsStorage | null): Readonly<Record<string, unknown>> {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null')
    return typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The stored theme; `system` when there is none, or when what is stored cannot be read. */
export function storedTheme(storage: SettingsStorage | null): Theme {
  const { theme } = storedFields(storage)
  return THEMES.find((known) => known === theme) ?? 'system'
}

/** The stored budget; 4 GB when there is none that makes sense. */
export function storedBudget(storage: SettingsStorage | null): number {
  const { memoryBudgetGb: stored } = storedFields(storage)
  return typeof stored === 'number' && stored > 0 && stored <= 1024 ? stored : DEFAULT_BUDGET_GB
}

/** The theme after one press of the switch: system, light, dark, and round again. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
}

export function createSettingsStore(storage: SettingsStorage | null): UseBoundStore<StoreApi<SettingsState>> {
  return create<SettingsState>()((set, get) => {
    const keep = (change: Partial<Pick<SettingsState, 'theme' | 'memoryBudgetGb'>>) => {
      set(change)
      const { theme, memoryBudgetGb } = get()
      try {
        storage?.setItem(KEY, JSON.stringify({ schema: 1, theme, memoryBudgetGb }))
      } catch {
        // Full or forbidden storage: the choice holds until the tab closes.
      }
    }
    return {
      theme: storedTheme(storage),
      memoryBudgetGb: storedBudget(storage),
      setTheme: (theme) => keep({ theme }),
      setMemoryBudgetGb: (memoryBudgetGb) => keep({ memoryBudgetGb }),
    }
  })
}

/** Reading `localStorage` itself throws where cookies are blocked. */
function browserStorage(): SettingsStorage | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    return null
  }
}

export const useSettings = createSettingsStore(browserStorage())

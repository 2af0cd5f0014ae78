/** What the researcher set for this browser. Kept in localStorage; a browser that refuses it keeps it for the tab. */
import { create, type StoreApi, type UseBoundStore } from 'zustand'

export type Theme = 'system' | 'light' | 'dark'

export interface SettingsState {
  readonly theme: Theme
  setTheme(theme: Theme): void
}

/** The two methods of `Storage` that the settings need. */
export type SettingsStorage = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'lab.settings'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** The stored theme; `system` when there is none, or when what is stored cannot be read. */
export function storedTheme(storage: SettingsStorage | null): Theme {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null')
    const theme = typeof stored === 'object' && stored !== null && 'theme' in stored ? stored.theme : null
    return THEMES.find((known) => known === theme) ?? 'system'
  } catch {
    return 'system'
  }
}

/** The theme after one press of the switch: system, light, dark, and round again. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
}

export function createSettingsStore(storage: SettingsStorage | null): UseBoundStore<StoreApi<SettingsState>> {
  return create<SettingsState>()((set) => ({
    theme: storedTheme(storage),
    setTheme: (theme) => {
      set({ theme })
      try {
        storage?.setItem(KEY, JSON.stringify({ schema: 1, theme }))
      } catch {
        // Full or forbidden storage: the choice holds until the tab closes.
      }
    },
  }))
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

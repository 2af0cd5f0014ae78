/** Light, dark, or as the system has it. Alt+M goes round. */
import { useEffect } from 'react'
import { nextTheme, useSettings, type Theme } from '../state/settings'
import styles from './ThemeSwitch.module.css'

const LABELS: Readonly<Record<Theme, string>> = { system: 'System theme', light: 'Light theme', dark: 'Dark theme' }
const SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' }

export function ThemeSwitch() {
  const theme = useSettings((s) => s.theme)
  const setTheme = useSettings((s) => s.setTheme)

  useEffect(() => {
    const { dataset } = document.documentElement
    if (theme === 'system') delete dataset.theme
    else dataset.theme = theme
  }, [theme])

  useEffect(() => {
    const turn = (event: KeyboardEvent) => {
      // The code, not the key: Alt+M types µ or another letter on many layouts.
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== 'KeyM') return
      event.preventDefault()
      const settings = useSettings.getState()
      settings.setTheme(nextTheme(settings.theme))
    }
    window.addEventListener('keydown', turn)
    return () => window.removeEventListener('keydown', turn)
  }, [])

  const next = LABELS[nextTheme(theme)].toLowerCase()
  return (
    <button
      type="button"
      className={styles.switch}
      onClick={() => setTheme(nextTheme(theme))}
      aria-label={`${LABELS[theme]}; switch to ${next}`}
      title={`${LABELS[theme]} (Alt+M: ${next})`}
      aria-keyshortcuts="Alt+M"
    >
      <span aria-hidden="true">{SIGNS[theme]}</span>
    </button>
  )
}

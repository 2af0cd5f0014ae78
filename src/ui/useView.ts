/** View state that lives in the URL: what is open, filtered, sorted. It survives reload, links and the back button. */
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { View } from './viewSearch'

export type { View } from './viewSearch'
export type SetView = (patch: Record<string, string | number | undefined>, options?: { readonly replace?: boolean }) => void

/**
 * @returns the view of the current place, and a setter that merges a patch into it; `undefined` or '' drops a key.
 *   `replace` keeps the change out of the history (typing, dragging); without it the back button undoes the change.
 */
export function useView(): readonly [View, SetView] {
  const view = useRouterState({ select: (state) => state.location.search as View })
  const navigate = useNavigate()
  const setView = useCallback<SetView>(
    (patch, { replace = false } = {}) => {
      void navigate({
        to: '.',
        replace,
        resetScroll: false,
        search: ((previous: View) => {
          const next: Record<string, string> = {}
          for (const [key, value] of Object.entries({ ...previous, ...patch }))
            if (value !== undefined && value !== '') next[key] = String(value)
          return next
        }) as never, // one untyped search for all places: each place reads its own keys
      })
    },
    [navigate],
  )
  return [view, setView]
}

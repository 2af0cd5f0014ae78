/** The view in which each place was last left, for this visit. */
import { useRouterState } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

export function useLastViews(): ReadonlyMap<string, Record<string, unknown>> {
  const [views] = useState(() => new Map<string, Record<string, unknown>>())
  const path = useRouterState({ select: (state) => state.location.pathname })
  const search = useRouterState({ select: (state) => state.location.search as Record<string, unknown> })
  useEffect(() => {
    views.set(path, search)
  }, [views, path, search])
  return views
}

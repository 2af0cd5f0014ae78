/** The frame around every place: name, places, theme, and what the lab computes on. */
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense, useEffect, useState } from 'react'
import { PanelBoundary } from '../ui/PanelBoundary'
import { lazyAgain } from '../ui/lazyAgain'
import { preload } from './lazyPlaces'
import { PLACES } from './places'
import { ThemeSwitch } from './ThemeSwitch'
import { useLastViews } from './useLastViews'
import styles from './Shell.module.css'

const StatusBar = lazyAgain(() => import('./StatusBar'))

/** True once the browser has painted the first place and has nothing better to do. */
function useAfterFirstPaint(): boolean {
  const [isAfter, setAfter] = useState(false)
  useEffect(() => {
    const done = () => setAfter(true)
    if (typeof requestIdleCallback !== 'function') {
      const timer = setTimeout(done, 300)
      return () => clearTimeout(timer)
    }
    const request = requestIdleCallback(done, { timeout: 2000 })
    return () => cancelIdleCallback(request)
  }, [])
  return isAfter
}

function skipToContent(): void {
  const main = document.getElementById('content')
  main?.focus()
  main?.scrollIntoView()
}

export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const lastViews = useLastViews()
  const isAfterFirstPaint = useAfterFirstPaint()
  return (
    <div className={styles.shell}>
      {/* A button, not a #content link: the hash of the address belongs to the router. */}
      <button type="button" className={styles.skip} onClick={skipToContent}>
        Skip to content
      </button>
      <header className={styles.header}>
        <Link to="/" className={styles.name}>
          <img src="./favicon.svg" alt="" width={24} height={24} />
          Proof Lab
        </Link>
        <nav className={styles.nav} aria-label="Places">
          {PLACES.map((place) => (
            <Link
              key={place.path}
              to={place.path}
              // Coming back finds the place as it was left; a second press on an open place starts it afresh.
              search={(place.path === path ? {} : (lastViews.get(place.path) ?? {})) as never}
              className={styles.place}
              aria-current={place.path === path ? 'page' : undefined}
              onPointerEnter={() => preload(place.path)}
              onFocus={() => preload(place.path)}
            >
              {place.label}
            </Link>
          ))}
        </nav>
        <ThemeSwitch />
      </header>
      <main className={styles.main} id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className={styles.status} aria-label="Status">
        {isAfterFirstPaint ? (
          <PanelBoundary>
            <Suspense fallback={null}>
              <StatusBar />
            </Suspense>
          </PanelBoundary>
        ) : null}
      </footer>
    </div>
  )
}

/** Routes in the hash, so that the build needs no server rules; the view state of a place is its search part. */
import { createHashHistory, createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { parseView, viewText } from '../ui/viewSearch'
import { Home } from './Home'
import { DatasetsPlace, JudgesPlace, RunsPlace } from './lazyPlaces'
import { Models } from './Models'
import { PlaceFrame } from './PlaceFrame'
import { PLACES, type Place } from './places'
import { Shell } from './Shell'
import { Train } from './Train'

const rootRoute = createRootRoute({ component: Shell })

const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: Home })

const contents: Readonly<Record<Place['path'], ComponentType>> = {
  '/datasets': DatasetsPlace,
  '/train': Train,
  '/runs': RunsPlace,
  '/judges': JudgesPlace,
  '/models': Models,
}

const placeRoutes = PLACES.map(({ path, label, note }) => {
  const Content = contents[path]
  return createRoute({
    getParentRoute: () => rootRoute,
    path,
    component: () => (
      <PlaceFrame title={label} note={note}>
        <Content />
      </PlaceFrame>
    ),
  })
})

/** An address that names no place leads home, not to an empty page. */
const anyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '$',
  beforeLoad: () => {
    throw redirect({ to: '/', replace: true })
  },
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, ...placeRoutes, anyRoute]),
  history: createHashHistory(),
  parseSearch: parseView,
  stringifySearch: viewText,
})

/** The places as lazy chunks; `preload` starts the download when a pointer or the focus comes near a link. */
import { lazy } from 'react'
import type { Place } from './places'

const loaders = {
  '/datasets': () => import('../features/workbench/DatasetsPlace'),
  '/train': () => import('../features/trainer/TrainPlace'),
  '/runs': () => import('../features/monitor/RunsPlace'),
  '/judges': () => import('../features/audit/JudgesPlace'),
  '/models': () => import('../features/models/ModelsPlace'),
}

export const DatasetsPlace = lazy(loaders['/datasets'])
export const TrainPlace = lazy(loaders['/train'])
export const RunsPlace = lazy(loaders['/runs'])
export const JudgesPlace = lazy(loaders['/judges'])
export const ModelsPlace = lazy(loaders['/models'])
/** The record of one run: shown by the Runs place, and below the form of the Train place. */
export const RunView = lazy(() => import('../features/monitor/RunView'))

export function preload(path: Place['path']): void {
  loaders[path]().catch(() => {}) // the real visit reports what fails
}

/** The places as lazy chunks; `preload` starts the download when a pointer or the focus comes near a link. */
import { lazyAgain } from '../ui/lazyAgain'
import type { Place } from './places'

const loaders = {
  '/datasets': () => import('../features/workbench/DatasetsPlace'),
  '/train': () => import('../features/trainer/TrainPlace'),
  '/runs': () => import('../features/monitor/RunsPlace'),
  '/judges': () => import('../features/audit/JudgesPlace'),
  '/models': () => import('../features/models/ModelsPlace'),
}

export const DatasetsPlace = lazyAgain(loaders['/datasets'])
export const TrainPlace = lazyAgain(loaders['/train'])
export const RunsPlace = lazyAgain(loaders['/runs'])
export const JudgesPlace = lazyAgain(loaders['/judges'])
export const ModelsPlace = lazyAgain(loaders['/models'])
/** The record of one run: shown by the Runs place, and below the form of the Train place. */
export const RunView = lazyAgain(() => import('../features/monitor/RunView'))

export function preload(path: Place['path']): void {
  loaders[path]().catch(() => {}) // the real visit reports what fails
}

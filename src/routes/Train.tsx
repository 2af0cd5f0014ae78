/** The Train place. It gets the monitor handed in, since panels do not import each other. */
import { Suspense } from 'react'
import { NoWebGpuNotice } from './NoWebGpuNotice'
import { RunView, TrainPlace } from './lazyPlaces'

function Monitor({ runId }: { readonly runId: string }) {
  return (
    <Suspense fallback={<p>Loading the run…</p>}>
      <RunView runId={runId} />
    </Suspense>
  )
}

export function Train() {
  return (
    <>
      <NoWebGpuNotice />
      <TrainPlace monitor={Monitor} />
    </>
  )
}

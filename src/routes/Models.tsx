import { NoWebGpuNotice } from './NoWebGpuNotice'
import { ModelsPlace } from './lazyPlaces'

export function Models() {
  return (
    <>
      <NoWebGpuNotice />
      <ModelsPlace />
    </>
  )
}

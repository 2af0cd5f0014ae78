/** What the lab computes on, what it holds in memory and on disk, and the job underway. */
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useDevice } from '../state/device'
import { useRuns } from '../state/runs'
import { bytes } from '../ui/bytes'
import styles from './StatusBar.module.css'

/** How often memory and storage are read; nobody needs them faster, and a busy worker answers late. */
const MEASURE_MS = 5000

export default function StatusBar() {
  useEffect(() => {
    void useDevice.getState().open()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void useDevice.getState().measure()
    }, MEASURE_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <dl className={styles.bar}>
      <Adapter />
      <Memory />
      <Storage />
      <Job />
    </dl>
  )
}

function Adapter() {
  const status = useDevice((s) => s.status)
  const report = useDevice((s) => s.report)
  const isMissing = status === 'lost' || report?.missing
  return (
    <div className={isMissing ? styles.warn : undefined}>
      <dt>Device</dt>
      <dd>
        {status === 'lost'
          ? 'lost: open it again under Train'
          : report?.missing
            ? `no WebGPU: ${report.adapter}, slow (see Train)`
            : report
              ? `${report.adapter} (${report.backend === 'webgpu' ? 'WebGPU' : 'wasm'})`
              : status === 'opening'
                ? 'opening…'
                : '—'}
      </dd>
    </div>
  )
}

function Memory() {
  const memory = useDevice((s) => s.memory)
  return (
    <div>
      <dt>Engine memory</dt>
      <dd>{memory ? `${bytes(memory.gpuBytes)} in ${memory.buffers} buffers` : '—'}</dd>
    </div>
  )
}

function Storage() {
  const storage = useDevice((s) => s.storage)
  return (
    <div>
      <dt>Storage</dt>
      <dd title={storage?.isPersisted ? 'The browser keeps it until you delete it.' : 'The browser may clear it when the disk runs short.'}>
        {storage ? `${bytes(storage.usedBytes)} of ${bytes(storage.quotaBytes)}, ${storage.isPersisted ? 'kept' : 'best effort'}` : '—'}
      </dd>
    </div>
  )
}

function Job() {
  const live = useRuns((s) => Object.values(s.runs).find((run) => run.isLive))
  if (!live) return null
  const { record } = live
  return (
    <div className={styles.job}>
      <dt>Run</dt>
      <dd>
        <Link to="/runs" search={{ run: record.id } as never}>
          {record.name}
        </Link>{' '}
        {record.status}, step {record.step} of {record.totalSteps}
      </dd>
    </div>
  )
}

/** What is missing when there is no WebGPU, how to enable it, and what works without. */
import type { DeviceReport } from '../../workers/engine/protocol'
import { isSecure, remedies, whatIsMissing } from './webGpuRemedy'
import styles from './NoWebGpu.module.css'

export interface NoWebGpuProps {
  readonly report: Pick<DeviceReport, 'missing' | 'missingDetail'>
}

export function NoWebGpu({ report }: NoWebGpuProps) {
  const { missing, missingDetail } = report
  if (!missing) return null
  const secure = isSecure()
  return (
    <aside className={styles.card} aria-labelledby="no-webgpu">
      <h2 className={styles.title} id="no-webgpu">
        No WebGPU here: training runs on the CPU, slowly
      </h2>
      <p>
        {whatIsMissing(missing, secure)}
        {missingDetail ? <span className={styles.detail}> {missingDetail}</span> : null}
      </p>
      <div className={styles.columns}>
        <div>
          <h3 className={styles.heading}>How to enable it</h3>
          <ul className={styles.list}>
            {remedies(missing, secure).map(({ browser, steps }) => (
              <li key={browser}>
                <strong>{browser}:</strong> {steps}
              </li>
            ))}
          </ul>
        </div>
        <div>
          <h3 className={styles.heading}>What works without it</h3>
          <ul className={styles.list}>
            <li>
              <strong>Datasets, Runs and Judges</strong> work in full.
            </li>
            <li>
              <strong>Train:</strong> the small presets (Micro, Smoke) train on the WebAssembly backend, on the CPU. Expect
              it to be many times slower.
            </li>
            <li>
              <strong>Models:</strong> sampling works on the same backend, as slowly.
            </li>
          </ul>
        </div>
      </div>
    </aside>
  )
}

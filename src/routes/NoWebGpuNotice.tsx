/** The card about a missing or lost GPU, where one is needed; nothing while all is well. */
import { useDevice } from '../state/device'
import { fail } from '../base/result'
import { ErrorCard } from '../ui/ErrorCard'
import { NoWebGpu } from '../ui/NoWebGpu'

export function NoWebGpuNotice() {
  const status = useDevice((s) => s.status)
  const report = useDevice((s) => s.report)
  const reason = useDevice((s) => s.reason)
  const reopen = useDevice((s) => s.reopen)
  if (status === 'lost')
    return (
      <ErrorCard
        failure={fail('device', reason ?? 'The device went away.', { where: 'Training device', next: 'Stored runs and checkpoints are kept. Open the device again, then resume.' })}
        onRetry={() => void reopen()}
        retryLabel="Open the device again"
      />
    )
  return report?.missing ? <NoWebGpu report={report} /> : null
}

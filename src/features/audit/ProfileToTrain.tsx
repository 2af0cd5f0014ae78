/** Hands the judge in view to Train, as the reward of a run. */
import { useState } from 'react'
import type { Failure } from '../../base/result'
import { Button } from '../../ui/Button'
import { ErrorCard } from '../../ui/ErrorCard'
import { judgeProfile } from '../../state/audits'
import { useRewardProfiles } from '../../state/rewardProfiles'
import type { AnalysisRequest } from '../../../workers/stats/protocol'

export function ProfileToTrain({ tableId, request }: { readonly tableId: string; readonly request: AnalysisRequest }) {
  const offer = useRewardProfiles((s) => s.offer)
  const [failure, setFailure] = useState<Failure | null>(null)
  const go = async () => {
    const found = await judgeProfile(tableId, request)
    if (!found.ok) return setFailure(found)
    if (found.value === null) return setFailure({ ok: false, kind: 'noPairs', what: 'The judge has no proof that a human graded too.', next: 'Choose another judge or rubric.' })
    offer(found.value)
    location.hash = '#/train'
  }
  return failure ? <ErrorCard failure={failure} onRetry={() => setFailure(null)} retryLabel="Dismiss" /> : <p><Button onClick={() => void go()}>Train against this judge</Button></p>
}

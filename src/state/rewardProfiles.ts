/** Judges that were fitted in an audit, on their way to a training run. Kept while the page is open; a run keeps its own. */
import { create } from 'zustand'
import type { JudgeProfile } from '../proofs/judgeProfile'

export interface RewardProfilesState {
  /** The last one first; one of the same name is replaced. */
  readonly fitted: readonly JudgeProfile[]
  offer(profile: JudgeProfile): void
}

export const useRewardProfiles = create<RewardProfilesState>()((set) => ({
  fitted: [],
  offer: (profile) => set(({ fitted }) => ({ fitted: [profile, ...fitted.filter((p) => p.name !== profile.name)] })),
}))

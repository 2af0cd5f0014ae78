/** What the lab can do with a dataset whose columns play these roles. */
import type { Role, RoleNames } from './schema'

export interface Capability {
  readonly what: string
  /** Roles that no column plays yet; empty when it can be done. */
  readonly missing: readonly Role[]
}

const NEEDS: readonly { readonly what: string; readonly roles: readonly Role[]; readonly insteadOf?: Partial<Record<Role, Role>> }[] = [
  { what: 'Read a proof beside its problem', roles: ['problem', 'proof'], insteadOf: { proof: 'messages' } },
  { what: 'Fine-tune on its reasoning and proofs', roles: ['problem', 'proof', 'reasoning'], insteadOf: { proof: 'messages', reasoning: 'messages' } },
  { what: 'Reinforcement learning with its rubrics', roles: ['problem', 'rubric'] },
  { what: 'Difficulty, pass@k and group statistics', roles: ['problem', 'scores'], insteadOf: { scores: 'rewards' } },
  { what: 'Curriculum cut by mean reward', roles: ['problem', 'rewardMean'] },
  { what: 'Search for duplicates and for benchmark problems', roles: ['problem'] },
  { what: 'Quality filter by verdicts', roles: ['problem', 'verdict'] },
  { what: 'Compare grades by source or category', roles: ['proof', 'grade'], insteadOf: { proof: 'messages' } },
]

/** In the order in which a researcher would ask. */
export function capabilities(roles: RoleNames): Capability[] {
  return NEEDS.map(({ what, roles: needed, insteadOf }) => ({
    what,
    missing: needed.filter((role) => roles[role] === undefined && !(insteadOf?.[role] && roles[insteadOf[role]] !== undefined)),
  }))
}

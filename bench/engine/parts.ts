/** What is measured, by name, and what comes back from where it was measured. */
import type { Figure } from '../artifact'

export const PARTS = ['train', 'calls', 'decode', 'memory'] as const
export type Part = (typeof PARTS)[number]

export interface EngineFigures {
  readonly adapter: string
  readonly runtime: string
  readonly figures: readonly Figure[]
}

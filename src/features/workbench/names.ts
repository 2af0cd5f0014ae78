import type { DatasetRecord } from '../../../workers/data/protocol'

export const SCHEMA_NAMES: Readonly<Record<DatasetRecord['schemaId'], string>> = {
  'fineproofs-sft': 'FineProofs-SFT schema',
  'fineproofs-rl': 'FineProofs-RL schema',
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** What the in-tab models can do with it, in two or three words. */
export function purpose({ flags, trainable }: DatasetRecord): { readonly text: string; readonly tone: 'good' | 'warn' | 'neutral' } {
  if (flags.includes('no_train')) return { text: 'Evaluation only', tone: 'warn' }
  if (trainable.sft && trainable.rl) return { text: 'Trains SFT and RL', tone: 'good' }
  if (trainable.sft) return { text: 'Trains SFT', tone: 'good' }
  if (trainable.rl) return { text: 'Trains RL', tone: 'good' }
  return { text: 'To read', tone: 'neutral' }
}

import { schemaOf } from '../../proofs/schemas'
import type { DatasetRecord } from '../../../workers/data/protocol'

export function schemaName({ schemaId }: Pick<DatasetRecord, 'schemaId'>): string {
  return schemaId === 'other' ? 'Table of another schema' : `${schemaOf(schemaId).name} schema`
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** What the in-tab models can do with it, in two or three words. */
export function purpose({ flags, trainable }: Pick<DatasetRecord, 'flags' | 'trainable'>): { readonly text: string; readonly tone: 'good' | 'warn' | 'neutral' } {
  if (flags.includes('no_train')) return { text: 'Evaluation only', tone: 'warn' }
  if (trainable.sft && trainable.rl) return { text: 'Trains SFT and RL', tone: 'good' }
  if (trainable.sft) return { text: 'Trains SFT', tone: 'good' }
  if (trainable.rl) return { text: 'Trains RL', tone: 'good' }
  return { text: 'To read', tone: 'neutral' }
}

/** Why nothing is trained on it; null when its flags allow it. */
export function whyNotTrained({ flags, schemaId, provenance }: Pick<DatasetRecord, 'flags' | 'schemaId' | 'provenance'>): string | null {
  if (!flags.includes('no_train')) return null
  if (provenance.packing.includes('zip') && flags.includes('no_export')) return 'It came in an archive protected by a password: it is for evaluation only, and stays in this browser.'
  return schemaOf(schemaId).evaluationOnly ?? 'It is marked for evaluation only.'
}

/** Where its bytes are, when they are not in this browser. */
export function placeWords({ shards }: Pick<DatasetRecord, 'shards'>): string | null {
  const kind = shards.find((s) => s.place)?.place?.kind
  return kind === 'hub' ? 'read from the Hub' : kind === 'file' ? 'read where it lies' : null
}

/** Bytes that it takes up in this browser: what is read where it lies takes none. */
export function heldBytes({ shards }: Pick<DatasetRecord, 'shards'>): number {
  return shards.reduce((sum, shard) => sum + (shard.place ? 0 : shard.sizeBytes), 0)
}

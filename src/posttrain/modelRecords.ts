/** What is known of a stored model: plain data for the page, the workers and the disk. */
import type { ModelConfig } from './modelConfig'

export interface ModelFile {
  readonly name: string
  readonly sizeBytes: number
}

interface StoredFiles {
  readonly schema: 1
  readonly id: string
  readonly name: string
  /** `copy`: in the browser's own storage. `link`: read from where it was dropped from, for which permission may be asked again. */
  readonly origin: 'copy' | 'link'
  readonly files: readonly ModelFile[]
  readonly sizeBytes: number
  /** Milliseconds since 1970. */
  readonly addedAt: number
}

export interface PretrainedRecord extends StoredFiles {
  readonly kind: 'model'
  readonly config: ModelConfig
  readonly parameters: number
  /** Formats of the weights in the files, e.g. "BF16" or "F32, BF16". */
  readonly dtypes: string
  /** Longest sequence it was made for; null when config.json does not say. */
  readonly maxPositions: number | null
  readonly hasTokenizer: boolean
  readonly endIds: readonly number[]
}

/** A LoRA adapter beside the model that it changes. */
export interface AdapterRecord extends StoredFiles {
  readonly kind: 'adapter'
  readonly baseId: string
  readonly r: number
  readonly alpha: number
  readonly targets: readonly string[]
}

export type ModelRecord = PretrainedRecord | AdapterRecord

/** A removed model: out of the list at once, its files kept until the removal is final. */
export interface RemovedModel {
  readonly schema: 1
  readonly record: ModelRecord
  readonly removedAt: number
}

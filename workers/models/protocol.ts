/** The contract of the models worker: models in and out of the browser's storage, and their text. It owns no GPU. */
import type { Result } from '../../src/base/result'
import type { ChatMessage, RenderedPrompt, TextFault } from '../../src/engine/pretrained/text'
import type { AdapterFault } from '../../src/engine/pretrained/lora'
import type { FolderFault } from '../../src/engine/pretrained/modelFolder'
import type { ModelRecord, RemovedModel } from '../../src/posttrain/modelRecords'
import type { OpenFailure } from '../../src/storage/models'

export type { ChatMessage, RenderedPrompt } from '../../src/engine/pretrained/text'

/** A file of a dropped folder. */
export interface DroppedPath {
  /** With its folders, e.g. "QED-Nano/config.json". */
  readonly path: string
  readonly file: File
  /** Where the browser gives one: what a link keeps. */
  readonly handle: FileSystemFileHandle | null
}

export interface ModelProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  /** "Checking" or "Storing", for example. */
  readonly text: string
}
export type OnModelProgress = (progress: ModelProgress) => void

export interface ImportOptions {
  readonly keep: 'copy' | 'link'
  /** The model that a dropped adapter belongs to; null tries those that are stored, the latest first. */
  readonly baseId: string | null
}

export type ImportFault = FolderFault | AdapterFault | OpenFailure | 'noBase' | 'noHandle' | 'quota' | 'storage' | 'cancelled' | 'worker'
export type ExportFault = FolderFault | AdapterFault | OpenFailure | 'noCheckpoint' | 'noPreset' | 'quota' | 'storage' | 'cancelled' | 'worker'
export type PromptFault = TextFault | OpenFailure | 'worker'

export interface Imported {
  readonly record: ModelRecord
  /** Files of the folder that a model does not need. */
  readonly ignored: readonly string[]
}

export interface ModelsApi {
  models(): Promise<readonly ModelRecord[]>
  removed(): Promise<readonly RemovedModel[]>
  /** Checks everything first; then keeps it whole, or not at all. */
  importModel(job: string, dropped: readonly DroppedPath[], options: ImportOptions, onProgress: OnModelProgress): Promise<Result<Imported, ImportFault>>
  cancel(job: string): Promise<void>
  remove(id: string): Promise<void>
  restore(id: string): Promise<ModelRecord | null>
  /** For the page to ask permission by. */
  handles(id: string): Promise<readonly FileSystemFileHandle[]>
  /** The folder of a model or an adapter as a zip; with `adapterId`, the model's weights with it merged in, in float32. */
  exportModel(job: string, id: string, adapterId: string | null, onProgress: OnModelProgress): Promise<Result<File, ExportFault>>
  /** A run's checkpoint as a model that `transformers` loads. */
  exportRun(job: string, runId: string, onProgress: OnModelProgress): Promise<Result<File, ExportFault>>
  /** All that a cluster needs to go on with a run: weights, datasets, configurations, scripts, rollouts, metrics. */
  exportHandoff(job: string, runId: string, onProgress: OnModelProgress): Promise<Result<File, ExportFault>>
  prompt(id: string, messages: readonly ChatMessage[], think: boolean): Promise<Result<RenderedPrompt, PromptFault>>
  /** The prompt of the proof task, with the lab's own wording around the problem. */
  proofPrompt(id: string, problem: string): Promise<Result<RenderedPrompt, PromptFault>>
  /** Begins to tell text from tokens; the answer names the stream. */
  openStream(id: string): Promise<Result<string, PromptFault>>
  /** What can be told after these tokens; `isLast` also tells what was held back, and closes the stream. */
  pushTokens(stream: string, tokens: readonly number[], isLast: boolean): Promise<string>
}

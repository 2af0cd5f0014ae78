/** Files on their way in: one dataset at a time, shards of a set together, the tables of a zip one by one. */
import { useState } from 'react'
import type { Failure, Result } from '../../base/result'
import { shardGroups } from '../../proofs/schemas/shardNames'
import { useDatasets } from '../../state/datasets'
import { workerFailure } from '../../ui/useAnswer'
import { openData } from '../../../workers/data/client'
import type { ArchiveMember, DatasetRecord, HandledFile, HubListing, ImportProgress, Keep, OnProgress } from '../../../workers/data/protocol'

export interface Importing {
  readonly name: string
  readonly progress: ImportProgress | null
}

/** A zip that asks for a choice or a password before its tables are taken. */
export interface OpenArchive {
  readonly file: File
  readonly members: readonly ArchiveMember[]
  /** Why the last password was refused. */
  readonly refusal: string | null
}

export interface Imports {
  readonly importing: Importing | null
  readonly failures: readonly Failure[]
  readonly archive: OpenArchive | null
  take(files: readonly HandledFile[], keep: Keep): Promise<void>
  /** The files of one dataset on the Hub. */
  takeHub(from: HubListing, keep: Keep): Promise<void>
  takeMembers(names: readonly string[], password: string | null): Promise<void>
  closeArchive(): void
  dismiss(failure: Failure): void
}

/** @param onReadable is told each dataset as soon as it can be read, stored or not */
export function useImports(onReadable: (id: string | null) => void): Imports {
  const { importFiles, importHub } = useDatasets.getState()
  const [importing, setImporting] = useState<Importing | null>(null)
  const [failures, setFailures] = useState<readonly Failure[]>([])
  const [archive, setArchive] = useState<OpenArchive | null>(null)

  const one = async (name: string, ask: (onProgress: OnProgress) => Promise<Result<DatasetRecord>>): Promise<Result<DatasetRecord>> => {
    setImporting({ name, progress: null })
    let early: string | null = null
    // A last word on progress may come after the result: it must not bring the bar back.
    const result = await ask((progress) => {
      if (progress.opened) onReadable((early = progress.opened.id))
      setImporting((known) => (known?.name === name ? { name, progress } : known))
    }).catch(workerFailure)
    setImporting(null)
    if (result.ok) onReadable(result.value.id)
    else if (early !== null) onReadable(null)
    return result
  }
  const note = (failure: Failure) => setFailures((known) => [...known, failure])

  return {
    importing, failures, archive,

    async take(files, keep) {
      setFailures([])
      setArchive(null)
      const handles = new Map(files.map(({ file, handle }) => [file, handle]))
      for (const group of shardGroups(files.map((f) => f.file))) {
        const [file] = group
        if (!file) continue
        if (/\.zip$/i.test(file.name)) {
          const members = await openData().archive(file).catch(workerFailure)
          if (!members.ok) {
            note(members)
            continue
          }
          const [only] = members.value
          if (members.value.length > 1 || only!.isEncrypted) {
            setArchive({ file, members: members.value, refusal: null })
            return // what else was dropped is dropped again after the choice
          }
          const result = await one(only!.name, (told) => importFiles([{ file, handle: null }], { keep: 'copy', member: { name: only!.name, password: null } }, told))
          if (!result.ok && result.kind !== 'cancelled') note(result)
          continue
        }
        const result = await one(group.length > 1 ? `${group.length} shards` : file.name, (told) => importFiles(group.map((f) => ({ file: f, handle: handles.get(f) ?? null })), { keep, member: null }, told))
        if (result.ok) continue
        if (result.kind === 'cancelled') break
        note(result)
      }
    },

    async takeHub(from, keep) {
      setFailures([])
      const result = await one(from.repo, (told) => importHub(from, keep, told))
      if (!result.ok && result.kind !== 'cancelled') note(result)
    },

    async takeMembers(names, password) {
      if (!archive) return
      setFailures([])
      for (const name of names) {
        const result = await one(name, (told) => importFiles([{ file: archive.file, handle: null }], { keep: 'copy', member: { name, password } }, told))
        if (result.ok) continue
        if (result.kind === 'password') return setArchive({ ...archive, refusal: result.what })
        if (result.kind === 'cancelled') return
        note(result)
      }
      setArchive(null)
    },

    closeArchive: () => setArchive(null),
    dismiss: (failure) => setFailures((known) => known.filter((f) => f !== failure)),
  }
}

/** Dropped or chosen files, with the way back to each where the browser gives one. */
import type { HandledFile } from '../../../workers/data/protocol'

type Picker = (options: { readonly id: string; readonly multiple: boolean }) => Promise<readonly FileSystemFileHandle[]>

/** The chooser that gives handles; null in browsers without it. */
export function handlePicker(): (() => Promise<readonly HandledFile[]>) | null {
  const { showOpenFilePicker: pick } = globalThis as { showOpenFilePicker?: Picker }
  if (!pick) return null
  return async () => {
    try {
      const handles = await pick({ id: 'dataset', multiple: true })
      return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })))
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return [] // the researcher changed their mind
      throw error
    }
  }
}

export function withoutHandles(files: Iterable<File>): HandledFile[] {
  return [...files].map((file) => ({ file, handle: null }))
}

/** What was dropped. To be called in the drop event itself: its items are gone after it. */
export async function handledDrop(transfer: DataTransfer): Promise<readonly HandledFile[]> {
  const plain = [...transfer.files]
  const asking = [...transfer.items].filter((item) => item.kind === 'file').map((item) =>
    (item as DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }).getAsFileSystemHandle?.().catch(() => null) ?? null)
  const handles = await Promise.all(asking)
  return plain.map((file, i) => {
    const handle = handles[i]
    return { file, handle: handle?.kind === 'file' && handle.name === file.name ? (handle as FileSystemFileHandle) : null }
  })
}

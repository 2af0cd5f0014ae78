/** Files of a dropped or chosen folder, with their paths, and with handles where the browser gives them. */
import type { DroppedPath } from '../../../workers/models/protocol'

export interface Dropped {
  /** What to call it while it is read. */
  readonly name: string
  readonly files: readonly DroppedPath[]
}

/** A model has few files; a folder with more is not one, and walking it would take long. */
const FILE_LIMIT = 2_000
const DEPTH_LIMIT = 3

async function walk(handle: FileSystemHandle, path: string, out: DroppedPath[], depth: number): Promise<void> {
  if (out.length >= FILE_LIMIT) return
  if (handle.kind === 'file') {
    const file = handle as FileSystemFileHandle
    out.push({ path, file: await file.getFile(), handle: file })
  } else if (depth <= DEPTH_LIMIT) {
    for await (const child of (handle as FileSystemDirectoryHandle).values()) if (!child.name.startsWith('.')) await walk(child, `${path}/${child.name}`, out, depth + 1)
  }
}

async function walkEntry(entry: FileSystemEntry, path: string, out: DroppedPath[], depth: number): Promise<void> {
  if (out.length >= FILE_LIMIT) return
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    out.push({ path, file, handle: null })
  } else if (depth <= DEPTH_LIMIT) {
    const reader = (entry as FileSystemDirectoryEntry).createReader()
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
      if (some.length === 0) break
      for (const child of some) if (!child.name.startsWith('.')) await walkEntry(child, `${path}/${child.name}`, out, depth + 1)
    }
  }
}

function named(files: readonly DroppedPath[]): Dropped {
  const [first] = files
  const folder = first && first.path.includes('/') ? first.path.slice(0, first.path.indexOf('/')) : null
  return { name: folder ?? (files.length === 1 ? first!.path : `${files.length} files`), files }
}

/** What was dropped. To be called in the drop event itself: its items are gone after it. */
export async function fromTransfer(transfer: DataTransfer): Promise<Dropped> {
  const items = [...transfer.items].filter((item) => item.kind === 'file')
  const plain = [...transfer.files]
  const reading = items.map((item) => {
    const handled = (item as DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }).getAsFileSystemHandle?.()
    return { handled, entry: item.webkitGetAsEntry?.() ?? null }
  })
  const files: DroppedPath[] = []
  for (const { handled, entry } of reading) {
    const handle = await handled?.catch(() => null)
    if (handle) await walk(handle, handle.name, files, 0)
    else if (entry) await walkEntry(entry, entry.name, files, 0)
  }
  return named(files.length > 0 ? files : plain.map((file) => ({ path: file.name, file, handle: null })))
}

/** What a file input holds: single files, or a folder with relative paths. */
export function fromInput(list: FileList | null): Dropped {
  return named([...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file, handle: null })))
}

type Picker = (options: { readonly id: string; readonly mode: 'read' }) => Promise<FileSystemDirectoryHandle>

/** The folder picker that gives handles; null in browsers without it. */
export function folderPicker(): (() => Promise<Dropped | null>) | null {
  const { showDirectoryPicker: pick } = globalThis as { showDirectoryPicker?: Picker }
  if (!pick) return null
  return async () => {
    try {
      const folder = await pick({ id: 'model', mode: 'read' })
      const files: DroppedPath[] = []
      await walk(folder, folder.name, files, 0)
      return named(files)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return null // the researcher changed their mind
      throw error
    }
  }
}

/** A grading table inside a zip, with a password when it has one. The password is used for the reading and kept nowhere. */
import { fail, ok, type Result } from '../base/result'
import { archiveMembers, memberChunks, PasswordRefused } from './archive'

export type GradeArchiveFailure = 'password' | 'unreadable' | 'empty' | 'tooLarge'

/** The member taken out, and whether a password kept it. */
export interface TakenOut {
  readonly file: File
  readonly wasEncrypted: boolean
}

const MOST_BYTES = 256 * 2 ** 20

export async function isZip(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  return head[0] === 0x50 && head[1] === 0x4b
}

/**
 * The table of an archive as a file of its own, named `archive.zip › member`. With several members, the first whose name
 * speaks of grades, else the largest: which one it was stands in the table's name.
 */
export async function tableInArchive(archive: File, password: string | null): Promise<Result<TakenOut, GradeArchiveFailure>> {
  const where = `\`${archive.name}\``
  const members = await archiveMembers(archive, archive.name)
  if (!members.ok) return members
  const chosen = members.value.find((m) => /grade|score|judg|rating/i.test(m.name)) ?? [...members.value].sort((a, b) => b.sizeBytes - a.sizeBytes)[0]!
  if (chosen.sizeBytes > MOST_BYTES) return fail('tooLarge', `Its member \`${chosen.name}\` has ${Math.round(chosen.sizeBytes / 2 ** 20)} MiB; a grading table may have 256.`, { where, next: 'Unpack it and keep only the columns with ids and grades.' })
  if (chosen.isEncrypted && password === null) return fail('password', 'The archive is protected by a password.', { where, next: 'Type it below: it opens the archive here and is kept nowhere.' })
  try {
    const parts: Uint8Array<ArrayBuffer>[] = []
    for await (const part of memberChunks(archive, { name: chosen.name, password })) parts.push(part)
    return ok({ file: new File(parts, `${archive.name} › ${chosen.name.split(/[\\/]/).at(-1)!}`), wasEncrypted: chosen.isEncrypted })
  } catch (error) {
    if (error instanceof PasswordRefused) return fail('password', error.message, { where, next: 'Type the password as it was given to you.' })
    return fail('unreadable', `The archive is damaged: ${error instanceof Error ? error.message : String(error)}.`, { where, next: 'Download it again.' })
  }
}

/** Test helper: a golden folder as the lab would receive it, file by file. */
import { readdirSync, readFileSync } from 'node:fs'
import { arraySource, type ByteSource } from './byteSource'

export function goldenFolder(name: string): Map<string, ByteSource> {
  const folder = new URL(`../goldens/${name}/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => file !== 'expected.json')
  return new Map(files.map((file) => [file, arraySource(new Uint8Array(readFileSync(new URL(file, folder))))]))
}

import { BlobWriter, TextReader, ZipWriter, configure } from '@zip.js/zip.js/lib/zip-core-native.js'
import { expect, test } from 'vitest'
import { isZip, tableInArchive } from './gradeArchive'

configure({ useWebWorkers: false })

async function archive(members: readonly (readonly [name: string, text: string])[], password?: string): Promise<File> {
  const writer = new ZipWriter(new BlobWriter())
  for (const [name, text] of members) await writer.add(name, new TextReader(text), password === undefined ? {} : { password, encryptionStrength: 3 })
  return new File([await writer.close()], 'table.zip')
}

const CSV = 'problem_id,rater,score\np,human,1\n'

test('the member that speaks of grades is taken out, under a name that says so', async () => {
  const file = await archive([['readme.csv', 'x\n'.repeat(100)], ['data/grades.csv', CSV]])
  expect(await isZip(file)).toBe(true)
  expect(await isZip(new File([CSV], 'a.csv'))).toBe(false)
  const taken = await tableInArchive(file, null)
  expect(taken).toMatchObject({ ok: true, value: { wasEncrypted: false } })
  if (taken.ok) expect([taken.value.file.name, await taken.value.file.text()]).toEqual(['table.zip › grades.csv', CSV])
})

test('a locked archive asks for its password, refuses a wrong one and opens with the right one', async () => {
  const file = await archive([['grades.csv', CSV]], 'right')
  expect(await tableInArchive(file, null)).toMatchObject({ ok: false, kind: 'password' })
  expect(await tableInArchive(file, 'wrong')).toMatchObject({ ok: false, kind: 'password' })
  const taken = await tableInArchive(file, 'right')
  expect(taken).toMatchObject({ ok: true, value: { wasEncrypted: true } })
  if (taken.ok) expect(await taken.value.file.text()).toBe(CSV)
})

test('an archive without a table, and a damaged one, are refused with words', async () => {
  expect(await tableInArchive(await archive([['picture.png', 'x']]), null)).toMatchObject({ ok: false, kind: 'empty' })
  expect(await tableInArchive(new File(['PK\u0003\u0004 and then nothing'], 'x.zip'), null)).toMatchObject({ ok: false, kind: 'unreadable' })
})

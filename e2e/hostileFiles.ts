/** Files that are cut, bent or made to do harm, one of each kind. */
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { Random } from '../src/base/random'
import { rlFile, sftFile, type DroppedFile } from './datasetFiles'

export interface HostileFile {
  readonly file: DroppedFile
  /** Whether it must be refused; null where either will do, as long as it ends. */
  readonly isRefused: boolean | null
}

const named = (name: string, content: string | Uint8Array): DroppedFile => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) })
const changed = (buffer: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(buffer)
  change(copy)
  return copy
}

function zipOf(entries: readonly { readonly name: string; readonly data: string; readonly offset?: number }[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const { name, data, offset } of entries) {
    const size = Buffer.byteLength(data)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt32LE(size, 18)
    head.writeUInt32LE(size, 22)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 6)
    entry.writeUInt32LE(size, 20)
    entry.writeUInt32LE(size, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(offset ?? at, 42)
    central.push(entry, Buffer.from(name))
    locals.push(head, Buffer.from(name), Buffer.from(data))
    at += 30 + name.length + size
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, directory, end])
}

export function hostileFiles(): HostileFile[] {
  const rl = rlFile().buffer
  const sft = sftFile().buffer
  const csv = 'problem,rubrics\na,b\n'
  const line = JSON.stringify({ problem: 'p', rubrics: 'r' })
  const refused = (file: DroppedFile): HostileFile => ({ file, isRefused: true })
  const harmless = (file: DroppedFile): HostileFile => ({ file, isRefused: false })
  const either = (file: DroppedFile): HostileFile => ({ file, isRefused: null })
  const random = Random.seed(20)
  const flips = Array.from({ length: 12 }, (_, i) => either(named(`flip-${i}.parquet`, changed(i % 2 ? rl : sft, (copy) => {
    for (let n = 0; n <= i * 3; n++) copy[4 + random.below(copy.length - 8)]! ^= 1 << random.below(8)
  }))))
  return [
    refused(named('empty.parquet', '')),
    refused(named('magic-only.parquet', 'PAR1')),
    refused(named('two-magics.parquet', 'PAR1PAR1')),
    refused(named('wrong-magic.parquet', changed(rl, (copy) => void copy.write('XXXX', 0)))),
    refused(named('encrypted.parquet', changed(rl, (copy) => void copy.write('PARE', copy.length - 4)))),
    refused(named('cut-half.parquet', rl.subarray(0, rl.length >> 1))),
    refused(named('cut-last-byte.parquet', rl.subarray(0, rl.length - 1))),
    refused(named('footer-too-long.parquet', changed(rl, (copy) => void copy.writeUInt32LE(0x7fffffff, copy.length - 8)))),
    refused(named('footer-of-zero.parquet', changed(rl, (copy) => void copy.writeUInt32LE(0, copy.length - 8)))),
    refused(named('footer-of-noise.parquet', changed(rl, (copy) => { for (let i = copy.length - 300; i < copy.length - 8; i++) copy[i] = random.below(256) }))),
    refused(named('pages-of-noise.parquet', changed(rl, (copy) => { for (let i = 4, end = copy.length - 8 - copy.readUInt32LE(copy.length - 8); i < end; i++) copy[i] = random.below(256) }))),
    refused(named('pages-of-zeros.parquet', changed(sft, (copy) => void copy.fill(0, 4, 2000)))),
    refused(named('spliced.parquet', Buffer.concat([sft.subarray(0, 1000), rl.subarray(1000)]))),
    refused(named('prototype.parquet', new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'problem', data: ['p'] }, { name: '__proto__', data: ['x'] }] })))),
    refused(named('text.parquet', 'problem,rubrics\n')),
    ...flips,
    refused(named('cut.jsonl', `${line}\n{"problem":"p","rub`)),
    refused(named('numbers.jsonl', '1\n2\n3\n')),
    refused(named('deep.jsonl', `{"problem":"p","rubrics":${'['.repeat(50_000)}${']'.repeat(50_000)}}\n`)),
    refused(named('not-utf8.jsonl', Buffer.concat([Buffer.from('{"problem":"'), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from('"}\n')]))),
    refused(named('prototype.jsonl', '{"problem":"p","rubrics":"r","__proto__":{"polluted":1}}\n')),
    refused(named('wide.jsonl', `{${Array.from({ length: 1200 }, (_, i) => `"c${i}":1`).join(',')}}\n`)),
    refused(named('one-long-line.jsonl', `{"problem":"${'x'.repeat(9 * 2 ** 20)}"}\n`)),
    refused(named('only-newlines.jsonl', '\n'.repeat(10_000))),
    refused(named('cut.json', '[{"problem":"p"},')),
    refused(named('behind.json', '[{"problem":"p"}] [')),
    refused(named('ragged.csv', 'problem,rubrics\na\n')),
    refused(named('open-quote.csv', 'problem,rubrics\n"a,b\n')),
    refused(named('twice.csv', 'problem,problem\na,b\n')),
    refused(named('prototype.csv', 'problem,__proto__\na,b\n')),
    refused(named('bomb.jsonl.gz', gzipSync(Buffer.alloc(90 * 2 ** 20, 32), { level: 9 }))),
    refused(named('cut.jsonl.gz', gzipSync(line.repeat(1000)).subarray(0, 40))),
    refused(named('noise.jsonl.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9]))),
    refused(named('noise.jsonl.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))),
    refused(named('nested.gz', gzipSync(gzipSync(gzipSync(gzipSync(csv)))))),
    refused(named('cut.zip', zipOf([{ name: 'a.csv', data: csv }]).subarray(0, 40))),
    refused(named('slip.zip', zipOf([{ name: '../../a.csv', data: csv }]))),
    refused(named('absolute.zip', zipOf([{ name: '/etc/a.csv', data: csv }]))),
    refused(named('overlap.zip', zipOf([{ name: 'a.csv', data: csv }, { name: 'b.csv', data: csv, offset: 0 }]))),
    refused(named('twice.zip', zipOf([{ name: 'a.csv', data: csv }, { name: 'a.csv', data: csv }]))),
    refused(named('wrong-crc.zip', zipOf([{ name: 'a.csv', data: csv }]))),
    refused(named('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]))),
    harmless(named('script.jsonl', `${JSON.stringify({ problem: '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>', rubrics: '[x](javascript:window.hacked=3) $\\href{javascript:window.hacked=4}{y}$' })}\n`)),
    harmless(named('<img src=x onerror=window.hacked=5>.jsonl', `${line}\n`)),
    harmless(named('columns.jsonl', `${JSON.stringify({ problem: 'p', rubrics: 'r', constructor: 'x', toString: 'y', '<script>window.hacked=6</script>': 'z', 'a=b&c|d': 'w' })}\n`)),
    harmless(named('bidi.jsonl', `${JSON.stringify({ problem: '\u202egnihtyna evorP\u202c', rubrics: 'r' })}\n`)),
  ]
}

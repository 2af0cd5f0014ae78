/** Test helper: safetensors files built by hand, sound or broken in one way. */

export interface HandEntry {
  dtype?: unknown
  shape?: unknown
  data_offsets?: unknown
}

/** A file from any header (an object, or its JSON text) and any data. @param claim header length to claim instead of the true one */
export function handFile(header: Record<string, unknown> | string | Uint8Array, data: Uint8Array = new Uint8Array(), claim?: bigint): Uint8Array {
  const json = header instanceof Uint8Array ? header : new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, claim ?? BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}

/** A file of F32 tensors with these values. */
export function f32File(tensors: Readonly<Record<string, { shape: readonly number[]; values: readonly number[] }>>): Uint8Array {
  const header: Record<string, unknown> = {}
  const all: number[] = []
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [all.length * 4, (all.length + values.length) * 4] }
    all.push(...values)
  }
  return handFile(header, new Uint8Array(Float32Array.from(all).buffer))
}

const entry = (start: number, end: number, shape: readonly number[] = [(end - start) / 4], dtype = 'F32') => ({ dtype, shape, data_offsets: [start, end] })
const bytes = (n: number) => new Uint8Array(n)

/** Headers that break one rule each: the file, the fault it must be told as, and what the sentence must name. */
export const MALFORMED: readonly { readonly title: string; readonly file: Uint8Array; readonly kind: string; readonly names: RegExp }[] = [
  { title: 'seven bytes', file: bytes(7), kind: 'truncated', names: /7 bytes long/ },
  { title: 'a header behind the end', file: handFile({ a: entry(0, 4) }, bytes(4), 5_000n), kind: 'truncated', names: /claims 5000 bytes/ },
  { title: 'a header of 2⁶³ bytes', file: handFile({}, bytes(0), 2n ** 63n), kind: 'headerTooLarge', names: /9223372036854775808/ },
  { title: 'a header that is not UTF-8', file: handFile(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)), kind: 'headerUnreadable', names: /UTF-8/ },
  { title: 'a header that is no JSON', file: handFile('{"a": '), kind: 'headerUnreadable', names: /JSON/ },
  { title: 'a header that is a list', file: handFile('[]'), kind: 'headerUnreadable', names: /brace/ },
  { title: 'an entry that is a number', file: handFile({ a: 3 }), kind: 'headerUnreadable', names: /tensor a: / },
  { title: 'metadata that is nested', file: handFile({ __metadata__: { a: {} } }), kind: 'headerUnreadable', names: /__metadata__/ },
  { title: 'nesting', file: handFile(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`), kind: 'tooDeep', names: /deeper than 8/ },
  { title: 'too many tensors', file: handFile(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`t${i}`, {}]))), kind: 'tooManyTensors', names: /10001/ },
  { title: 'one name twice', file: handFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)), kind: 'duplicateTensor', names: /tensor a: / },
  { title: 'one name twice, once escaped', file: handFile('{"ab":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a\\u0062":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)), kind: 'duplicateTensor', names: /tensor ab: / },
  { title: 'an unknown dtype', file: handFile({ a: entry(0, 4, [1], 'F33') }, bytes(4)), kind: 'unknownDtype', names: /tensor a: .*"F33".*BF16/ },
  { title: 'no dtype', file: handFile({ a: { shape: [1], data_offsets: [0, 4] } }, bytes(4)), kind: 'unknownDtype', names: /missing/ },
  { title: 'a negative dimension', file: handFile({ a: entry(0, 4, [-1]) }, bytes(4)), kind: 'badShape', names: /\[-1\]/ },
  { title: 'a shape beyond counting', file: handFile({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, bytes(4)), kind: 'badShape', names: /1099511627776/ },
  { title: 'offsets in reverse', file: handFile({ a: entry(4, 0, [1]) }, bytes(4)), kind: 'badOffsets', names: /\[4,0\]/ },
  { title: 'one offset', file: handFile({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, bytes(4)), kind: 'badOffsets', names: /\[0\]/ },
  { title: 'a shape of other size than the offsets', file: handFile({ a: entry(0, 8, [3]) }, bytes(8)), kind: 'sizeMismatch', names: /\[3\] of F32 takes 12 bytes.*span 8/ },
  { title: 'offsets behind the end', file: handFile({ a: entry(0, 8) }, bytes(4)), kind: 'outOfRange', names: /ends at byte 8.*has 4/ },
  { title: 'a float32 at an odd place', file: handFile({ a: entry(0, 2, [1], 'F16'), b: entry(2, 6, [1]) }, bytes(6)), kind: 'misaligned', names: /tensor b: .*byte 2.*multiple of 4/ },
  { title: 'two tensors on the same bytes', file: handFile({ a: entry(0, 8), b: entry(4, 12) }, bytes(12)), kind: 'overlap', names: /tensor b: .*that of a/ },
  { title: 'two empty tensors at one place', file: handFile({ a: entry(0, 0, [0]), b: entry(0, 0, [0]) }), kind: 'overlap', names: /tensor b: / },
  { title: 'a hole', file: handFile({ a: entry(0, 4), b: entry(8, 12) }, bytes(12)), kind: 'gap', names: /tensor b: 4 bytes/ },
  { title: 'bytes behind the last tensor', file: handFile({ a: entry(0, 4) }, bytes(9)), kind: 'gap', names: /5 bytes behind/ },
]

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sentence } from '../../base/result'
import { arraySource, blobSource, type ByteSource } from './byteSource'
import { toFloat32 } from './dtype'
import { openSafetensors, readTensor, safetensorsHeader } from './safetensors'
import { f32File, handFile, MALFORMED } from './safetensorsFixtures'

async function opened(bytes: Uint8Array) {
  const file = await openSafetensors(arraySource(bytes), 'model.safetensors')
  if (!file.ok) throw new Error(sentence(file))
  return file.value
}

describe('a malformed header', () => {
  test.each(MALFORMED)('$title: $kind', async ({ file, kind, names }) => {
    const result = await openSafetensors(arraySource(file), 'model.safetensors')
    expect(result).toMatchObject({ ok: false, kind })
    expect(sentence(result as never)).toMatch(/^`model\.safetensors`/)
    expect(sentence(result as never)).toMatch(names)
  })

  test('a table that names every one of the rules', () => {
    expect(new Set(MALFORMED.map((m) => m.kind)).size).toBe(14)
  })

  test('any change of one byte of a sound file ends in a fault or in a sound file, never in a throw', async () => {
    const sound = f32File({ a: { shape: [2], values: [1, 2] }, b: { shape: [1, 3], values: [3, 4, 5] } })
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = sound.slice()
        bytes[at]! ^= by
        const result = await openSafetensors(arraySource(bytes), 'x')
        if (!result.ok) return void expect(result.what.length).toBeGreaterThan(10)
        let covered = 0
        for (const entry of result.value.tensors.values()) covered += entry.end - entry.start
        expect(covered).toBe(20)
      }),
      { numRuns: 2000 },
    )
  })
})

test('what the writer writes, the reader reads', async () => {
  const tensor = fc.record({ dtype: fc.constantFrom('F32' as const, 'BF16' as const, 'F16' as const), shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }) })
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }).filter((name) => name !== '__metadata__'), tensor, { maxKeys: 5 }), async (drawn) => {
      // Wide formats first: only then is every tensor aligned without holes.
      const tensors = Object.entries(drawn).map(([name, t]) => ({ name, ...t })).sort((a, b) => (a.dtype === 'F32' ? 0 : 1) - (b.dtype === 'F32' ? 0 : 1))
      const header = safetensorsHeader(tensors, { made: 'here' })
      expect(header.length % 8).toBe(0)
      const size = tensors.reduce((n, t) => n + t.shape.reduce((a, b) => a * b, t.dtype === 'F32' ? 4 : 2), 0)
      const bytes = new Uint8Array(header.length + size)
      bytes.set(header)
      const file = await opened(bytes)
      expect(file.metadata.get('made')).toBe('here')
      expect([...file.tensors.values()].map(({ name, dtype, shape }) => ({ name, dtype, shape })).sort(byName)).toEqual(tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })).sort(byName))
    }),
  )
})
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

describe('reading a tensor', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i))
  const bytes = f32File({ before: { shape: [3], values: [1, 2, 3] }, a: { shape: [20, 50], values } })

  test('in pieces of any size, in order', async () => {
    const file = await opened(bytes)
    for (const piece of [4, 12, 400, 4000, 1 << 20]) {
      const got = new Float32Array(1000)
      let next = 0
      expect(await readTensor(file, file.tensors.get('a')!, (part, at) => (expect(at).toBe(next), (next += part.length), got.set(part, at)), undefined, piece)).toMatchObject({ ok: true })
      expect(got).toEqual(Float32Array.from(values))
    }
  })

  test('no more than a piece of the file is ever asked for', async () => {
    const source = blobSource(new Blob([new Uint8Array(bytes)]))
    let most = 0
    const counted: ByteSource = { size: source.size, slice: (start, end) => ((most = Math.max(most, end - start)), source.slice(start, end)) }
    const file = await openSafetensors(counted, 'x')
    if (!file.ok) throw new Error(file.what)
    most = 0
    await readTensor(file.value, file.value.tensors.get('a')!, () => {}, undefined, 400)
    expect(most).toBe(400)
  })

  test.each([NaN, Infinity, -Infinity])('%s is refused with its place', async (bad) => {
    const file = await opened(f32File({ a: { shape: [2, 3], values: [0, 1, 2, 3, bad, 5] } }))
    const result = await readTensor(file, file.tensors.get('a')!, () => {}, undefined, 8)
    expect(result).toMatchObject({ ok: false, kind: 'notFinite', where: '`model.safetensors`, tensor a' })
    expect(sentence(result as never)).toContain(`Element [1, 1] is ${bad}`)
  })

  test('a dtype that weights never have is named', async () => {
    const file = await opened(handFile({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8)))
    expect(await readTensor(file, file.tensors.get('a')!, () => {})).toMatchObject({ ok: false, kind: 'unsupportedDtype', what: 'Its dtype is I64; expected F32, F16 or BF16.' })
  })

  test('a file that shrinks while it is read, and a stop', async () => {
    const file = await opened(bytes)
    const shrunk = { ...file, source: { size: bytes.length, slice: (start: number, end: number) => arraySource(bytes.subarray(0, 500)).slice(start, end) } }
    expect(await readTensor(shrunk, file.tensors.get('a')!, () => {})).toMatchObject({ ok: false, kind: 'truncated' })
    expect(await readTensor(file, file.tensors.get('a')!, () => {}, { aborted: true })).toMatchObject({ ok: false, kind: 'cancelled' })
  })
})

describe('half precision', () => {
  const halves = (...bits: number[]) => Uint16Array.from(bits).buffer

  test('float16: normal, subnormal, signed zero, largest, and what is not finite', () => {
    const got = toFloat32(halves(0x3c00, 0xc000, 0x3555, 0x0001, 0x03ff, 0x8000, 0x7bff, 0x7c00, 0xfc00, 0x7e00), 'F16')
    expect([...got]).toEqual([1, -2, 0.333251953125, 2 ** -24, 1023 * 2 ** -24, -0, 65504, Infinity, -Infinity, NaN])
  })

  test('bfloat16 is the upper half of a float32', () => {
    const got = toFloat32(halves(0x3f80, 0xc040, 0x3eab, 0x0001, 0x7f80), 'BF16')
    expect([...got]).toEqual([1, -3, 0.333984375, 2 ** -133, Infinity])
  })
})

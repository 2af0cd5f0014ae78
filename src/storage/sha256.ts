/** SHA-256 of a stream: the browser's own digest wants the whole file in memory. */

const K = new Uint32Array(64)
const INITIAL = new Uint32Array(8)

/** First 32 bits of the fractional part of the square (state) and cube (rounds) roots of the primes. */
for (let n = 2, found = 0; found < 64; n++) {
  let isPrime = true
  for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false
  if (!isPrime) continue
  if (found < 8) INITIAL[found] = (Math.sqrt(n) % 1) * 2 ** 32
  K[found++] = (Math.cbrt(n) % 1) * 2 ** 32
}

/** @source FIPS 180-4, section 6.2 */
export class Sha256 {
  private readonly state = INITIAL.slice()
  private readonly block = new Uint8Array(64)
  private readonly w = new Int32Array(64)
  private filled = 0
  private bytes = 0

  update(data: Uint8Array): this {
    this.bytes += data.length
    let at = 0
    if (this.filled > 0) {
      at = Math.min(64 - this.filled, data.length)
      this.block.set(data.subarray(0, at), this.filled)
      this.filled += at
      if (this.filled < 64) return this
      this.compress(this.block, 0)
    }
    for (; at + 64 <= data.length; at += 64) this.compress(data, at)
    this.block.set(data.subarray(at))
    this.filled = data.length - at
    return this
  }

  /** Ends the stream: 64 lower-case hex digits. */
  hex(): string {
    const bits = this.bytes * 8
    const padding = new Uint8Array(((this.filled < 56 ? 56 : 120) - this.filled) + 8)
    padding[0] = 0x80
    const view = new DataView(padding.buffer)
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32))
    view.setUint32(padding.length - 4, bits >>> 0)
    this.update(padding)
    return Array.from(this.state, (word) => word.toString(16).padStart(8, '0')).join('')
  }

  private compress(data: Uint8Array, at: number): void {
    const { w, state } = this
    for (let i = 0; i < 16; i++, at += 4) w[i] = (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!
      const y = w[i - 2]!
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
    }
    let a = state[0]! | 0, b = state[1]! | 0, c = state[2]! | 0, d = state[3]! | 0
    let e = state[4]! | 0, f = state[5]! | 0, g = state[6]! | 0, h = state[7]! | 0
    for (let i = 0; i < 64; i++) {
      const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + S1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0
      const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g; g = f; f = e; e = (d + t1) | 0
      d = c; c = b; b = a; a = (t1 + t2) | 0
    }
    const next = [a, b, c, d, e, f, g, h]
    for (let i = 0; i < 8; i++) state[i] = state[i]! + next[i]!
  }
}

/** Up to here the bytes are held and hashed by the browser itself, ten times as fast; beyond, as they pass. */
const HELD_BYTES = 64 * 2 ** 20

/** SHA-256 of chunks as they come. A chunk that was given must not change afterwards. */
export class ChunkHash {
  private held: Uint8Array<ArrayBuffer>[] = []
  private bytes = 0
  private stream: Sha256 | null = null

  update(chunk: Uint8Array<ArrayBuffer>): void {
    this.bytes += chunk.length
    if (this.stream) return void this.stream.update(chunk)
    this.held.push(chunk)
    if (this.bytes <= HELD_BYTES) return
    this.stream = new Sha256()
    for (const one of this.held) this.stream.update(one)
    this.held = []
  }

  /** Ends the stream: 64 lower-case hex digits. */
  async hex(): Promise<string> {
    if (this.stream) return this.stream.hex()
    const whole = new Uint8Array(this.bytes)
    let at = 0
    for (const chunk of this.held) {
      whole.set(chunk, at)
      at += chunk.length
    }
    this.held = []
    return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', whole)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}

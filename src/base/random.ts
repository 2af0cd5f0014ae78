/**
 * Seeded randomness with a state that can be saved: a run that resumes draws what it would have drawn.
 * The core never calls Math.random.
 */

/** Serialisable state of a generator: four unsigned 32-bit words. */
export type RandomState = readonly [number, number, number, number]

/** SplitMix32 step: turns any 32-bit integer into a well-mixed one. Used for seeding and for counter-based draws. */
export function mix32(x: number): number {
  let z = (x + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** xoshiro128** by Blackman and Vigna (2018), period 2^128 − 1. */
export class Random {
  private s: Uint32Array

  private constructor(state: RandomState) {
    this.s = Uint32Array.from(state)
  }

  /** A generator from a 32-bit seed; `stream` separates independent uses of one seed. */
  static seed(seed: number, stream = 0): Random {
    let x = mix32(seed | 0) ^ mix32((stream | 0) ^ 0x51ed270b)
    const words = [0, 0, 0, 0].map(() => (x = mix32(x))) as unknown as RandomState
    return new Random(words)
  }

  static resume(state: RandomState): Random {
    return new Random(state)
  }

  state(): RandomState {
    return [this.s[0]!, this.s[1]!, this.s[2]!, this.s[3]!]
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    const s = this.s
    const x = Math.imul(s[1]!, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0
    const t = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= t
    s[3] = (s[3]! << 11) | (s[3]! >>> 21)
    return result
  }

  /** Uniform number in [0, 1) with 32 random bits. */
  unit(): number {
    return this.uint32() / 4294967296
  }

  /** Uniform integer in [0, n). Rejection keeps it unbiased. */
  below(n: number): number {
    if (!(n > 0)) throw new RangeError(`below(${n}): n must be positive`)
    const limit = 4294967296 - (4294967296 % n)
    let x = this.uint32()
    while (x >= limit) x = this.uint32()
    return x % n
  }

  /** Fills `out` with the numbers that `out.length` calls of `below(n)` would give; several times faster. */
  fillBelow(n: number, out: Uint32Array): void {
    if (!(n > 0)) throw new RangeError(`fillBelow(${n}): n must be positive`)
    const limit = 4294967296 - (4294967296 % n)
    let [a, b, c, d] = this.state()
    for (let i = 0; i < out.length; ) {
      const y = Math.imul(b, 5)
      const x = Math.imul((y << 7) | (y >>> 25), 9) >>> 0
      const t = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= t
      d = (d << 11) | (d >>> 21)
      // `%` on numbers above 2³¹ is a slow floating remainder; this is the same integer, exactly.
      if (x < limit) out[i++] = x - Math.floor(x / n) * n
    }
    this.s.set([a, b, c, d])
  }

  /** Standard normal draw (Box–Muller; one of the pair is discarded so that the state stays four words). */
  normal(): number {
    const u = 1 - this.unit()
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.unit())
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = items.slice()
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const kept = copy[i]!
      copy[i] = copy[j]!
      copy[j] = kept
    }
    return copy
  }
}

/**
 * Counter-based uniform in (0, 1): the same (seed, row, position, lane) always gives the same number, in any order
 * and on any device, so that sampling is reproducible however rows are batched.
 */
export function counterUnit(seed: number, row: number, position: number, lane: number): number {
  let x = mix32(seed)
  x = mix32(x ^ Math.imul(row + 1, 0x85ebca6b))
  x = mix32(x ^ Math.imul(position + 1, 0xc2b2ae35))
  x = mix32(x ^ Math.imul(lane + 1, 0x27d4eb2f))
  return (x + 0.5) / 4294967296
}

/** Rows in the published columns of FineProofs, invented but of the published shape: what a file should hold can be said of every cell. */
import { Random } from '../../src/base/random'
import { inventedProblems } from '../../src/proofs/dedup/problemsFixture'

export interface RlRow {
  readonly problem: string
  readonly source: string
  readonly rubrics: string
  readonly scores: readonly number[]
  readonly rewards: readonly number[]
  readonly num_rewards: number
  readonly reward_mean: number
  readonly reward_std: number
}

export interface SftRow {
  readonly problem: string
  readonly reasoning_content: string
  readonly proof: string
  readonly category: string
  readonly competition: string
  readonly 'gemini-3-pro-grade': number
  readonly 'qwen3-4b-thinking-reward@128': number
  readonly source: string
  readonly messages: readonly { readonly content: string; readonly role: string }[]
}

export const RL_ROWS = 5_227
export const RL_REWARDS = 668_478
export const SFT_ROWS = 4_281

/** 4,773 lists of 128, one of 256, and 453 of 62 to 127 that make up the published sum. @source FineProofs-RL, audit of its lists */
function listLength(i: number): number {
  if (i === 2_000) return 256
  if (i % 11 !== 5 || i >= 453 * 11) return 128
  const k = Math.floor(i / 11)
  return k < 3 ? 62 : k === 3 ? 69 : 127
}

const STEPS = ['Reduces to the case of coprime parts', 'Shows the bound $a_n \\le 2^{n}$', 'Constructs the auxiliary point $X$', 'Applies induction on $k$', 'Treats equality', 'Concludes by parity of $\\nu_2$']

function rubricOf(random: Random, chars: number): string {
  const worth = [[3, 4], [2, 2, 3], [1, 2, 4], [1, 1, 2, 3]][random.below(4)]!
  const filler = (n: number) => Array.from({ length: n }, () => STEPS[random.below(6)]!.toLowerCase()).join(', then ')
  const rows = worth.map((points) => `- ${STEPS[random.below(6)]} (${points} ${points === 1 ? 'pt' : 'pts'}): ${filler(Math.ceil(chars / worth.length / 45))}.`)
  return ['Checkpoints (7 pts total)', ...rows, 'Total (max 7)', '', '2. **Zero-credit items**', '- Restating the problem', '', '3. **Deductions**', '- **−1**: a case is left out', '- **Cap at 3/7**: only examples are checked'].join('\n')
}

/** @param rubricChars mean length of a rubric; the published mean is about 2,050 */
export function rlRows(count = RL_ROWS, rubricChars = 1_700): RlRow[] {
  const random = Random.seed(61)
  return inventedProblems(count, 7).map((problem, i) => {
    const n = listLength(i)
    const ability = random.unit() ** 2
    const scores = Array.from({ length: n }, () => (random.unit() < ability ? [7, 7, 7, 6, 6, 3][random.below(6)]! : [0, 0, 0, 0, 1, 1][random.below(6)]!))
    const rewards = scores.map((s) => s / 7)
    const mean = rewards.reduce((a, b) => a + b, 0) / n
    return {
      problem, source: random.unit() < 0.726 ? 'aops' : 'olympiads', rubrics: rubricOf(random, rubricChars), scores, rewards, num_rewards: n,
      reward_mean: mean, reward_std: Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / n),
    }
  })
}

const WORDS = 'we now consider the case where suppose that it follows hence bounded sequence divides $a_{k+1}$ $\\frac{p}{q}$ therefore wait let me check this again so by induction on the number of vertices the claim holds and $x^2 + y^2 \\ge 2xy$ gives'.split(' ')

function prose(random: Random, chars: number): string {
  const parts: string[] = []
  for (let length = 0; length < chars; ) {
    const word = random.below(40) === 0 ? `${random.uint32().toString(36)}.\n\n` : WORDS[random.below(WORDS.length)]!
    parts.push(word)
    length += word.length + 1
  }
  return parts.join(' ')
}

/** @param reasoningChars mean length; the published rows hold about 150,000 characters in all */
export function* sftRows(count = SFT_ROWS, reasoningChars = 60_000, proofChars = 4_000): Generator<SftRow> {
  const random = Random.seed(73)
  const problems = inventedProblems(count, 11)
  const areas = ['Algebra', 'Combinatorics', 'Number Theory', 'Geometry', 'Inequalities']
  for (const [i, problem] of problems.entries()) {
    const reasoning = prose(random, reasoningChars * (0.25 + 1.5 * random.unit())).trim()
    const proof = prose(random, proofChars * (0.5 + random.unit())).trim()
    yield {
      problem, reasoning_content: reasoning, proof, category: areas[random.below(5)]!, competition: `TST-${1990 + (i % 35)}`,
      'gemini-3-pro-grade': [7, 7, 7, 7, 7, 7, 6, 1, 0][random.below(9)]!, 'qwen3-4b-thinking-reward@128': random.below(129) / 128, source: i % 3 ? 'aops' : 'olympiads',
      messages: [{ content: `Generate a rigorous proof to the following question:\n\n${problem}`, role: 'user' }, { content: `<think>\n${reasoning}\n</think>\n${proof}`, role: 'assistant' }],
    }
  }
}

export const CODEC_ROWS = 2_300

/** A row with a value of every kind that parquet files of datasets hold: what CODEC_SELECT makes of its number. */
export function codecRow(i: number) {
  return {
    id: i, problem: `Problem ${i}: show that $x_{${i % 7}} > 0$.`, reward_mean: i % 11 === 3 ? null : (i % 8) / 7,
    scores: i % 2 ? [(i * 3) % 8, i % 8] : [(i * 3) % 8], messages: [{ content: `u${i % 20}`, role: 'user' }, { content: null, role: 'assistant' }],
    meta: { a: i, b: { c: `x${i % 3}` } }, is_even: i % 2 === 0, day: new Date(Date.UTC(2026, 0, 1 + (i % 365))),
  }
}

/**
 * What is public of QEDBench's results, copied as facts. A figure that is not public is null and is shown as
 * "not published"; nothing here is estimated. The benchmark's rows are evaluation-only and are not part of the lab.
 */

export const PUBLISHED_DOMAINS = ['Abstract Algebra', 'Algorithms', 'Analysis', 'Combinatorics', 'Complex Analysis', 'Discrete Math', 'Graph Theory', 'Number Theory', 'ODE', 'Probability Theory'] as const
export const PUBLISHED_SOLVERS = ['o3-deep-research', 'GPT-5 Pro', 'Claude Sonnet 4.5', 'Gemini 3.0 Pro', 'DeepSeek-Prover-V2'] as const
export const PUBLISHED_JUDGES = ['Claude Opus 4.5', 'DeepSeek-V3', 'GPT-5 Pro', 'Gemini 3.0 Pro', 'Grok 4', 'Llama 4 Maverick', 'Qwen 2.5 Max'] as const

export type SourceId = 'arXiv' | 'OpenReview'

export const PUBLISHED_SOURCES: Readonly<Record<SourceId, { readonly title: string; readonly url: string }>> = {
  arXiv: { title: 'arXiv 2602.20629, abstract (v1, 24 February 2026)', url: 'https://arxiv.org/abs/2602.20629' },
  OpenReview: { title: 'OpenReview record of the ICML 2026 paper, abstract', url: 'https://openreview.net/forum?id=aOL0RPDfTQ' },
}

export interface Published {
  readonly id: string
  readonly value: number
  readonly source: SourceId
  readonly note: string | null
}

/**
 * Mean inflation the authors state for each judge. All are worded "up to": the largest over something (domains, solvers,
 * rubrics or cells; the text does not say which), so none of them is comparable with one cell of a matrix.
 */
export const PUBLISHED_INFLATION: Readonly<Record<(typeof PUBLISHED_JUDGES)[number], readonly Published[]>> = {
  'Claude Opus 4.5': [
    { id: 'A1', value: 0.18, source: 'arXiv', note: null },
    { id: 'A12', value: 0.28, source: 'OpenReview', note: 'The two abstracts disagree.' },
  ],
  'DeepSeek-V3': [{ id: 'A2', value: 0.2, source: 'arXiv', note: null }],
  'GPT-5 Pro': [],
  'Gemini 3.0 Pro': [],
  'Grok 4': [],
  'Llama 4 Maverick': [{ id: 'A4', value: 0.36, source: 'arXiv', note: null }],
  'Qwen 2.5 Max': [{ id: 'A3', value: 0.3, source: 'arXiv', note: null }],
}

export interface PublishedFact extends Published {
  readonly quantity: string
  /** `score` in 0..1, `percent` in 0..100. */
  readonly unit: 'score' | 'percent'
}

export const PUBLISHED_FACTS: readonly PublishedFact[] = [
  { id: 'A5', quantity: 'Human mean, Gemini 3.0 Pro, all domains', value: 0.91, unit: 'score', source: 'arXiv', note: null },
  { id: 'A6', quantity: 'Human mean, GPT-5 Pro, Discrete Math', value: 0.72, unit: 'score', source: 'arXiv', note: null },
  { id: 'A7', quantity: 'Human mean, GPT-5 Pro, Graph Theory', value: 0.74, unit: 'score', source: 'arXiv', note: null },
  { id: 'A8', quantity: 'Human mean, Claude Sonnet 4.5, Discrete Math', value: 0.63, unit: 'score', source: 'arXiv', note: null },
  { id: 'A9', quantity: 'Human mean, Claude Sonnet 4.5, Graph Theory', value: 0.5, unit: 'score', source: 'arXiv', note: null },
  { id: 'A10', quantity: 'Human pass rate, o3-deep-research, Graph Theory', value: 42.1, unit: 'percent', source: 'OpenReview', note: 'Called "accuracy"; equals 8 of 19 problems.' },
  { id: 'A11', quantity: 'Pass rate given by Llama 4 Maverick', value: 90.2, unit: 'percent', source: 'OpenReview', note: 'Equals 1,227 of 1,360 proofs.' },
]

/** Human mean by solver (rows) and domain (columns), 0..1; null where it is not public. */
export const PUBLISHED_HUMAN_MEANS: readonly (readonly (number | null)[])[] = PUBLISHED_SOLVERS.map((solver) =>
  PUBLISHED_DOMAINS.map((domain) => PUBLISHED_FACTS.find((f) => f.unit === 'score' && f.quantity === `Human mean, ${solver}, ${domain}`)?.value ?? null),
)

/** Inflation by judge and domain: no cell of this table is public in a form that can be read. */
export const PUBLISHED_INFLATION_BY_DOMAIN: readonly (readonly (number | null)[])[] = PUBLISHED_JUDGES.map(() => PUBLISHED_DOMAINS.map(() => null))

/**
 * The sub-split that a benchmark's problem id tells: `Basic` or `Advanced` for IMO-ProofBench (`PB-Basic-001`), `2024/2025`
 * or `Others` for ids that hold a year (ProofBench). Null for ids that tell neither.
 * @source QED-Nano, released evaluation code, `stats.py`
 */
export function benchSplit(problemId: string): 'Basic' | 'Advanced' | '2024/2025' | 'Others' | null {
  if (/\bbasic\b/i.test(problemId)) return 'Basic'
  if (/\badvanced\b/i.test(problemId)) return 'Advanced'
  const year = /(?:^|\D)((?:19|20)\d{2})(?!\d)/.exec(problemId)?.[1]
  if (year === undefined) return null
  return year === '2024' || year === '2025' ? '2024/2025' : 'Others'
}

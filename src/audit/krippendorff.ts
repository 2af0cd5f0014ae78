export type AlphaMetric = 'nominal' | 'ordinal' | 'interval'

/**
 * Krippendorff's α over any number of raters, absent grades allowed.
 *   α = 1 − D_o / D_e
 *   D_o = Σ_u 1/(m_u − 1) Σ_{a≠b in u} δ²(a, b) / n     D_e = Σ_{v,w} n_v n_w δ²(v, w) / n(n − 1)
 *   δ² = [v ≠ w], (v − w)², or for ordinal (Σ_{g=v..w} n_g − (n_v + n_w)/2)²
 * Units with one grade say nothing and are left out.
 * @param units grades of each proof, one a rater, null when absent
 * @returns null when fewer than two grades can be compared, or all are equal
 * @source Krippendorff 2011, Computing Krippendorff's alpha-reliability
 */
export function krippendorffAlpha(units: readonly (readonly (number | null)[])[], metric: AlphaMetric): number | null {
  const rated = units.map((unit) => unit.filter((v): v is number => v !== null)).filter((unit) => unit.length > 1)
  const values = [...new Set(rated.flat())].sort((a, b) => a - b)
  const at = new Map(values.map((v, i) => [v, i]))
  const counts = values.map(() => 0)
  let n = 0
  for (const unit of rated)
    for (const v of unit) {
      counts[at.get(v)!]!++
      n++
    }
  if (n < 2) return null
  const before: number[] = [0]
  for (const count of counts) before.push(before.at(-1)! + count)
  const distance = (a: number, b: number): number => {
    if (a === b) return 0
    if (metric === 'nominal') return 1
    if (metric === 'interval') return (values[a]! - values[b]!) ** 2
    const [low, high] = a < b ? [a, b] : [b, a]
    return (before[high + 1]! - before[low]! - (counts[low]! + counts[high]!) / 2) ** 2
  }
  let observed = 0
  for (const unit of rated) {
    let sum = 0
    for (const v of unit) for (const w of unit) sum += distance(at.get(v)!, at.get(w)!)
    observed += sum / (unit.length - 1)
  }
  let expected = 0
  for (let a = 0; a < values.length; a++) for (let b = 0; b < values.length; b++) expected += counts[a]! * counts[b]! * distance(a, b)
  return expected === 0 ? null : 1 - observed / n / (expected / (n * (n - 1)))
}

import styles from './ScaffoldPanel.module.css'

export interface PlotPoint {
  readonly id: string
  readonly label: string
  readonly tokens: number
  /** 0–7. */
  readonly score: number
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [560, 220, 34, 34, 10]

/** Grade against tokens written, on a logarithmic axis: what more compute bought on this problem. The table beside it says the same. */
export function ScorePlot({ points }: { readonly points: readonly PlotPoint[] }) {
  const low = Math.floor(Math.log10(Math.max(1, Math.min(...points.map((p) => p.tokens)))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, ...points.map((p) => p.tokens)))))
  const x = (tokens: number) => LEFT + ((Math.log10(Math.max(1, tokens)) - low) / (high - low)) * (WIDTH - LEFT - 70)
  const y = (score: number) => TOP + (1 - score / 7) * (HEIGHT - TOP - BOTTOM)
  /** Its name would leave the picture on the right. */
  const isRight = (p: PlotPoint) => x(p.tokens) > WIDTH * 0.6
  const decades = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  return (
    <svg className={styles.plot} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Grade against tokens: ${points.map((p) => `${p.label} ${p.score} of 7 for ${p.tokens} tokens`).join('; ')}`}>
      {[0, 7].map((score) => (
        <g key={score}>
          <line x1={LEFT} x2={WIDTH - 10} y1={y(score)} y2={y(score)} className={styles.grid} />
          <text x={LEFT - 8} y={y(score) + 4} textAnchor="end" className={styles.tick}>{score}</text>
        </g>
      ))}
      {decades.map((tokens) => (
        <g key={tokens}>
          <line x1={x(tokens)} x2={x(tokens)} y1={y(7)} y2={y(0)} className={styles.grid} />
          <text x={x(tokens)} y={HEIGHT - BOTTOM + 16} textAnchor="middle" className={styles.tick}>{tokens.toLocaleString('en')}</text>
        </g>
      ))}
      <text x={LEFT} y={HEIGHT - 3} className={styles.tick}>tokens written, all calls together</text>
      {points.map((p) => (
        <g key={p.id}>
          <circle cx={x(p.tokens)} cy={y(p.score)} r="5" className={styles.dot} />
          <text x={x(p.tokens) + (isRight(p) ? -9 : 9)} y={y(p.score) + (p.score > 3 ? 14 : -5)} textAnchor={isRight(p) ? 'end' : 'start'} className={styles.name}>{p.label}</text>
        </g>
      ))}
    </svg>
  )
}

/** What a benchmark leaves behind: its figures printed as ratios, and one committed JSON file that names the machine. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import { join, resolve } from 'node:path'

export interface Figure {
  readonly name: string
  readonly unit: string
  readonly ours: number | null
  /** What ran the same work in the same run; null where there is none. */
  readonly peer: { readonly name: string; readonly value: number | null } | null
  /** The most (or the least) that was promised, in `unit`, or as a ratio to the peer. */
  readonly goal?: { readonly atMost?: number; readonly atLeast?: number; readonly of: 'value' | 'ratio' }
  readonly note?: string
}

export interface Artifact {
  readonly bench: string
  readonly at: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly runtime: string
  /** The WebGPU adapter, where one was used. */
  readonly adapter: string | null
  readonly figures: readonly (Figure & { readonly ratio: number | null; readonly isMet: boolean | null })[]
}

/** ours / peer; null when either is missing or the peer took nothing. */
export function ratioOf({ ours, peer }: Pick<Figure, 'ours' | 'peer'>): number | null {
  return ours !== null && peer?.value ? ours / peer.value : null
}

/** Whether the goal is met; null when there is no goal, or the figure could not be had. */
export function isMet(figure: Figure): boolean | null {
  const { goal } = figure
  const value = goal?.of === 'ratio' ? ratioOf(figure) : figure.ours
  if (!goal || value === null) return null
  return value <= (goal.atMost ?? Infinity) && value >= (goal.atLeast ?? -Infinity)
}

/** The figures as lines, each beside its peer and its goal. */
export function print(figures: readonly Figure[]): void {
  for (const figure of figures) {
    const { name, unit, ours, peer, goal, note } = figure
    const met = isMet(figure)
    const against = peer ? `  ${peer.name} ${shown(peer.value)} ${unit}  ratio ${shown(ratioOf(figure))}` : ''
    const bound = goal ? `  goal ${goal.atMost !== undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`}${goal.of === 'ratio' ? ' × peer' : ` ${unit}`}: ${met === null ? 'not measured' : met ? 'met' : 'MISSED'}` : ''
    process.stdout.write(`${name.padEnd(52)} ${shown(ours).padStart(10)} ${unit}${against}${bound}${note ? `  (${note})` : ''}\n`)
  }
}

/** Prints the figures and writes `bench/results/<bench>.json`. @param adapter the WebGPU adapter's own words, null without one */
export function report(bench: string, figures: readonly Figure[], adapter: string | null = null, runtime = `Node ${process.version}`): Artifact {
  const artifact: Artifact = {
    bench, at: new Date().toISOString(), cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30), runtime: `${runtime}, ${platform()} ${arch()}`, adapter,
    figures: figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), isMet: isMet(figure) })),
  }
  print(figures)
  const folder = resolve(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${bench}.json`), `${JSON.stringify(artifact, null, 1)}\n`)
  process.stdout.write(`${artifact.cpu}, ${artifact.cores} cores, ${artifact.runtime}${adapter ? `, ${adapter}` : ''} → bench/results/${bench}.json\n`)
  return artifact
}

/** Milliseconds of the middle one of `times` runs; each is awaited. */
export async function medianMs(times: number, work: () => unknown): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    await work()
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)]!
}

function shown(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '—' : value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(3)
}

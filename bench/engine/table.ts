/** The README's engine table, made from the committed artifacts and from nothing else. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Artifact } from '../artifact'

const ROOT = resolve(import.meta.dirname, '..', '..')
const README = resolve(ROOT, 'README.md')
const [BEGIN, END] = ['<!-- engine table: npm run bench -- engine --table -->', '<!-- end of engine table -->']

type Entry = Artifact['figures'][number]

/** Two significant digits and more: 0.84, 8.4, 84, 1,640. */
function shown(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '—'
  return value >= 100 ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(value >= 10 ? 3 : 2)
}

/** `name` up to `, shape`. */
function starting(artifact: Artifact, name: string): Entry[] {
  return artifact.figures.filter((figure) => figure.name.startsWith(name))
}

/** @returns markdown lines; a figure that an artifact lacks shows as "—" */
export function engineTable(artifacts: readonly Artifact[]): string {
  const lines = ['| Training step | Run in | Lab | @jax-js/jax, `jit` | stock tfjs, `tf.train.adam` |', '|---|---|--:|--:|--:|']
  const ratios = (entry: Entry | undefined) => (entry?.peer?.value && entry.ours ? `${shown(entry.peer.value)} ms (${shown(entry.peer.value / entry.ours)} ×)` : '—')
  for (const artifact of artifacts) {
    const steps = starting(artifact, 'training step, ')
    for (const name of new Set(steps.map((step) => step.name))) {
      const own = steps.filter((step) => step.name === name)
      const [jax, tfjs] = ['jax', 'stock tfjs'].map((word) => own.find((step) => step.peer?.name.includes(word)))
      lines.push(`| ${name.replace('training step, ', '')} | ${place(artifact)} | ${shown(jax?.ours ?? tfjs?.ours)} ms | ${ratios(jax)} | ${ratios(tfjs)} |`)
    }
  }
  lines.push('', '| Decoding, tokens/s | Run in | 1 row | 16 rows | 64 rows | 16 rows together over one by one |', '|---|---|--:|--:|--:|--:|')
  for (const artifact of artifacts) {
    for (const group of starting(artifact, 'group of 16')) {
      const shape = group.name.slice(group.name.indexOf(', ') + 2)
      const rate = (rows: string) => shown(artifact.figures.find((figure) => figure.name === `decoding ${rows}, ${shape}`)?.ours)
      lines.push(`| ${shape} | ${place(artifact)} | ${rate('1 row')} | ${rate('16 rows')} | ${rate('64 rows')} | ${shown(group.ours)} × |`)
    }
  }
  const [first] = artifacts
  if (first) {
    const missed = artifacts.flatMap((artifact) => artifact.figures.filter((figure) => figure.isMet === false).map((figure) => `${figure.name} (${place(artifact)})`))
    lines.push('', `On ${first.adapter}, ${first.cores} CPU cores; medians, every goal and miss in \`bench/results/\`. Goals missed: ${missed.length > 0 ? [...new Set(missed)].join('; ') : 'none'}.`)
  }
  return lines.join('\n')
}

function place(artifact: Artifact): string {
  return artifact.runtime.startsWith('Node') ? 'Node' : 'Chromium'
}

/** The artifacts that are there, Node's first. */
export function engineArtifacts(): Artifact[] {
  return ['engine', 'engine-browser'].flatMap((name) => {
    const file = resolve(ROOT, 'bench', 'results', `${name}.json`)
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Artifact] : []
  })
}

/** README with the table of `artifacts` between its two marks. @throws when a mark is missing */
export function withTable(readme: string, artifacts: readonly Artifact[]): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`README.md lacks the marks ${BEGIN} and ${END}`)
  return `${readme.slice(0, begin)}${BEGIN}\n${engineTable(artifacts)}\n${readme.slice(end)}`
}

export function writeReadme(): void {
  writeFileSync(README, withTable(readFileSync(README, 'utf8'), engineArtifacts()))
  process.stdout.write('README.md: engine table written\n')
}

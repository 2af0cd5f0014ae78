import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Artifact } from '../bench/artifact'
import { engineArtifacts, engineTable, withTable } from '../bench/engine/table'

test('the README shows the committed artifacts', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(engineArtifacts().length).toBeGreaterThan(0)
  expect(readme).toBe(withTable(readme, engineArtifacts()))
})

test('a figure that could not be had shows as a dash, a miss by its name', () => {
  const figure = { name: 'training step, 1 layer', unit: 'ms', ours: 20, peer: { name: 'stock tfjs ops', value: null }, ratio: null, isMet: null }
  const missed = { name: 'JavaScript of a step', unit: 'ms', ours: 2, peer: null, ratio: null, isMet: false }
  const artifact = { bench: 'engine', at: '', cpu: '', cores: 2, memoryGiB: 1, runtime: 'Node', adapter: 'an adapter', figures: [figure, missed] } satisfies Artifact
  const table = engineTable([artifact])
  expect(table).toContain('| 1 layer | Node | 20.0 ms | — | — |')
  expect(table).toContain('Goals missed: JavaScript of a step (Node).')
})

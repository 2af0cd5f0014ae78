import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findings, recipeTable } from '../src/posttrain/recipeResults'
import { ARTIFACT, DOCUMENT, withTables, type RecipeArtifact } from './recipeDoc'

const artifact = JSON.parse(readFileSync(ARTIFACT, 'utf8')) as RecipeArtifact

test('the document shows the committed artifact', () => {
  const document = readFileSync(DOCUMENT, 'utf8')
  expect(withTables(document, artifact)).toBe(document)
})

test('the artifact\'s table follows from its cells, and each grade from its problems', () => {
  const table = recipeTable(artifact.seeds.map((s) => s.cells))
  expect(JSON.parse(JSON.stringify(table))).toEqual(artifact.table)
  expect(JSON.parse(JSON.stringify(findings(table)))).toEqual(artifact.findings)
  for (const { cells } of artifact.seeds)
    for (const cell of cells) expect((cell.scores.reduce((a, b) => a + b, 0) / cell.scores.length / 7) * 100).toBeCloseTo(cell.grade, 9)
})

/** The tables of docs/recipe.md from the committed artifact: `tsx scripts/recipeDoc.ts` writes them between their markers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { POLICIES, SCAFFOLD_NAMES, type RecipePreset } from '../src/posttrain/recipe'
import type { Cell, Finding, TableCell } from '../src/posttrain/recipeResults'

const ROOT = resolve(import.meta.dirname, '..')
export const ARTIFACT = resolve(ROOT, 'bench/results/recipe.json')
export const DOCUMENT = resolve(ROOT, 'docs/recipe.md')
const [START, END] = ['<!-- from bench/results/recipe.json -->', '<!-- end -->'] as const

export interface RecipeArtifact {
  readonly recipe: string
  readonly at: string
  readonly cpu: string
  readonly cores: number
  readonly runtime: string
  readonly backend: string
  readonly side: string
  readonly parameters: number
  readonly preset: RecipePreset
  readonly table: readonly TableCell[]
  readonly findings: readonly Finding[]
  readonly seeds: readonly { readonly seed: number; readonly seconds: number; readonly cells: readonly Cell[] }[]
}

const number = (x: number | null | undefined, digits: number) => (x === null || x === undefined ? '—' : x.toFixed(digits))

/** The part between the markers. */
export function generated({ table, findings, seeds, side, cpu, runtime, backend, recipe, parameters, at }: RecipeArtifact): string {
  const cell = (policy: string, scaffold: string) => table.find((c) => c.policy === policy && c.scaffold === scaffold)
  const names: Record<string, string> = { base: 'base', sft: 'SFT', rl: 'RL', 'rc-rl': 'RC-RL', single: 'single', rc: 'RC, 3 turns', dsm: 'DSM', rsa: 'RSA' }
  const rows = (show: (c: TableCell) => string) =>
    POLICIES.map((p) => `| ${names[p]} | ${SCAFFOLD_NAMES.map((s) => { const c = cell(p, s); return c ? show(c) : '—' }).join(' | ')} |`).join('\n')
  const head = `| | ${SCAFFOLD_NAMES.map((s) => names[s]).join(' | ')} |\n|---|${SCAFFOLD_NAMES.map(() => '---:').join('|')}|`
  const most = Math.max(...table.map((c) => c.seeds))
  const problems = seeds[0]?.cells[0]?.problems ?? 0
  const sideName = side === 'heldOut' ? 'held-out' : side
  return [
    `\`${recipe}\`, ${most} seed${most === 1 ? '' : 's'} (${seeds.map((s) => s.seed).join(', ')}), ${problems} ${sideName} problems, ${parameters.toLocaleString('en-GB')} parameters, ${backend}; ${runtime}, ${cpu}; ${seeds.map((s) => `${Math.round(s.seconds / 60)} min`).join(', ')} a seed beside other work; ${at.slice(0, 10)}.`,
    `Grade %, mean over seeds (standard deviation, ddof 1${most === 1 ? '; none from one seed' : ''}):\n\n${head}\n${rows((c) => `${number(c.grade, 1)} (${number(c.gradeStd, 1)})`)}`,
    `Share of answers that ended by themselves, %:\n\n${head}\n${rows((c) => number(c.finished * 100, 0))}`,
    `Tokens written a problem, and how many times the single attempt's:\n\n${head}\n${rows((c) => `${number(c.tokens, 0)} (×${number(c.multiple, 1)})`)}`,
    `What the paper lets one expect:\n\n| ordering | measured | |\n|---|---:|---|\n${findings.map((f) => `| ${f.claim} | ${f.value === null ? '—' : number(f.value, 2)} | ${f.isMet === null ? 'not measured' : f.isMet ? 'yes' : 'no'} |`).join('\n')}`,
  ].join('\n\n')
}

/** The document with its tables replaced. */
export function withTables(document: string, artifact: RecipeArtifact): string {
  const [start, end] = [document.indexOf(START), document.indexOf(END)]
  if (start < 0 || end < start) throw new Error('docs/recipe.md has lost its markers.')
  return `${document.slice(0, start + START.length)}\n\n${generated(artifact)}\n\n${document.slice(end)}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), JSON.parse(readFileSync(ARTIFACT, 'utf8')) as RecipeArtifact))

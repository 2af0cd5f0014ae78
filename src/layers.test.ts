/** The import rule as a test: an import points down the picture of the architecture, or along a drawn arrow. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

interface Import {
  readonly specifier: string
  /** Erased when compiled: it binds names, not code. */
  readonly isType: boolean
}

/** Rooms of the house. `worker` is all of a worker's folder but its client and protocol. */
type Room = 'app' | 'features' | 'ui' | 'state' | 'client' | 'protocol' | 'worker' | 'wire' | 'engine' | 'storage' | 'posttrain' | 'audit' | 'proofs' | 'base'

const CORE = ['posttrain', 'audit', 'proofs', 'base'] as const
const MAY: Readonly<Record<Room, readonly Room[]>> = {
  app: ['features', 'ui', 'state', 'client', 'protocol', ...CORE],
  features: ['ui', 'state', 'client', 'protocol', ...CORE],
  ui: ['protocol', 'client', ...CORE],
  state: ['client', 'protocol', ...CORE],
  client: ['protocol', 'wire', ...CORE],
  protocol: [...CORE],
  wire: ['base'],
  worker: ['protocol', 'wire', 'engine', 'storage', ...CORE],
  engine: [...CORE],
  storage: [...CORE],
  posttrain: ['proofs', 'base'],
  audit: ['proofs', 'base'],
  proofs: ['base'],
  base: [],
}
/** What a page file may take from below the worker line, as types only. */
const MAY_AS_TYPE: Partial<Record<Room, readonly Room[]>> = {
  features: ['engine', 'storage'],
  state: ['engine', 'storage'],
  client: ['engine', 'storage'],
  protocol: ['engine', 'storage', 'protocol'],
}
const PAGE: readonly Room[] = ['app', 'features', 'ui', 'state', 'client']
/** Packages by where they may not go: the page never touches the GPU, the core touches nothing. */
const HEAVY = /^(@tensorflow\/|hyparquet|idb-keyval)/

function sources(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.tsx?$/.test(name) && !/\.(test|d)\.tsx?$/.test(name) ? [path] : []
  })
}

function importsOf(path: string, text = readFileSync(path, 'utf8')): Import[] {
  const found: Import[] = []
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause
      const named = clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : undefined
      const onlyTypes = clause !== undefined && !clause.name && named !== undefined && named.length > 0 && named.every((e) => e.isTypeOnly)
      found.push({ specifier: node.moduleSpecifier.text, isType: Boolean(clause?.isTypeOnly) || onlyTypes })
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ specifier: node.moduleSpecifier.text, isType: node.isTypeOnly })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [first] = node.arguments
      if (first && ts.isStringLiteral(first)) found.push({ specifier: first.text, isType: false })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push({ specifier: node.argument.literal.text, isType: true })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS))
  return found
}

/** The room of a file, and the part of it (a panel, a worker) that may not look into its sisters. */
function place(path: string): { room: Room; part: string } {
  const [top = '', second = '', third = ''] = relative(ROOT, path).split(sep)
  if (top === 'workers') {
    if (!third) return { room: 'wire', part: '' }
    if (third.startsWith('client')) return { room: 'client', part: second }
    if (third.startsWith('protocol')) return { room: 'protocol', part: second }
    return { room: 'worker', part: second }
  }
  if (second === 'features') return { room: 'features', part: third }
  const room = (['ui', 'state', 'engine', 'storage', ...CORE] as const).find((name) => name === second)
  return { room: room ?? 'app', part: '' }
}

/** Why this import may not be, or null when it may. */
function fault(from: string, { specifier, isType }: Import): string | null {
  const here = place(from)
  if (!specifier.startsWith('.')) {
    if (PAGE.includes(here.room) && HEAVY.test(specifier) && !isType) return `${specifier} belongs in a worker`
    const isCore = (CORE as readonly Room[]).includes(here.room)
    if (isCore && !isType && /^(@tensorflow|react|comlink|zustand|idb-keyval|node:)/.test(specifier)) return `the core may not use ${specifier}`
    return null
  }
  const target = resolve(dirname(from), specifier)
  const there = place(/\.\w+$/.test(target) ? target : `${target}.ts`)
  if (here.room === there.room && here.part === there.part) return null
  if (here.room === 'wire' && there.room === 'wire') return null
  if (MAY[here.room].includes(there.room)) return null
  if (isType && MAY_AS_TYPE[here.room]?.includes(there.room)) return null
  if (here.room === there.room) return `${here.room} may not look into its sister ${there.part || there.room}`
  return `${here.room} may not import ${there.room}${isType ? '' : ' (as code)'}`
}

test('every import points down the picture', () => {
  const files = [...sources(join(ROOT, 'src')), ...sources(join(ROOT, 'workers'))]
  expect(files.length).toBeGreaterThan(50) // an empty list would prove nothing
  const faults = files.flatMap((file) =>
    importsOf(file).flatMap((found) => {
      const why = fault(file, found)
      return why ? [`${relative(ROOT, file)} imports ${found.specifier}: ${why}`] : []
    }),
  )
  expect(faults).toEqual([])
})

test.each([
  ['src/base/numeric.ts', "import { x } from '../proofs/records'", true],
  ['src/posttrain/a.ts', "import { x } from '../audit/inflation'", true],
  ['src/audit/a.ts', "import type { Problem } from '../proofs/records'", false],
  ['src/features/audit/A.tsx', "import { B } from '../monitor/RunView'", true],
  ['src/features/audit/A.tsx', "const B = () => import('../monitor/RunView')", true],
  ['src/features/audit/A.tsx', "import { useView } from '../../ui/useView'", false],
  ['src/features/audit/A.tsx', "import { run } from '../../../workers/engine/worker'", true],
  ['src/features/audit/A.tsx', "import { run } from '../../../workers/engine/client'", false],
  ['src/features/audit/A.tsx', "import { openGpu } from '../../engine/device'", true],
  ['src/features/audit/A.tsx', "import { type OpenedGpu } from '../../engine/device'", false],
  ['src/features/audit/A.tsx', "import * as tf from '@tensorflow/tfjs-core'", true],
  ['src/ui/Panel.tsx', "import { useRuns } from '../state/runs'", true],
  ['src/engine/a.ts', "export { b } from '../storage/opfs'", true],
  ['workers/engine/worker.ts', "import { a } from '../data/opened'", true],
  ['workers/engine/worker.ts', "import { grpo } from '../../src/engine/loops/grpo'", false],
  ['src/proofs/a.ts', "import { readFileSync } from 'node:fs'", true],
])('%s: %s is a fault: %s', (file, text, isFault) => {
  const path = join(ROOT, file)
  expect(importsOf(path, text).some((found) => fault(path, found) !== null)).toBe(isFault)
})

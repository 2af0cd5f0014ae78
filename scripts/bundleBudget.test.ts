import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { entryFiles, shellSize, staticImports } from './bundleBudget'

test('finds static imports in minified code, and leaves dynamic ones out', () => {
  const code = 'import{a as b}from"./a.js";import"./b.js";import c,{d}from"./c.js";export*from"./e.js";export{f}from"./f.js";var x=()=>import("./lazy.js");import{g}from"pkg"'
  expect(staticImports(code)).toEqual(['./a.js', './b.js', './c.js', './e.js', './f.js'])
})

test('counts scripts, preloads and their imports once each', () => {
  const dist = mkdtempSync(join(tmpdir(), 'budget-'))
  mkdirSync(join(dist, 'assets'))
  const files = { 'a.js': 'import"./b.js";import("./lazy.js")', 'b.js': 'import"./c.js";1', 'c.js': 'import"./b.js";2', 'lazy.js': 'x'.repeat(9999) }
  for (const [name, code] of Object.entries(files)) writeFileSync(join(dist, 'assets', name), code)
  writeFileSync(join(dist, 'index.html'), '<link rel="modulepreload" crossorigin href="./assets/b.js"><script type="module" src="./assets/a.js"></script>')
  const size = shellSize(dist)
  expect(size.files.map(({ file }) => file).sort()).toEqual(['assets/a.js', 'assets/b.js', 'assets/c.js'])
  expect(size.bytes).toBe(['a.js', 'b.js', 'c.js'].reduce((sum, name) => sum + gzipSync(files[name as keyof typeof files], { level: 9 }).length, 0))
})

test('a page without scripts is an error, not a size of zero', () => {
  expect(() => entryFiles('<p>hello</p>')).toThrow(/names no script/)
})

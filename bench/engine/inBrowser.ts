/** Bundles the benchmark's page into a folder of its own, serves it with the lab's headers and runs it in Chromium. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from '@playwright/test'
import { build } from 'vite'
import { findBrowser } from '../../scripts/findBrowser'
import { serve } from '../../scripts/staticServer'
import type { EngineFigures, Part } from './parts'

const quiet = ['--disable-background-networking', '--no-first-run', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
/** A page that nobody looks at must compute as if somebody did. */
const awake = ['--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows']
const readable = ['--js-flags=--expose-gc', '--enable-precise-memory-info']
const webgpu = ['--enable-unsafe-webgpu', ...(process.platform === 'linux' ? ['--use-webgpu-adapter=swiftshader'] : [])]

/** onnxruntime-web as it comes, under names whose endings the lab's server knows. */
const ORT = { 'ort.webgpu.min.mjs': 'ort.js', 'ort-wasm-simd-threaded.asyncify.mjs': 'loader.js', 'ort-wasm-simd-threaded.asyncify.wasm': 'ort.wasm' }

function copyOnnxRuntime(folder: string): void {
  const from = resolve(import.meta.dirname, '..', 'node_modules', 'onnxruntime-web', 'dist')
  if (!existsSync(from)) return // the page then leaves that comparison out, and says so
  mkdirSync(join(folder, 'ort'))
  for (const [name, as] of Object.entries(ORT)) copyFileSync(join(from, name), join(folder, 'ort', as))
}

async function bundle(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: import.meta.dirname,
    base: './',
    logLevel: 'error',
    build: {
      target: 'es2022',
      outDir: folder,
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: resolve(import.meta.dirname, 'inPage.ts'), preserveEntrySignatures: 'allow-extension', output: { entryFileNames: 'page.js' } },
    },
  })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><meta charset="utf-8"><title>Engine benchmark</title><script type="module" src="./page.js"></script>\n')
}

export async function measureInBrowser(parts: readonly Part[], log: (line: string) => void): Promise<EngineFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bench-'))
  await bundle(folder)
  copyOnnxRuntime(folder)
  const { server, address } = await serve(folder, 5413, false)
  const browser = await chromium.launch({ executablePath: findBrowser().path, args: [...quiet, ...awake, ...readable, ...webgpu] })
  try {
    const page = await browser.newPage()
    page.on('console', (message) => log(message.text()))
    page.on('pageerror', (error) => log(String(error)))
    await page.goto(address)
    await page.waitForFunction(() => 'measureEngine' in window)
    return await page.evaluate((parts) => window.measureEngine(parts), parts)
  } finally {
    await browser.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

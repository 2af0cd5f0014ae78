import { defineConfig } from '@playwright/test'
import { findBrowser } from './scripts/findBrowser'

/** Chosen free by the runner, so that two runs on one machine do not meet; the server insists on it. */
const PORT = Number(process.env.LAB_PORT ?? 5313)

/** Found once by the runner and handed down; found here when Playwright is started by itself. */
const executablePath = process.env.LAB_CHROMIUM || findBrowser().path
const quiet = ['--disable-background-networking', '--no-first-run', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]

export default defineConfig({
  testDir: 'e2e',
  workers: 1, // one software adapter takes every core
  retries: 0, // scripts/test.ts repeats a test once, and only when its device was lost
  timeout: 120_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  outputDir: 'test-results',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    serviceWorkers: 'block',
  },
  projects: [
    {
      name: 'webgpu',
      testIgnore: /noAdapter/,
      use: { launchOptions: { executablePath, args: [...quiet, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] } },
    },
    {
      name: 'no-adapter',
      testMatch: /noAdapter/,
      use: { launchOptions: { executablePath, args: [...quiet, '--disable-gpu'] } },
    },
  ],
  webServer: {
    command: `"${process.execPath}" --import tsx scripts/start.ts --port ${PORT} --strict`,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
    timeout: 180_000,
  },
})

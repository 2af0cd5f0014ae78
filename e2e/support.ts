/** What every browser scenario shares: a watched page that fails the test when anything goes wrong unseen. */
import { test as base, expect, type Page } from '@playwright/test'

export { expect }

const FLAGS = '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader'

export interface Watch {
  /** Console errors and warnings, uncaught exceptions, policy violations, requests that left the origin. */
  readonly complaints: string[]
}

/** Reports the page's policy violations to the console, where `watch` reads them. */
function reportViolations(): void {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)
  })
}

async function watch(page: Page, origin: string): Promise<Watch> {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (/^(blob|data):$/.test(url.protocol) || url.origin === origin) return
    complaints.push(`request left the origin: ${request.url()}`)
  })
  await page.addInitScript(reportViolations)
  return { complaints }
}

export interface Options {
  /** Complaints that belong to the scenario, e.g. the browser's own word on a missing adapter. One pattern: Playwright
   *  would take an array of two for a value with its options. */
  expectedComplaints: RegExp | null
}

export const test = base.extend<Options & { watched: Watch }, { adapterChecked: void }>({
  expectedComplaints: [null, { option: true }],

  /** A missing adapter fails the whole project at once: it must never pass as "nothing to test". */
  adapterChecked: [
    async ({ browser }, use, info) => {
      if (info.project.name === 'webgpu') {
        const page = await browser.newPage()
        await page.goto(new URL('favicon.svg', info.project.use.baseURL).href)
        const hasAdapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()))
        await page.close()
        if (!hasAdapter) throw new Error(`This browser gives no WebGPU adapter although it was started with ${FLAGS}`)
      }
      await use()
    },
    { scope: 'worker', auto: true, timeout: 60_000 },
  ],

  watched: [
    async ({ page, baseURL, expectedComplaints }, use) => {
      const watched = await watch(page, new URL(baseURL ?? '').origin)
      await use(watched)
      const unexpected = watched.complaints.filter((text) => !expectedComplaints?.test(text))
      expect(unexpected, 'the page complained').toEqual([])
    },
    { auto: true },
  ],
})

export const PLACES = ['datasets', 'train', 'runs', 'judges', 'models'] as const

/** Opens a place and waits until its heading stands and its content is no longer "Loading…". */
export async function openPlace(page: Page, place: (typeof PLACES)[number], view = ''): Promise<void> {
  await page.goto(`./#/${place}${view ? `?${view}` : ''}`)
  await expect(page.getByRole('heading', { level: 1, name: place, exact: false })).toBeVisible()
  await expect(page.getByText('Loading…', { exact: true })).toHaveCount(0)
}

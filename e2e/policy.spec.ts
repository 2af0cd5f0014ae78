import { expect, openPlace, PLACES, test } from './support'

test('no place breaks the policy', async ({ page, watched }) => {
  for (const place of PLACES) {
    await openPlace(page, place)
    await page.waitForLoadState('networkidle')
  }
  expect(watched.complaints.filter((text) => text.includes('CSP'))).toEqual([])
})

/**
 * Runs as a script that the page itself loads: code from `page.evaluate` is exempt from the ban on eval, and would
 * find every door open.
 */
const PROBE = `
  const attempt = async (name, run) => {
    try { await run(); window.probe[name] = 'allowed' } catch (error) { window.probe[name] = error.name }
  }
  window.probe = {}
  ;(async () => {
    await attempt('eval', () => eval('1 + 1'))
    await attempt('Function', () => new Function('return 1')())
    await attempt('innerHTML', () => { document.createElement('p').innerHTML = '<b>x</b>' })
    await attempt('setTimeout', () => { setTimeout('window.ran = 1', 0) })
    await attempt('foreignScript', () => { document.createElement('script').src = 'https://example.com/x.js' })
    await attempt('blobWorker', () => { new Worker(URL.createObjectURL(new Blob(['1'], { type: 'text/javascript' }))) })
    await attempt('foreignFetch', () => fetch('https://example.com/'))
    await attempt('inlineScript', () => new Promise((done, failed) => {
      const script = document.createElement('script')
      script.textContent = 'window.inlineRan = true'
      document.head.append(script)
      setTimeout(() => (window.inlineRan ? done() : failed(new TypeError('did not run'))), 50)
    }))
    await attempt('ownFetch', () => fetch('./favicon.svg'))
    await attempt('wasm', () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])))
    window.probe.isolated = String(crossOriginIsolated)
    window.probeDone = true
  })()
`

test.describe('from a script of the page', () => {
  test.use({ expectedComplaints: /CSP|Content Security Policy|Trusted|violates|Refused|requires/i })

  test('text never becomes code, and nothing leaves the origin', async ({ page }) => {
    await page.route('**/probe.js', (route) => route.fulfill({ contentType: 'text/javascript', body: PROBE }))
    await page.goto('./')
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.src = './probe.js'
      document.head.append(script)
    })
    await page.waitForFunction(() => 'probeDone' in window)
    expect(await page.evaluate(() => (window as unknown as { probe: Record<string, string> }).probe)).toEqual({
      eval: 'EvalError',
      Function: 'EvalError',
      innerHTML: 'TypeError',
      setTimeout: 'TypeError',
      foreignScript: 'TypeError',
      blobWorker: 'TypeError',
      foreignFetch: 'TypeError',
      inlineScript: 'TypeError',
      ownFetch: 'allowed',
      wasm: 'allowed',
      isolated: 'true',
    })
  })
})

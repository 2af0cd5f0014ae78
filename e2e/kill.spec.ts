import type { Page } from '@playwright/test'
import { PRESETS } from '../src/posttrain/presets'
import { expect, openPlace, test } from './support'
import { checkpointNow, header, startMicro } from './wholeRun'

/** The page dies this often in one run. */
const KILLS = 22

test.describe.configure({ timeout: 900_000 })

/** Every stored point of the run, as its CSV export holds it, without its name and what a clock says. */
async function curve(page: Page, name: string): Promise<string[][]> {
  await page.goto('./#/runs')
  await page.getByRole('button', { name, exact: true }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'All metrics (CSV)' }).click()])
  const lines = (await (await download.createReadStream()).toArray()).join('').trim().split(/\r?\n/).map((line) => line.split(','))
  const kept = lines[0]!.map((column) => !/time|second|^run|^id$|^name$/.test(column))
  return lines.map((line) => line.filter((_, i) => kept[i]))
}

async function finish(page: Page): Promise<void> {
  await expect(header(page)).toHaveAttribute('data-run-status', 'finished', { timeout: 300_000 })
}

test('killed between and during checkpoint writes, a run always goes on from a whole checkpoint and ends on the same curve', async ({ page, context }) => {
  page.on('dialog', (dialog) => void dialog.accept())
  await startMicro(page, 'Unbroken', 'WebGPU')
  await finish(page)
  const want = await curve(page, 'Unbroken')
  expect(want.length).toBe(1 + PRESETS.micro!.sft.steps + PRESETS.micro!.grpo.steps)

  let broken = page
  await startMicro(broken, 'Broken', 'WebGPU')
  const resumedFrom: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    // Every other kill waits for a checkpoint of its own; then delays that share no factor with the time between two checkpoints
    // fall before, into and behind the next write. The rest fall into the resumption.
    const begun = resumedFrom.at(-1) ?? 0
    if (kill % 2 === 0) await expect.poll(() => checkpointNow(broken), { timeout: 60_000, intervals: [20] }).toBeGreaterThan(begun)
    await broken.waitForTimeout((kill * 37) % 190)
    const session = await context.newCDPSession(broken)
    const crashed = broken.waitForEvent('crash')
    void session.send('Page.crash').catch(() => undefined) // its answer dies with the page
    await crashed
    await broken.close()
    broken = await context.newPage()
    broken.on('dialog', (dialog) => void dialog.accept())
    await openPlace(broken, 'train')
    const resume = broken.getByRole('button', { name: /^Resume Broken from step \d+$/ })
    const ended = broken.getByText('Broken').first()
    await expect(resume.or(ended).first()).toBeVisible({ timeout: 30_000 })
    if (!(await resume.isVisible())) break // it had come to its end before this kill
    const step = Number(/step (\d+)/.exec((await resume.textContent()) ?? '')?.[1])
    expect(step).toBeGreaterThanOrEqual(resumedFrom.at(-1) ?? 0)
    resumedFrom.push(step)
    await resume.click()
    await expect(header(broken)).toHaveAttribute('data-run-status', /running|finished/, { timeout: 60_000 })
  }
  expect(resumedFrom.length).toBe(KILLS)
  await finish(broken)
  expect(await curve(broken, 'Broken')).toEqual(want)
})

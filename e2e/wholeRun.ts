/** One researcher's whole run of the smallest preset, driven on WebGPU and on wasm alike. */
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { BlobReader, ZipReader } from '@zip.js/zip.js/lib/zip-core-native.js'
import Papa from 'papaparse'
import { PRESETS } from '../src/posttrain/presets'
import { expect, openPlace, test } from './support'

const MICRO = PRESETS.micro!
const STEPS = MICRO.sft.steps + MICRO.grpo.steps
const ROLLOUTS = MICRO.grpo.groups * MICRO.grpo.groupSize

export const header = (page: Page) => page.locator('[data-run-status]')
const chart = (page: Page, metric: string) => page.locator(`[data-metric="${metric}"]`)
export const stepNow = async (page: Page) => Number(await header(page).getAttribute('data-step'))
export const checkpointNow = async (page: Page) => Number(await header(page).getAttribute('data-checkpoint-step'))
const points = async (page: Page, metric: string) => Number(await chart(page, metric).getByRole('slider').getAttribute('data-points'))

/** @param backend what the line before the start must promise */
export async function startMicro(page: Page, name: string, backend: 'WebGPU' | 'wasm'): Promise<void> {
  await openPlace(page, 'train')
  await page.getByLabel('Preset').selectOption('micro')
  await page.getByLabel('Seed').fill('3')
  await page.getByLabel('Name').fill(name)
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await expect(run).toBeEnabled({ timeout: 60_000 })
  await expect(page.locator('[data-preflight]')).toContainText(backend)
  await run.click()
  await expect(header(page)).toHaveAttribute('data-run-status', 'running', { timeout: 60_000 })
}

/** Clicks the drawn point nearest to `share` of the plot's width. */
async function clickPoint(page: Page, plot: Locator, share: number): Promise<void> {
  await plot.scrollIntoViewIfNeeded()
  const box = await plot.boundingBox()
  if (!box) throw new Error('the chart has no box')
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
  await page.mouse.click(box.x + box.width * share, box.y + box.height / 2)
}

/** Run, pause, reload, resume, finish: the curve moves, a point opens its rollouts, no step is lost or doubled. */
export async function wholeRun(page: Page, backend: 'WebGPU' | 'wasm'): Promise<void> {
  page.on('dialog', (dialog) => void dialog.accept()) // "Leave the page?", asked because a run computes
  await startMicro(page, 'Kestrel', backend)

  await test.step('pause holds the step, resume goes on', async () => {
    await expect.poll(() => points(page, 'loss'), { timeout: 400_000 }).toBeGreaterThan(1)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(header(page)).toHaveAttribute('data-run-status', 'paused', { timeout: 30_000 })
    const held = await stepNow(page)
    await page.waitForTimeout(1500)
    expect(await stepNow(page)).toBe(held)
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await expect.poll(() => stepNow(page), { timeout: 60_000 }).toBeGreaterThan(held)
  })

  await test.step('a page that is gone mid-run leaves a run that can go on', async () => {
    await expect.poll(() => checkpointNow(page), { timeout: 400_000 }).toBeGreaterThanOrEqual(5)
    await page.reload()
    await page.goto('./#/train')
    const resume = page.getByRole('button', { name: /^Resume Kestrel from step \d+$/ })
    await expect(resume).toBeVisible({ timeout: 30_000 })
    const from = Number(/step (\d+)/.exec((await resume.textContent()) ?? '')?.[1])
    expect(from).toBeGreaterThanOrEqual(5)
    await resume.click()
    await expect(header(page)).toHaveAttribute('data-run-status', 'running', { timeout: 60_000 })
    await expect.poll(() => stepNow(page), { timeout: 60_000 }).toBeGreaterThan(from)
  })

  await test.step('the reward curve moves and a point opens its rollouts', async () => {
    await expect.poll(() => points(page, 'reward'), { timeout: 600_000 }).toBeGreaterThanOrEqual(4)
    const before = await points(page, 'reward')
    await expect.poll(() => points(page, 'reward'), { timeout: 60_000 }).toBeGreaterThan(before)
    await clickPoint(page, chart(page, 'reward').locator('.u-over'), 0.95)
    await expect(page).toHaveURL(/[?&]step=\d+/)
    const step = /[?&]step=(\d+)/.exec(page.url())?.[1]
    await expect(page.getByRole('heading', { name: `Rollouts of step ${step}` })).toBeVisible()
    await expect(page.locator('[data-rollout-step]').getByRole('button', { pressed: true })).toHaveCount(1)
    await expect(page.locator('[data-rollout-step] tbody tr')).toHaveCount(ROLLOUTS)
  })

  await test.step('it finishes, and each stage was measured on the held-out problems', async () => {
    await expect(header(page)).toHaveAttribute('data-run-status', 'finished', { timeout: 600_000 })
    await expect(page.locator('[data-evaluation]')).toHaveCount(3)
    await expect(header(page)).toHaveAttribute('data-step', String(STEPS))
  })

  await test.step('marks say why each point was given or lost', async () => {
    let marks = 0
    // Not every rollout submits a proof, so leaf from the last step back until one did.
    for (let i = 0; i < 3 * ROLLOUTS && marks === 0; i++) {
      if (i > 0) await page.keyboard.press(i % ROLLOUTS === 0 ? 'k' : 'n')
      const list = page.locator('[data-rollout-step] [data-marks]')
      if (await list.count()) marks = Number(await list.getAttribute('data-marks'))
    }
    expect(marks).toBeGreaterThan(0)
    await expect(page.locator('[data-rollout-step] [data-marks] li').first()).toContainText(/\d/)
  })

  await test.step('the exported metrics hold every step once, in order', async () => {
    await page.goto('./#/runs')
    await page.getByRole('button', { name: 'Kestrel' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'All metrics (CSV)' }).click()])
    const { data } = Papa.parse<Record<string, string>>(await readFile(await download.path(), 'utf8'), { header: true, skipEmptyLines: true })
    expect(data.map((row) => Number(row.step))).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1))
    expect(data.filter((row) => row.stage === 'grpo').length).toBe(MICRO.grpo.steps)
    expect(new Set(data.map((row) => row.reward).filter(Boolean)).size).toBeGreaterThan(3)
    const [rollouts] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'All rollouts (jsonl)' }).click()])
    const lines = (await readFile(await rollouts.path(), 'utf8')).trim().split('\n')
    expect(lines.length).toBe(MICRO.grpo.steps * ROLLOUTS)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ run: 'Kestrel', step: MICRO.sft.steps + 1, group: 0, index: 0 })
  })

  await test.step('the hand-off holds weights, datasets, configurations and the rollouts of every step', async () => {
    const [zip] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Hand-off to a cluster (zip)' }).click()])
    const entries = await new ZipReader(new BlobReader(new Blob([new Uint8Array(await readFile(await zip.path()))]))).getEntries()
    const names = entries.map((e) => e.filename)
    expect(names).toEqual(expect.arrayContaining(['README.md', 'DEPARTURES.md', 'configs/trl_grpo.yaml', 'configs/qed_nano_lab.yaml', 'model/model.safetensors', 'data/sft.parquet', 'data/rl.parquet', 'evaluations/rl.jsonl']))
    expect(names.filter((n) => /^rollouts\/completions_\d{5}\.parquet$/.test(n)).length).toBe(MICRO.grpo.steps)
  })

  await test.step('every attempt of an evaluation can be read', async () => {
    const problems = page.locator('[data-problems]')
    const shown = Number(await problems.getAttribute('data-problems'))
    expect(shown).toBeGreaterThan(0)
    await expect(problems.getByRole('button', { name: /^Problem \d+, attempt \d: / })).toHaveCount(shown * (MICRO.evaluationAttempts ?? 1))
    await problems.getByRole('button', { name: /^Problem 2, attempt 1: / }).click()
    await expect(page.getByRole('heading', { name: 'After RL: problem 2, attempt 1' })).toBeVisible()
    await page.getByRole('radio', { name: 'Base' }).check()
    await expect(page.getByRole('heading', { name: 'Base: problem 2, attempt 1' })).toBeVisible()
    await expect(page.locator('[data-splits]')).not.toHaveAttribute('data-splits', '0')
  })

  await test.step('the checkpoint can be tried', async () => {
    await openPlace(page, 'models')
    await page.getByRole('button', { name: 'Sample proofs' }).click()
    await expect(page.locator('[data-samples="4"] ol > li')).toHaveCount(4, { timeout: 120_000 })
    await page.getByLabel('Problem', { exact: true }).fill('Prove that there are infinitely many primes.')
    await page.getByRole('button', { name: 'Sample proofs' }).click()
    await expect(page.getByRole('alert')).toBeVisible({ timeout: 60_000 })
  })
}

/** A researcher audits judges: drops a grading table, reads the matrix, opens a cell down to a proof. */
import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { parquetWriteBuffer } from 'hyparquet-writer'

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url)

interface Expected {
  seed: number
  replicates: number
  counts: Record<string, number>
  cells: { judge: string; solver: string | null; domain: string | null; n: number; mean: number; low: number | null; high: number | null }[]
}

let complaints: string[] = []
test.beforeEach(({ page }) => {
  complaints = []
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
})
test.afterEach(() => expect(complaints).toEqual([]))

async function openJudges(page: Page, view = ''): Promise<void> {
  await page.goto(`./#/judges${view}`)
  await matrixReady(page)
}

async function matrixReady(page: Page, caption: RegExp = /./): Promise<void> {
  const table = page.getByRole('region', { name: 'Inflation matrix' }).locator('table')
  await expect(table).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
  await expect(table.locator('caption')).toContainText(caption, { timeout: 60_000 })
}

async function dropFile(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer })
}

async function dropCsv(page: Page): Promise<void> {
  await dropFile(page, 'audit.csv', 'text/csv', readFileSync(fixture('audit.csv')))
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('audit.csv')
  await matrixReady(page)
}

/** Sets one parameter of the view as a link would. */
async function withView(page: Page, patch: Record<string, string>): Promise<void> {
  await page.evaluate((changes) => {
    const [path, search = ''] = location.hash.slice(1).split('?')
    const view = new URLSearchParams(search)
    for (const [key, value] of Object.entries(changes)) view.set(key, value)
    location.hash = `${path}?${view.toString()}`
  }, patch)
}

test('the sample opens by itself, says that it is synthetic, and stands beside the published figures', async ({ page }) => {
  await openJudges(page)
  await expect(page.getByText('Synthetic sample', { exact: true }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: /^Judge F, All domains: \+0\.1\d\d.*1,360 proofs, 272 problems/ })).toBeVisible()
  await expect(page.getByText('not published').first()).toBeVisible()
  await expect(page.getByText('The two abstracts disagree.')).toBeVisible()
  await expect(page.locator('.recharts-errorBar').first()).toBeAttached()
})

test('a dropped table gives the matrix that another program computed, to 1e-6', async ({ page }) => {
  const expected = JSON.parse(readFileSync(fixture('audit.expected.json'), 'utf8')) as Expected
  await openJudges(page)
  await dropCsv(page)
  await withView(page, { by: 'both', seed: String(expected.seed), draws: String(expected.replicates) })
  await matrixReady(page, /2,000 draws, seed 7/)
  const shown = await page.locator('button[data-at]').evaluateAll((cells) =>
    cells.map((c) => ({
      label: c.getAttribute('aria-label')!.split(':')[0]!,
      n: Number(c.getAttribute('data-n')),
      mean: Number(c.getAttribute('data-value')),
      low: c.hasAttribute('data-low') ? Number(c.getAttribute('data-low')) : null,
      high: c.hasAttribute('data-high') ? Number(c.getAttribute('data-high')) : null,
    })),
  )
  expect(shown.length).toBe(expected.cells.length)
  for (const want of expected.cells) {
    const label = `${want.judge}${want.solver ? ` on ${want.solver}` : ''}, ${want.domain ?? 'All domains'}`
    const got = shown.find((c) => c.label === label)
    expect(got, label).toBeDefined()
    expect(got!.n).toBe(want.n)
    expect(Math.abs(got!.mean - want.mean)).toBeLessThan(1e-6)
    for (const [a, b] of [[got!.low, want.low], [got!.high, want.high]] as const)
      if (b === null) expect(a).toBeNull()
      else expect(Math.abs(a! - b)).toBeLessThan(1e-6)
  }
  for (const [reason, count] of Object.entries({ missing: expected.counts['missing'], refused: expected.counts['refused'], unparsed: expected.counts['unparsed'] }))
    await expect(page.getByText(`${count} ${reason}`, { exact: true })).toBeVisible()
})

test('a cell opens its proofs by keyboard, and a proof opens with its mathematics', async ({ page }) => {
  await openJudges(page)
  await dropCsv(page)
  await page.locator('button[data-at="0,0"]').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const proofs = page.getByRole('region', { name: 'Proofs of the cell' })
  await expect(proofs).toBeVisible()
  const gaps = await proofs.locator('tbody tr td:last-child').allTextContents()
  const sizes = gaps.map((g) => Math.abs(Number(g.replace('−', '-').replace('+', ''))))
  expect(sizes.length).toBeGreaterThan(3)
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  await proofs.getByRole('button').first().click()
  await expect(page.getByRole('heading', { name: 'Grades' })).toBeVisible()
  await expect(page.locator('.katex').first()).toBeVisible({ timeout: 20_000 })
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Grades' })).toHaveCount(0)
  await expect(proofs).toBeVisible()
})

test('a file dropped from the desktop anywhere on the place is taken', async ({ page }) => {
  await openJudges(page)
  const carried = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([text], 'dragged.csv', { type: 'text/csv' }))
    return transfer
  }, readFileSync(fixture('audit.csv'), 'utf8'))
  await page.getByRole('heading', { name: 'Inflation' }).dispatchEvent('drop', { dataTransfer: carried })
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('dragged.csv')
  await expect(page.getByRole('button', { name: /^judge-lenient, All domains/ })).toBeVisible()
})

test('a long computation shows how far it is and stops at once when told to; the last matrix stays', async ({ page }) => {
  await openJudges(page, '?draws=200')
  await withView(page, { by: 'both', draws: '100000' })
  await expect(page.getByRole('progressbar', { name: 'Bootstrap' })).toBeVisible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('alert')).toContainText('stopped')
  await expect(page.getByRole('progressbar', { name: 'Bootstrap' })).toHaveCount(0)
  await expect(page.getByText('(200 draws, seed 1)')).toBeVisible()
})

test('wrong columns: a message names what is missing and what was found, the open table stays', async ({ page }) => {
  await openJudges(page)
  await dropCsv(page)
  await dropFile(page, 'wrong.csv', 'text/csv', Buffer.from('problem_id,rater,comment\nA,j,<img src=x onerror=alert(1)>\n'))
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('No column for the score')
  await expect(alert).toContainText('`comment`')
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('audit.csv')
  await expect(page.getByRole('button', { name: /^judge-lenient, All domains/ })).toBeVisible()
  await alert.getByRole('button', { name: 'Dismiss' }).click()
  await dropFile(page, 'cut.parquet', '', Buffer.from('PAR1 and then nothing'))
  await expect(page.getByRole('alert')).toContainText('damaged')
})

test('MathArena-wide parquet is accepted, and a reload keeps the table and the view', async ({ page }) => {
  const rows = 24
  const column = <T,>(of: (i: number) => T) => Array.from({ length: rows }, (_, i) => of(i))
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'problem_idx', data: column((i) => BigInt(1 + (i % 8))), type: 'INT64' },
      { name: 'problem', data: column((i) => `Prove that \\(x^2 \\ge ${-(i % 8)}\\).`), type: 'STRING' },
      { name: 'model_name', data: column((i) => ['m-a', 'm-b', 'm-c'][Math.floor(i / 8)]!), type: 'STRING' },
      { name: 'idx_answer', data: column(() => 0n), type: 'INT64' },
      { name: 'answer', data: column((i) => `Squares are never negative; attempt ${i}. <img src=x onerror="window.hacked=1">`), type: 'STRING' },
      { name: 'points_judge_1', data: column((i) => (i === 5 ? null : 7)), type: 'DOUBLE', nullable: true },
      { name: 'max_points_judge_1', data: column(() => 7), type: 'DOUBLE' },
      { name: 'error_judge_1', data: column((i) => (i === 5 ? 'parser error' : null)), type: 'STRING', nullable: true },
      { name: 'grading_details_judge_1', data: column(() => [{ title: 'idea', points: 7, max_points: 7, desc: 'complete' }]), type: 'JSON' },
      { name: 'points_human', data: column((i) => i % 8), type: 'DOUBLE' },
      { name: 'max_points_human', data: column(() => 7), type: 'DOUBLE' },
    ],
  })
  await openJudges(page)
  await dropFile(page, 'imo_outputs.parquet', '', Buffer.from(bytes))
  await matrixReady(page, /single/)
  const cell = page.getByRole('button', { name: /^judge_1, All solvers/ })
  // 23 proofs: humans 0/7 … 7/7 three times without one 5/7; the judge always gives full marks
  await expect(cell).toHaveAttribute('data-n', '23')
  expect(Math.abs(Number(await cell.getAttribute('data-value')) - (1 - (3 * 28 - 5) / 7 / 23))).toBeLessThan(1e-12)
  await expect(page.getByText('1 unparsed', { exact: true })).toBeVisible()
  await cell.click()
  await page.getByRole('region', { name: 'Proofs of the cell' }).getByRole('button').first().click()
  await expect(page.getByText('Squares are never negative').first()).toBeVisible()
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  await page.reload()
  await matrixReady(page, /single/)
  await expect(page.getByLabel('Audited now').locator('option:checked')).toHaveText('imo_outputs.parquet')
  await expect(page.getByText('Squares are never negative').first()).toBeVisible()
})

test('a table without human grades asks for the reference and then shows inflation', async ({ page }) => {
  const lines = ['problem_id,model_name,points_judge_1,max_points_judge_1,points_judge_2,max_points_judge_2']
  for (let i = 0; i < 12; i++) lines.push(`p${i % 6},m-${Math.floor(i / 6)},${i % 7},7,${Math.min(7, (i % 7) + 1)},7`)
  await page.goto('./#/judges')
  await matrixReady(page)
  await dropFile(page, 'two-judges.csv', 'text/csv', Buffer.from(lines.join('\n')))
  await expect(page.getByRole('alert')).toContainText('human')
  await page.getByRole('checkbox', { name: 'judge_1' }).check()
  await matrixReady(page, /single/)
  await expect(page.getByRole('button', { name: /^judge_2, All solvers: \+0\.143/ })).toBeVisible()
})

test('the shown matrix is exported with full precision', async ({ page }) => {
  await openJudges(page)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const text = readFileSync((await (await download).path())!, 'utf8')
  expect(text.split('\r\n').length).toBe(7 * 11 + 2)
  expect(text).toMatch(/,expert,Judge A,\(all\),\(all\),0\.02\d{10,},/)
})

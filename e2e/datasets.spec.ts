/** Drop a dataset, read a proof against its rubric, come back to it; hostile text and broken files do no harm. */
import type { Page } from '@playwright/test'
import { jsonlFile, rlFile, sftFile, truncated, type DroppedFile } from './datasetFiles'
import { expect, openPlace, test } from './support'

async function give(page: Page, file: DroppedFile): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ ...file })
}

/** Dispatches a real drop with the file in its DataTransfer. */
async function drop(page: Page, file: DroppedFile): Promise<void> {
  const transfer = await page.evaluateHandle(({ name, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], name))
    return data
  }, { name: file.name, base64: file.buffer.toString('base64') })
  await page.getByText('Drop a dataset here').dispatchEvent('drop', { dataTransfer: transfer })
}

const inList = (page: Page, name: string) => page.getByRole('list', { name: 'Datasets' }).getByRole('button', { name, exact: true })

test('a dropped SFT file: rows, a proof with every delimiter typeset, hostile text inert, there again after a reload', async ({ page }) => {
  await openPlace(page, 'datasets')
  await drop(page, sftFile())
  await expect(page.getByRole('heading', { name: 'fineproofs-sft.parquet' })).toBeVisible()
  await expect(page.getByText('120 rows').first()).toBeVisible()
  await page.getByRole('button', { name: 'Read row 1', exact: true }).click()
  await expect(page).toHaveURL(/ds=[^&]+&row=0/)

  const proof = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Proof', exact: true }) }).last()
  await expect(proof.locator('.katex-display')).toHaveCount(3) // $$, \[ \], align
  await expect(proof.locator('.katex').first()).toBeVisible()
  expect(await proof.locator('.katex annotation').allTextContents()).toEqual(expect.arrayContaining(['a \\in \\mathbb{Z}', 'b \\mid a', 'a = b \\cdot k', 'b^2 - 1 \\ge 0']))
  await expect(proof.locator('code', { hasText: '$HOME' })).toBeVisible()
  await expect(proof.locator('.katex-error', { hasText: '\\frac{1' })).toBeVisible()
  await expect(proof.locator('img, script, iframe, form, a[href^="javascript" i]')).toHaveCount(0)
  expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined()

  // Copied, a proof is its TeX again.
  expect(await proof.evaluate((section) => {
    document.getSelection()!.selectAllChildren(section)
    const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true })
    section.dispatchEvent(event)
    document.getSelection()!.removeAllRanges()
    return event.clipboardData!.getData('text/plain')
  })).toContain('Let $a \\in \\mathbb{Z}$ and $b \\mid a$. Then\n\n$$a = b \\cdot k$$\n\nand\n\n$$b^2 - 1 \\ge 0$$')

  await page.getByText('Reasoning, before').click()
  await expect(page.locator('details').getByText('Thinking about')).toBeVisible()
  await page.keyboard.press('j')
  await expect(page.getByRole('heading', { name: 'Row 2' })).toBeVisible()
  await page.keyboard.press('r')
  await expect(page).toHaveURL(/row=1&raw=1/)
  await expect(page.locator('pre', { hasText: '\\(b \\mid a\\)' })).toBeVisible()
  await page.keyboard.press('r')
  await page.keyboard.press('c')
  await page.keyboard.press('k')
  await expect(page.getByRole('heading', { name: 'Row 1', exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Row 2, held to compare' }).locator('.katex').first()).toBeVisible()
  await expect(page).toHaveURL(/with=1/)
  await page.keyboard.press('c')
  await expect(page.getByRole('region', { name: 'Row 2, held to compare' })).toHaveCount(0)

  await page.reload()
  await expect(page.getByRole('heading', { name: 'Row 1', exact: true })).toBeVisible()
  await expect(page.locator('.katex').first()).toBeVisible()
  await expect(inList(page, 'fineproofs-sft.parquet')).toBeVisible()
})

test('the last row of the grid is reached by scrolling', async ({ page }) => {
  await openPlace(page, 'datasets')
  await give(page, sftFile())
  const grid = page.getByRole('region', { name: 'Rows of fineproofs-sft.parquet' })
  await expect(grid.getByText('Problem 1: show')).toBeVisible()
  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight))
  await expect(grid.getByText('Problem 120: show')).toBeVisible()
  expect(await grid.getByRole('row').count()).toBeLessThan(40)
})

test('a RL file: the rubric as its parts, unparsed lines counted, scores as a histogram', async ({ page }) => {
  await openPlace(page, 'datasets')
  await give(page, rlFile())
  await page.getByRole('button', { name: 'Read row 4', exact: true }).click()
  const rubric = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Rubric', exact: true }) }).last()
  await expect(rubric.getByRole('heading', { name: /Checkpoints/ })).toContainText('7 points')
  await expect(rubric.getByRole('listitem')).toHaveText([/^3.*Derives/, /^4.*Concludes/, /^0.*Restating/, /^−1.*a missing case/, /^≤ 3.*the converse/])
  await expect(rubric.locator('.katex').first()).toBeVisible()
  await expect(rubric.getByText('1 line', { exact: true })).toBeVisible()
  await expect(rubric.getByText('This line fits no part of the scheme')).toBeVisible()
  const histogram = page.getByRole('table', { name: /attempts by points/ })
  await expect(histogram.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '0', exact: true }) })).toContainText('2')
  await expect(histogram.getByRole('row').filter({ has: page.getByRole('rowheader', { name: '3', exact: true }) })).toContainText('1')
  await expect(page.getByText('reward_mean 0.357 · reward_std 0.250')).toBeVisible()
})

test('jsonl is read; a cut file and a missing column are explained, and stored datasets stay', async ({ page }) => {
  await openPlace(page, 'datasets')
  await give(page, jsonlFile())
  await page.getByRole('button', { name: 'Read row 3', exact: true }).click()
  await expect(page.getByText('Proof of line 3.').first()).toBeVisible()

  await give(page, truncated(sftFile()))
  await expect(page.getByRole('alert')).toContainText('cut-fineproofs-sft.parquet')
  await expect(inList(page, 'rows.jsonl')).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()

  await give(page, sftFile('wrong.parquet', 'problem'))
  await expect(page.getByRole('heading', { name: 'wrong.parquet' })).toBeVisible()
  await page.getByRole('radio', { name: 'Columns' }).check()
  await expect(page.getByText(/missing column `problem`.*found: `reasoning_content`/)).toBeVisible()
  await expect(page.getByText('Read a proof beside its problem: needs a column for problem')).toBeVisible()
  await page.getByLabel('Role of category').selectOption('problem')
  await expect(page.getByText('Read a proof beside its problem: needs')).toHaveCount(0)
  await page.reload()
  await expect(page.getByLabel('Role of category')).toHaveValue('problem')
  await expect(inList(page, 'rows.jsonl')).toBeVisible()
})

test('a removed dataset can be brought back, also after a reload; deleted, it is gone', async ({ page }) => {
  await openPlace(page, 'datasets')
  await give(page, jsonlFile())
  await expect(inList(page, 'rows.jsonl')).toBeVisible()
  await page.getByRole('button', { name: 'Remove rows.jsonl' }).click()
  await expect(inList(page, 'rows.jsonl')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await inList(page, 'rows.jsonl').click()
  await expect(page.getByText('Line 1:').first()).toBeVisible()
  await page.getByRole('button', { name: 'Remove rows.jsonl' }).click()
  await page.reload()
  await expect(inList(page, 'rows.jsonl')).toHaveCount(0)
  await page.getByRole('button', { name: 'Bring rows.jsonl back' }).click()
  await expect(inList(page, 'rows.jsonl')).toBeVisible()
  await page.getByRole('button', { name: 'Remove rows.jsonl' }).click()
  await page.getByRole('button', { name: 'Delete rows.jsonl now' }).click()
  await expect(page.getByRole('button', { name: 'Bring rows.jsonl back' })).toHaveCount(0)
  await page.reload()
  await expect(page.getByText('Drop a dataset here')).toBeVisible()
  await expect(inList(page, 'rows.jsonl')).toHaveCount(0)
})

test('search, a bar of a histogram and sorting narrow the rows; back undoes, a reload keeps', async ({ page }) => {
  await openPlace(page, 'datasets')
  await give(page, rlFile())
  const grid = page.getByRole('region', { name: 'Rows of fineproofs-rl.parquet' })
  await expect(page.getByText('120 rows', { exact: true })).toBeVisible()
  await grid.getByRole('button', { name: '0.25 to 0.263: 15 rows' }).click()
  await expect(page.getByText('15 of 120 rows')).toBeVisible()
  await expect(page).toHaveURL(/f\.reward_mean=/)
  await page.getByRole('searchbox', { name: 'Search all texts' }).fill('/Problem (1|9|17):/')
  await expect(page.getByText(/^3 of 120 rows/)).toBeVisible()
  await expect(grid.locator('mark')).toHaveText(['Problem 1:', 'Problem 9:', 'Problem 17:'])
  await grid.getByRole('button', { name: 'problem', exact: true }).click()
  await grid.getByRole('button', { name: 'problem', exact: true }).click()
  await expect(grid.getByRole('button', { name: /Read row/ })).toHaveText(['9', '1', '17'])
  const head = grid.getByRole('columnheader').filter({ has: page.getByRole('button', { name: 'problem', exact: true }) })
  const widthOf = async () => Math.round((await head.boundingBox())!.width)
  const usual = await widthOf()
  await page.getByRole('button', { name: 'Width of problem' }).press('ArrowRight')
  await expect.poll(widthOf).toBe(usual + 24)
  await page.keyboard.press('j')
  await expect(page.getByRole('heading', { name: 'Row 9', exact: true })).toBeVisible()
  await page.keyboard.press('j')
  await expect(page.getByRole('heading', { name: 'Row 1', exact: true })).toBeVisible()
  await expect(page.getByText('2 of 3 selected')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Row 1', exact: true })).toBeVisible()
  await expect(grid.getByRole('button', { name: /Read row/ })).toHaveText(['9', '1', '17'])
  await expect.poll(widthOf).toBe(usual + 24)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Clear all' }).click()
  await expect(page.getByText('120 rows', { exact: true })).toBeVisible()
  await page.goBack()
  await expect(page.getByText(/^3 of 120 rows/)).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search all texts' }).fill('/(/')
  await expect(page.getByRole('alert')).toContainText('no regular expression')
})

test('narrow: a row is read without sideways scrolling', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openPlace(page, 'datasets')
  await give(page, rlFile())
  await page.getByRole('button', { name: 'Read from row 1' }).click()
  await expect(page.locator('.katex').first()).toBeVisible()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(overflow).toBeLessThanOrEqual(0)
})

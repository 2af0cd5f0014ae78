/** Which rows of a long table are on screen, and which pages of them have to be read. */

export const ROW_PX = 36
export const PAGE_ROWS = 50

export interface GridWindow {
  /** Rows [first, end) are drawn: those in sight and a few around them. */
  readonly first: number
  readonly end: number
  /** Pages that hold them. */
  readonly pages: readonly number[]
}

/** @param scrolledPx distance from the top of the first row; any number is answered with rows that exist */
export function gridWindow(scrolledPx: number, heightPx: number, rows: number, around = 8): GridWindow {
  const top = Math.max(0, Math.min(Math.floor(scrolledPx / ROW_PX), rows - 1))
  const first = Math.max(0, top - around)
  const end = Math.min(rows, top + Math.ceil(heightPx / ROW_PX) + around)
  const pages: number[] = []
  for (let page = Math.floor(first / PAGE_ROWS); page * PAGE_ROWS < end; page++) pages.push(page)
  return { first, end, pages }
}

/** The row a link names, or null when it names none of this dataset. */
export function rowInView(text: string | undefined, rows: number): number | null {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null
  const row = Number(text)
  return row < rows ? row : null
}

/** How many of the scores, rounded to whole points, are 0, 1, … 7; others are set aside. */
export function scoreCounts(scores: readonly number[]): { readonly counts: readonly number[]; readonly others: number } {
  const counts = Array.from({ length: 8 }, () => 0)
  let others = 0
  for (const score of scores) {
    const point = Math.round(score)
    if (point >= 0 && point <= 7) counts[point] = (counts[point] ?? 0) + 1
    else others++
  }
  return { counts, others }
}

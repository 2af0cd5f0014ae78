/** Which rows of a long table are on screen, and which pages of them have to be read. */

export const ROW_PX = 36
export const PAGE_ROWS = 50
/** Height of the column heads, with their histograms. */
export const HEAD_PX = 84

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

type Chosen = { readonly rows: Uint32Array } | null

/** Row of the file at a place of the grid; a null selection is all rows in file order. */
export function rowAt(selection: Chosen, place: number): number {
  return selection ? (selection.rows[place] ?? 0) : place
}

/** Where the row stands in the grid; null when the selection leaves it out. */
export function placeOf(selection: Chosen, row: number): number | null {
  if (!selection) return row
  const place = selection.rows.indexOf(row)
  return place < 0 ? null : place
}

/**
 * The row `steps` further in the grid, kept inside it.
 * Edges: from a row that the selection leaves out, the first of the selection that follows it in the file (or precedes
 * it, for steps back); null when there is none to go to.
 */
export function neighbour(selection: Chosen, rows: number, row: number, steps: number): number | null {
  const total = selection?.rows.length ?? rows
  if (total === 0) return null
  const place = placeOf(selection, row)
  if (place !== null) {
    const next = Math.max(0, Math.min(total - 1, place + steps))
    return next === place ? null : rowAt(selection, next)
  }
  const others = [...selection!.rows].sort((a, b) => a - b)
  return (steps > 0 ? others.find((r) => r > row) : others.findLast((r) => r < row)) ?? null
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

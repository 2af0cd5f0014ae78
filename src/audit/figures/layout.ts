/** A figure laid out at a width. */
import { drawForest } from './forest'
import { drawBars } from './bars'
import { drawHeat } from './heat'
import { drawXy } from './xy'
import type { Figure } from './figure'
import type { Scene } from './scene'

/** @param width pixels; at least 280 */
export function sceneOf(figure: Figure, width: number): Scene {
  const wide = Math.max(280, width)
  switch (figure.kind) {
    case 'forest': return drawForest(figure, wide)
    case 'xy': return drawXy(figure, wide)
    case 'bars': return drawBars(figure, wide)
    case 'heat': return drawHeat(figure, wide)
  }
}

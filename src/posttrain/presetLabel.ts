import { PRESETS } from './presets'
import { RECIPES } from './recipe'

/** What a stored run's preset or recipe is called; its id where this version has none of that name. */
export function presetLabel(id: string): string {
  const named = Object.hasOwn(PRESETS, id) ? PRESETS[id] : Object.hasOwn(RECIPES, id) ? RECIPES[id] : undefined
  return named?.label ?? id
}

/** What a researcher may set in an analysis: declared once, drawn by the page, read by the analysis, kept in the URL. */
export interface NumberSetting { readonly kind: 'number'; readonly id: string; readonly label: string; readonly min: number; readonly max: number; readonly step: number; readonly start: number; readonly meaning?: string }
export interface ChoiceSetting { readonly kind: 'choice'; readonly id: string; readonly label: string; readonly options: readonly { readonly value: string; readonly label: string }[]; readonly meaning?: string }
/** One of the table's own names. `all` adds a first choice of none. */
export interface NameSetting { readonly kind: 'name'; readonly id: string; readonly label: string; readonly of: 'judges' | 'humans' | 'rubrics' | 'solvers' | 'domains' | 'conditions'; readonly all?: string; readonly place?: number }
/** Some of the table's names. */
export interface NamesSetting { readonly kind: 'names'; readonly id: string; readonly label: string; readonly of: 'judges' | 'domains'; readonly meaning?: string }
export interface TextSetting { readonly kind: 'text'; readonly id: string; readonly label: string; readonly placeholder: string; readonly meaning?: string }
export type Setting = NumberSetting | ChoiceSetting | NameSetting | NamesSetting | TextSetting

/** What the URL says, by the setting's id; anything may be missing or wrong. */
export type Chosen = Readonly<Record<string, string | undefined>>

/** The number, or its start when there is none or it lies outside. */
export function numberOf({ id, min, max, start }: NumberSetting, chosen: Chosen): number {
  const text = chosen[id]
  const value = text === undefined || text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) && value >= min && value <= max ? value : start
}

export function choiceOf({ id, options }: ChoiceSetting, chosen: Chosen): string {
  return options.find((o) => o.value === chosen[id])?.value ?? options[0]!.value
}

/** A name the table has: the chosen one, else the one at `place`, else the last; null for "all" or an empty table. */
export function nameOf({ id, all, place = 0 }: NameSetting, chosen: Chosen, names: readonly string[]): string | null {
  const name = chosen[id]
  if (name !== undefined && names.includes(name)) return name
  return all !== undefined ? null : (names[Math.min(place, names.length - 1)] ?? null)
}

/** Names joined by a comma; a comma or a percent sign inside a name is escaped. */
export function joinNames(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.map((n) => n.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',')
}

export function splitNames(text: string | undefined): string[] {
  return text ? text.split(',').map((n) => n.replaceAll('%2C', ',').replaceAll('%25', '%')) : []
}

/** How numbers of an audit are written: a real minus sign, a plus for leniency, a dash for what is not there. */

export function signed(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '—'
  const rounded = value.toFixed(digits)
  if (Number(rounded) === 0) return (0).toFixed(digits)
  return value > 0 ? `+${rounded}` : `−${rounded.slice(1)}`
}

export function plain(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '—'
  return value.toFixed(digits).replace('-', '−')
}

export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? '—' : `${(100 * value).toFixed(digits)} %`
}

export function interval(of: { readonly low: number; readonly high: number } | null, digits = 3): string {
  return of === null ? '—' : `[${signed(of.low, digits)}, ${signed(of.high, digits)}]`
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** "1 proof", "2 proofs". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** A byte count for people, in powers of 1000 as disks and browsers count: "0 B", "312 KB", "4.1 GB". */
export function bytes(count: number): string {
  if (!Number.isFinite(count) || count < 0) return '—'
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), UNITS.length - 1)
  const value = count / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

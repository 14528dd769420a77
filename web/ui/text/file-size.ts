const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Formats a size in bytes: `840 B`, `12.4 kB`, `3.1 MB`, `2.0 TB`. */
export function fileSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const size = power === 0 ? String(bytes) : (bytes / 1000 ** power).toFixed(1)
  return `${size} ${units[power]}`
}

import fs from 'node:fs'

/**
 * Returns the processes whose command line or environment names a path, or null where that cannot be seen. Only for paths
 * that no other process can know: a private HOME.
 */
export function processesOf(file: string): number[] | null {
  if (process.platform !== 'linux') return null
  return fs
    .readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && names(pid, file))
}

function names(pid: number, target: string): boolean {
  return ['cmdline', 'environ'].some((file) => {
    try {
      return fs.readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(target)
    } catch {
      // It has ended, or belongs to another user.
      return false
    }
  })
}

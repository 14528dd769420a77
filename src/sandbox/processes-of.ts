import fs from 'node:fs'

/**
 * The processes whose command line or environment names a place, or null where that cannot be seen. Only for places that
 * nothing but the processes in question can know: their private HOME.
 */
export function processesOf(place: string): number[] | null {
  if (process.platform !== 'linux') return null
  return fs
    .readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && names(pid, place))
}

function names(pid: number, place: string): boolean {
  return ['cmdline', 'environ'].some((file) => {
    try {
      return fs.readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(place)
    } catch {
      // It has ended, or is somebody else's.
      return false
    }
  })
}

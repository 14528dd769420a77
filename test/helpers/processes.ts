import fs from 'node:fs'

/** The pids of all processes whose command line or environment names `mark`. */
export function processesNaming(mark: string): number[] {
  const found: number[] = []
  for (const entry of fs.readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    try {
      const words =
        fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') + fs.readFileSync(`/proc/${pid}/environ`, 'utf8')
      if (words.includes(mark)) found.push(pid)
    } catch (error) {
      // The process ended between the listing and the reading.
      if (!(error instanceof Error)) throw error
    }
  }
  return found
}

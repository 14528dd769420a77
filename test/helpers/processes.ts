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

/** The pids of the children of a process whose command lines name `mark`. */
export function childrenNaming(parent: number, mark: string): number[] {
  const children = fs.readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ')
  const named = new Set(processesNaming(mark))
  return children.map(Number).filter((pid) => named.has(pid))
}

/** A process and everything that it has started, itself first. */
export function treeOf(pid: number): number[] {
  const found = [pid]
  for (const parent of found) {
    try {
      const children = fs.readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim()
      if (children !== '') found.push(...children.split(' ').map(Number))
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof Error)) throw error
    }
  }
  return found
}

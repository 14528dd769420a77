import fs from 'node:fs'

/** Returns the pids of a process and of all its descendants, parents first. */
export function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const parent = parentIn(read(`/proc/${entry}/stat`))
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const all = (of: number): number[] => [of, ...(children.get(of) ?? []).flatMap(all)]
  return all(pid)
}

/** Returns the proportional set size of a process and all its descendants, in MB. */
export function treePss(pid: number): number {
  return treeOf(pid).reduce((sum, of) => sum + pssIn(read(`/proc/${of}/smaps_rollup`)), 0)
}

/** A process tree whose memory is looked at again and again. */
export interface PeakWatch {
  /** Ends the watch; returns the largest PSS that was seen, in MB. */
  stop(): number
}

const LOOK_MS = 20

/** Watches the PSS of a process and all its descendants from now on. */
export function watchPeak(pid: number): PeakWatch {
  let most = treePss(pid)
  const watch = setInterval(() => (most = Math.max(most, treePss(pid))), LOOK_MS)
  return {
    stop() {
      clearInterval(watch)
      return most
    },
  }
}

/** Returns the parent's pid in the text of `/proc/<pid>/stat`, whose second field is a name that may hold anything. */
export function parentIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** Returns the PSS in the text of `/proc/<pid>/smaps_rollup`, in MB; 0 when the process is gone or has no memory. */
export function pssIn(rollup: string): number {
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024
}

/** Processes come and go while they are looked at. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error) return ''
    throw error
  }
}

/** Returns the most memory in MB that a process has had since its start (`VmHWM` of proc(5)). */
export function peakMemory(pid: number): number {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
}

import fs from 'node:fs'

/** Proportional set size of a process and all its descendants, in MB. */
export function treePss(pid: number): number {
  const children = new Map<number, number[]>()
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = read(`/proc/${entry}/stat`)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)])
  }
  const sum = (of: number): number => {
    const kb = Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${of}/smaps_rollup`))?.[1] ?? 0)
    return kb / 1024 + (children.get(of) ?? []).reduce((total, child) => total + sum(child), 0)
  }
  return sum(pid)
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

import fs from 'node:fs'
import path from 'node:path'

/**
 * A note on disk about each started process, written before it may run: if its server is killed and the process survives,
 * the next start finds it by this note. The pid may belong to another process by then, so the note also holds the process's
 * start time and the machine's boot id.
 */
interface RunFile {
  readonly pid: number
  readonly startTime: string
  readonly bootId: string
  readonly label: string
}

export function writeRunFile(runDir: string, id: string, pid: number, label: string): string {
  const file = path.join(runDir, `${id}.json`)
  const note: RunFile = { pid, startTime: startTime(pid) ?? '', bootId: bootId(), label }
  fs.writeFileSync(file, JSON.stringify(note), { mode: 0o600 })
  return file
}

/** Kills processes that a dead server left running, and returns them. */
export function sweep(runDir: string): Promise<{ pid: number; label: string }[]> {
  const swept: { pid: number; label: string }[] = []
  if (!fs.existsSync(runDir)) return Promise.resolve(swept)
  for (const name of fs.readdirSync(runDir)) {
    if (!name.endsWith('.json')) continue
    const file = path.join(runDir, name)
    const note = readNote(file)
    if (
      note !== null &&
      note.bootId === bootId() &&
      note.startTime !== '' &&
      startTime(note.pid) === note.startTime
    ) {
      process.kill(note.pid, 'SIGKILL')
      swept.push({ pid: note.pid, label: note.label })
    }
    fs.rmSync(file, { force: true })
  }
  return Promise.resolve(swept)
}

function readNote(file: string): RunFile | null {
  try {
    const note: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    if (typeof note !== 'object' || note === null) return null
    if (!('pid' in note && 'startTime' in note && 'bootId' in note && 'label' in note)) return null
    return {
      pid: Number(note.pid),
      startTime: String(note.startTime),
      bootId: String(note.bootId),
      label: String(note.label),
    }
  } catch (error) {
    // A note cut off by a crash was never followed by a "go": its process did not run.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot (proc(5)); null when there is no such process. */
function startTime(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return null
    throw error
  }
}

function bootId(): string {
  const file = '/proc/sys/kernel/random/boot_id'
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : ''
}

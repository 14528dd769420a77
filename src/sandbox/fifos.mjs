// Named pipes for the output of started programs. Node gives its children sockets, and a socket cannot be opened by a path:
// `echo oops > /dev/stderr` would fail in every check and agent. They are made ahead, many at a time, because making them
// runs a system program. Input is not a fifo: opening one blocks for ever once its writer has closed it.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** The number of fifos made at once; each start uses two. */
const BATCH = 24
/** With fewer left than this, more are made ahead. */
const LOW = 12

/**
 * Returns a source of fifos in `dir`, which is private. `take` returns the paths of `count` unused ones.
 *
 * @param {string} dir
 */
export function openFifos(dir) {
  /** @type {string[]} */
  const ready = []
  let made = 0
  /** @type {Promise<void> | null} */
  let making = null

  const refill = () => {
    making ??= make().finally(() => {
      making = null
    })
    return making
  }
  const make = async () => {
    const places = Array.from({ length: BATCH }, (_, n) => path.join(dir, `${process.pid}-${made + n}`))
    made += BATCH
    await run('mkfifo', ['-m', '600', ...places])
    ready.push(...places)
  }
  return {
    /** @param {number} count */
    async take(count) {
      while (ready.length < count) await refill()
      const taken = ready.splice(0, count)
      // An error here is ignored: the `take` that needs the fifos fails with it again.
      if (ready.length < LOW) refill().catch(() => {})
      return taken
    },
  }
}

/**
 * Opens fifos for a child to write to. `guards` hold them open for reading until the server has opened its own ends, so
 * that no open blocks.
 *
 * @param {readonly string[]} places
 */
export function openForChild(places) {
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants
  /** @type {number[]} */
  const opened = []
  /** @type {(place: string, flags: number) => number} */
  const open = (place, flags) => {
    const fd = fs.openSync(place, flags)
    opened.push(fd)
    return fd
  }
  try {
    const guards = places.map((place) => open(place, O_RDONLY | O_NONBLOCK))
    const outputs = places.map((place) => open(place, O_WRONLY))
    return { guards, outputs }
  } catch (error) {
    for (const fd of opened) fs.closeSync(fd)
    throw error
  }
}

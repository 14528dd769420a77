/**
 * The viewers of a job: a board that is redrawn in place on a terminal, a line per event elsewhere, and no output where only
 * the result is wanted.
 */
import { clock } from '../lib/clock.ts'
import { startInterval } from '../lib/timers.ts'
import { waitHint } from './screen/wait-hint.ts'
import { drawBoard, type Snapshot } from './screen/board-frame.ts'
import { eventLine, isDetail } from './screen/event-line.ts'
import { openRedraw, type Redraw } from './screen/redraw.ts'
import { plainPaint, type Terminal } from './screen/terminal.ts'
import type { Watcher } from './watch-job.ts'

export interface Viewer extends Watcher {
  close(): void
}

const frameEveryMs = 100

function redrawOn(terminal: Terminal): Redraw {
  // A failed write is reported on the stream, where main handles a reader that has gone.
  const write = (text: string): void => void terminal.write(text).catch(() => undefined)
  return openRedraw(write, terminal, terminal.paint !== plainPaint)
}

/** Shows a remark while `work` is pending and removes it afterwards; only on a terminal that can be redrawn. */
export async function whileSaying<T>(remark: string, terminal: Terminal, work: Promise<T>): Promise<T> {
  if (!terminal.isLive) return work
  const redraw = redrawOn(terminal)
  redraw.frame([terminal.paint('dim', remark)])
  try {
    return await work
  } finally {
    redraw.close()
  }
}

export function openBoardViewer(terminal: Terminal): Viewer {
  const redraw = redrawOn(terminal)
  let snapshot: Snapshot | null = null
  const draw = (): void => {
    if (snapshot !== null)
      redraw.frame(drawBoard(snapshot, { ...terminal.size(), paint: terminal.paint, now: clock.now() }))
  }
  const timer = startInterval(frameEveryMs, draw)
  return {
    event: () => {},
    update(next) {
      snapshot = next
      draw()
    },
    close() {
      timer.stop()
      redraw.close()
    },
  }
}

export function openLines(terminal: Terminal, from: string): Viewer {
  return {
    event(event) {
      if (!isDetail(event)) terminal.print(eventLine(event, from, terminal.paint))
    },
    update: openWaitNote((line) => terminal.print(line)),
    close: () => {},
  }
}

/** Reports only that a plan or an agent needs a person. Written to stderr, so that stdout contains only the result. */
export function openRemarks(terminal: Terminal): Viewer {
  return { ...openNothing(), update: openWaitNote((line) => terminal.note(line)) }
}

/** Prints a hint each time a job begins to wait for a person, once per wait. */
function openWaitNote(print: (line: string) => void): Viewer['update'] {
  let lastSince: string | null = null
  return ({ job }) => {
    const hint = waitHint(job)
    if (hint === null || lastSince === job.wait?.since) return
    lastSince = job.wait?.since ?? null
    for (const line of hint) print(line)
  }
}

export function openNothing(): Viewer {
  return { event: () => {}, update: () => {}, close: () => {} }
}

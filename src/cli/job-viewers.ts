/**
 * The ways in which a job is watched: a board that is redrawn in place on a terminal, a line for each event elsewhere,
 * and nothing at all where only the result is wanted.
 */
import { drawBoard, type Snapshot } from './board-frame.ts'
import { eventLine, isDetail } from './event-line.ts'
import { openRedraw } from './redraw.ts'
import { plainPaint, type Terminal } from './terminal.ts'
import type { Watcher } from './watch-job.ts'

export interface Viewer extends Watcher {
  close(): void
}

const frameEveryMs = 100

export function openBoard(terminal: Terminal): Viewer {
  // A write that fails does so on the stream, where main listens for a reader that has gone.
  const write = (text: string): void => void terminal.write(text).catch(() => undefined)
  const redraw = openRedraw(write, terminal, terminal.paint !== plainPaint)
  let snapshot: Snapshot | null = null
  const draw = (): void => {
    if (snapshot !== null)
      redraw.frame(drawBoard(snapshot, { ...terminal.size(), paint: terminal.paint, now: Date.now() }))
  }
  const timer = setInterval(draw, frameEveryMs)
  return {
    event: () => {},
    update(next) {
      snapshot = next
      draw()
    },
    close() {
      clearInterval(timer)
      redraw.close()
    },
  }
}

export function openLines(terminal: Terminal, from: string): Viewer {
  return {
    event(event) {
      if (!isDetail(event)) terminal.print(eventLine(event, from, terminal.paint))
    },
    update: () => {},
    close: () => {},
  }
}

export function openNothing(): Viewer {
  return { event: () => {}, update: () => {}, close: () => {} }
}

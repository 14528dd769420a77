import { useSyncExternalStore } from 'react'
import { connection } from '../../api/connection.ts'
import { createStore } from '../../api/store.ts'

const second = 1_000
const ticks = createStore(Date.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

/**
 * One clock for the whole page: it ticks once a second while the page is visible. While the server is lost it stops at the
 * time of the last data, like everything that is shown.
 */
const clock = {
  get: (): number => {
    const now = connection.get()
    return now.kind === 'lost' ? Math.min(now.since, ticks.get()) : ticks.get()
  },
  subscribe(listener: () => void): () => void {
    watchers += 1
    if (timer === undefined) {
      timer = setInterval(() => ticks.set(Date.now()), second)
      // It was stopped while the page was hidden.
      ticks.set(Date.now())
    }
    const stops = [ticks.subscribe(listener), connection.subscribe(listener)]
    return () => {
      for (const stop of stops) stop()
      watchers -= 1
      if (watchers > 0) return
      clearInterval(timer)
      timer = undefined
    }
  },
}

/** Returns the current time in ms since the epoch, at most a second old; the time of loss while the server is lost. */
export function useNow(): number {
  return useSyncExternalStore(clock.subscribe, clock.get)
}

/** Formats a duration: `8 s`, `4 min 12 s`, `3 h 05 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / second))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Formats a measured time with ms where they matter: `840 ms`, `2.4 s`, then as `duration`. */
export function measured(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`
  return ms < 60 * second ? `${(ms / second).toFixed(1)} s` : duration(ms)
}

/** Formats a relative time coarsely: `just now`, `4 min ago`, `3 h ago`, `2 d ago`. */
export function ago(from: number, now: number): string {
  const minutes = Math.floor((now - from) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`
}

const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** Formats the full date and time, in the reader's own language and zone. */
export function fullTime(at: string | number): string {
  return dayAndTime.format(new Date(at))
}

export function clockTime(at: string | number): string {
  return timeOnly.format(new Date(at))
}

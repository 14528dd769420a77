import fs from 'node:fs'
import path from 'node:path'
import { clock } from '../lib/clock.ts'
import { startTimer } from '../lib/timers.ts'
import { linkOr, openSockets, showsSockets, type Address, type Socket } from './open-sockets.ts'

/** A network address that a program has contacted. */
export interface Contact {
  readonly protocol: 'tcp' | 'udp'
  /** `host:port`; null when its socket is not connected, so that the address of its packets is not visible. */
  readonly address: string | null
  readonly program: string
}

export interface ContactWatch {
  /** Returns all contacts so far, without those among the watched processes and those of clients that connected to them. */
  contacts(): readonly Contact[]
  /** Returns the number of samples taken while processes ran, and the average interval between them in ms. */
  samples(): { readonly count: number; readonly everyMs: number }
  close(): void
}

/** The minimum interval between two samples, in ms. Contacts that begin and end in between are not seen. */
const LOOK_MS = 50
/** Looking takes at most one part in this many of the server's time. */
const SHARE = 5
/** The name used when a program ended before its name was read. */
const ENDED = 'a program that has ended'
/** The maximum number of contacts kept. */
const CONTACTS = 100

/**
 * Watches the contacts of processes by looking at their sockets repeatedly; `roots` returns the current processes, whose
 * descendants are included. Returns null where this machine does not show sockets.
 */
export function watchContacts(roots: () => readonly number[]): ContactWatch | null {
  if (!showsSockets) return null
  const socketsOf = openSockets()
  const found = new Map<string, Contact>()
  /** Ports on which the watched processes listen. */
  const own = new Set<string>()
  let count = 0
  let watchedMs = 0
  let lastSampled = clock.steady()
  const sample = (): void => {
    const began = clock.steady()
    const running = roots()
    if (running.length > 0) {
      count += 1
      watchedMs += began - lastSampled
    }
    lastSampled = began
    const sockets = socketsOf(running)
    for (const socket of sockets) if (socket.remote === null) own.add(portOf(socket.protocol, socket.local))
    for (const contact of sockets.flatMap((socket) => contactBy(socket, own)))
      if (found.size < CONTACTS) found.set(JSON.stringify(contact), contact)
    timer = startTimer(Math.max(LOOK_MS, (SHARE - 1) * (clock.steady() - began)), sample)
  }
  let timer = startTimer(0, sample)
  return {
    contacts: () => namedOnce([...found.values()]),
    samples: () => ({ count, everyMs: count === 0 ? 0 : Math.round(watchedMs / count) }),
    close: () => timer.stop(),
  }
}

function contactBy({ pid, protocol, local, remote }: Socket, own: ReadonlySet<string>): Contact[] {
  if (remote === null)
    return protocol === 'udp' && !isLoopback(local)
      ? [{ protocol, address: null, program: programOf(pid) }]
      : []
  const isInternal = isLoopback(remote) && own.has(portOf(protocol, remote))
  const isIncoming = protocol === 'tcp' && own.has(portOf(protocol, local))
  // Nothing is sent without a port: the socket only asks the system for a route.
  if (remote.port === 0 || isIncoming || isInternal) return []
  return [{ protocol, address: `${remote.host}:${remote.port}`, program: programOf(pid) }]
}

/** Drops contacts of ended programs whose name is known from another sample: a program may end before its name is read. */
function namedOnce(contacts: readonly Contact[]): Contact[] {
  return contacts.filter(
    (contact) =>
      contact.program !== ENDED ||
      !contacts.some(
        (other) =>
          other.program !== ENDED && other.protocol === contact.protocol && other.address === contact.address,
      ),
  )
}

function portOf(protocol: string, { port }: Address): string {
  return `${protocol}:${port}`
}

function isLoopback({ host }: Address): boolean {
  return host.startsWith('127.') || host === '[::1]'
}

/** Returns the name of a process's file, and of the script that it runs when that is an absolute path in its arguments. */
function programOf(pid: number): string {
  const name = path.basename(linkOr(`/proc/${pid}/exe`)) || ENDED
  const script = argumentsOf(pid).find((arg) => path.isAbsolute(arg))
  return script === undefined ? name : `${name} ${path.basename(script)}`
}

function argumentsOf(pid: number): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1)
  } catch {
    // It has ended.
    return []
  }
}

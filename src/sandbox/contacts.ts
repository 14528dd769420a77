import fs from 'node:fs'
import path from 'node:path'
import { linkOr, openSockets, showsSockets, type Address, type Socket } from './open-sockets.ts'

/** Somebody on the network to whom a program has turned. */
export interface Contact {
  readonly protocol: 'tcp' | 'udp'
  /** `host:port`; null when its socket sends to anybody and does not tell to whom. */
  readonly address: string | null
  readonly program: string
}

export interface ContactWatch {
  /** Everybody so far, but for the watched among themselves and for those who turned to them. */
  contacts(): readonly Contact[]
  /** How often it looked while they ran, and how far apart on the average. */
  looks(): { readonly count: number; readonly everyMs: number }
  close(): void
}

/** Between two looks, if the machine has the time. What begins and ends in between is not seen. */
const LOOK_MS = 50
/** Looking takes at most one part in this many of the server's time. */
const SHARE = 5
/** Stands for a name that came too late. */
const ENDED = 'a program that has ended'
/** Contacts that are kept. */
const CONTACTS = 100

/**
 * Watches whom processes contact, by looking at their sockets again and again; `roots` says each time which processes these
 * are, with all that they have started. Null where this machine does not show it.
 */
export function watchContacts(roots: () => readonly number[]): ContactWatch | null {
  if (!showsSockets) return null
  const socketsOf = openSockets()
  const found = new Map<string, Contact>()
  /** Where the watched listen themselves. */
  const own = new Set<string>()
  let count = 0
  let watchedMs = 0
  let last = performance.now()
  const look = (): void => {
    const began = performance.now()
    const running = roots()
    if (running.length > 0) {
      count += 1
      watchedMs += began - last
    }
    last = began
    const sockets = socketsOf(running)
    for (const socket of sockets) if (socket.remote === null) own.add(doorOf(socket.protocol, socket.local))
    for (const contact of sockets.flatMap((socket) => contactBy(socket, own)))
      if (found.size < CONTACTS) found.set(JSON.stringify(contact), contact)
    timer = setTimeout(look, Math.max(LOOK_MS, (SHARE - 1) * (performance.now() - began)))
  }
  let timer = setTimeout(look, 0)
  return {
    contacts: () => namedOnce([...found.values()]),
    looks: () => ({ count, everyMs: count === 0 ? 0 : Math.round(watchedMs / count) }),
    close: () => clearTimeout(timer),
  }
}

function contactBy({ pid, protocol, local, remote }: Socket, own: ReadonlySet<string>): Contact[] {
  if (remote === null)
    return protocol === 'udp' && !isLoopback(local)
      ? [{ protocol, address: null, program: programOf(pid) }]
      : []
  const amongThemselves = isLoopback(remote) && own.has(doorOf(protocol, remote))
  const isSpokenTo = protocol === 'tcp' && own.has(doorOf(protocol, local))
  // Without a port nothing is sent: the machine is only asked which way it would take.
  if (remote.port === 0 || isSpokenTo || amongThemselves) return []
  return [{ protocol, address: `${remote.host}:${remote.port}`, program: programOf(pid) }]
}

/** A program may end between the look at its socket and that at its name: where another look knew it, once is enough. */
function namedOnce(contacts: readonly Contact[]): Contact[] {
  return contacts.filter(
    (one) =>
      one.program !== ENDED ||
      !contacts.some(
        (other) =>
          other.program !== ENDED && other.protocol === one.protocol && other.address === one.address,
      ),
  )
}

function doorOf(protocol: string, { port }: Address): string {
  return `${protocol}:${port}`
}

function isLoopback({ host }: Address): boolean {
  return host.startsWith('127.') || host === '[::1]'
}

/** The name of its file, and of the script that it runs where it is told one by its whole path. */
function programOf(pid: number): string {
  const name = path.basename(linkOr(`/proc/${pid}/exe`)) || ENDED
  const script = argumentsOf(pid).find((word) => path.isAbsolute(word))
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

import { outsideProgram } from './outside-program.ts'

/**
 * The first uid, and the number of uids, for processes inside the walls when the server runs as root. systemd leaves 60578
 * to 61183 unused and advises distributions to do the same (its UIDS-GIDS document).
 */
const FIRST_UID = 60_578
const UIDS = 600

/** The uid of the processes of one HOME. */
export interface Identity {
  readonly uid: number
  /** Whether its files must still be given to this uid. */
  readonly isNew: boolean
}

/** Lends uids to the processes of a HOME: all processes of one HOME share a uid, and no other HOME has it meanwhile. */
export interface Identities {
  /** Throws when every uid is lent. Each call must be matched by one `release`. */
  acquire(home: string): Identity
  release(home: string): void
}

/** The uid used when walls are tried. */
export const trialUid = FIRST_UID + UIDS - 1

/** Whether this process is root. No agent and no check may run as root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

export function openIdentities(): Identities {
  const lent = new Map<string, { readonly uid: number; users: number }>()
  const free = Array.from({ length: UIDS - 1 }, (_, n) => FIRST_UID + n)
  return {
    acquire(home) {
      const entry = lent.get(home)
      if (entry !== undefined) {
        entry.users += 1
        return { uid: entry.uid, isNew: false }
      }
      const uid = free.shift()
      if (uid === undefined) throw new Error(`more than ${UIDS - 1} agents and checks run at once`)
      lent.set(home, { uid, users: 1 })
      return { uid, isNew: true }
    },
    release(home) {
      const entry = lent.get(home)
      if (entry === undefined) return
      entry.users -= 1
      if (entry.users > 0) return
      lent.delete(home)
      // To the end of the queue, so that a uid stays unused as long as possible before it is lent again.
      free.push(entry.uid)
    },
  }
}

/**
 * Returns the command that switches to this uid, permanently and without any capability, and runs the command after it.
 * Null when setpriv is not installed.
 */
export function becomeUid(uid: number, dirs?: readonly string[]): string[] | null {
  const setpriv = outsideProgram('setpriv', dirs)
  if (setpriv === null) return null
  return [
    setpriv,
    '--pdeathsig',
    'KILL',
    '--reuid',
    `${uid}`,
    '--regid',
    `${uid}`,
    '--clear-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
  ]
}

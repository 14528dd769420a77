import { outsideProgram } from './outside-program.ts'

/**
 * The first uid, and how many, that processes inside the walls may have when the server runs as root. systemd leaves
 * 60578 to 61183 unused and advises distributions to do the same (its UIDS-GIDS document).
 */
const FIRST_UID = 60_578
const UIDS = 600

/** What one HOME's processes run as. */
export interface Identity {
  readonly uid: number
  /** Its files have still to be given to this uid. */
  readonly isNew: boolean
}

/** Lends uids to the processes of a HOME: all of one HOME share theirs, and no other HOME has it meanwhile. */
export interface Identities {
  /** Throws when every uid is lent. Each call is given back by one `release`. */
  take(home: string): Identity
  release(home: string): void
}

/** A uid that stands for all others when walls are tried. */
export const trialUid = FIRST_UID + UIDS - 1

/** Whether this process is root, whom no agent and no check may run as. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

export function openIdentities(): Identities {
  const lent = new Map<string, { readonly uid: number; users: number }>()
  const free = Array.from({ length: UIDS - 1 }, (_, n) => FIRST_UID + n)
  return {
    take(home) {
      const known = lent.get(home)
      if (known !== undefined) {
        known.users += 1
        return { uid: known.uid, isNew: false }
      }
      const uid = free.shift()
      if (uid === undefined) throw new Error(`more than ${UIDS - 1} agents and checks run at once`)
      lent.set(home, { uid, users: 1 })
      return { uid, isNew: true }
    },
    release(home) {
      const known = lent.get(home)
      if (known === undefined) return
      known.users -= 1
      if (known.users > 0) return
      lent.delete(home)
      // To the end of the queue: a uid rests as long as possible before somebody else has it.
      free.push(known.uid)
    },
  }
}

/** The command that becomes this uid, for good and without any capability, and then the program after it. */
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

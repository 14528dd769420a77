import type { Decision } from './decision.ts'
import type { Snapshot, Work } from './model.ts'

/** The wait of a job whose work found the disk full. */
export const roomOnDisk = 'room on the disk of the server'
/** The wait of a job whose server lost its own program, because another version was installed in its place. */
export const restartOfServer = 'a restart of the server: Slipway was upgraded'

type Aside = Pick<Extract<Decision, { do: 'wait-retry' }>, 'for' | 'on' | 'until'>

/**
 * Removes work that ended because of the state of the server (a full disk, a missing program) from a snapshot, so that it
 * does not count as a try. `wait` is the resulting wait until its time has come; otherwise null.
 */
export function setAside(
  snapshot: Snapshot,
  now: number,
): { readonly snapshot: Snapshot; readonly wait: Extract<Decision, { do: 'wait-retry' }> | null } {
  const last = snapshot.work.findLast((work) => waitFor(work) !== null)
  const aside = last === undefined ? null : waitFor(last)
  if (last === undefined || aside === null) return { snapshot, wait: null }
  return {
    snapshot: { ...snapshot, work: snapshot.work.filter((work) => waitFor(work) === null) },
    wait: aside.until > now ? { do: 'wait-retry', taskId: last.taskId, ...aside } : null,
  }
}

function waitFor({ outcome }: Work): Aside | null {
  if (outcome?.kind !== 'error') return null
  const { noRoomUntil, upgradedUntil } = outcome
  if (noRoomUntil !== undefined) return { for: 'disk', on: roomOnDisk, until: Date.parse(noRoomUntil) }
  if (upgradedUntil !== undefined)
    return { for: 'upgrade', on: restartOfServer, until: Date.parse(upgradedUntil) }
  return null
}

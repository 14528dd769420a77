import type { Decision } from './decision.ts'
import type { Snapshot, Work } from './model.ts'

/** What a job waits for whose work found the disk full. */
export const roomOnDisk = 'room on the disk of the server'
/** What a job waits for whose server has lost its own program, because another version was put in its place. */
export const restartOfServer = 'a restart of the server: Slipway was upgraded'

type Aside = Pick<Extract<Decision, { do: 'wait-retry' }>, 'for' | 'on' | 'until'>

/**
 * Takes work that the state of the server ended (a full disk, a program that is gone) out of a snapshot: it counts as no try
 * of anything. `wait` is what it leads to while its time has not come.
 */
export function setAside(
  whole: Snapshot,
  now: number,
): { readonly snapshot: Snapshot; readonly wait: Extract<Decision, { do: 'wait-retry' }> | null } {
  const last = whole.work.findLast((work) => asideOf(work) !== null)
  const aside = last === undefined ? null : asideOf(last)
  if (last === undefined || aside === null) return { snapshot: whole, wait: null }
  return {
    snapshot: { ...whole, work: whole.work.filter((work) => asideOf(work) === null) },
    wait: aside.until > now ? { do: 'wait-retry', taskId: last.taskId, ...aside } : null,
  }
}

function asideOf({ outcome }: Work): Aside | null {
  if (outcome?.kind !== 'error') return null
  const { noRoomUntil, upgradedUntil } = outcome
  if (noRoomUntil !== undefined) return { for: 'disk', on: roomOnDisk, until: Date.parse(noRoomUntil) }
  if (upgradedUntil !== undefined)
    return { for: 'upgrade', on: restartOfServer, until: Date.parse(upgradedUntil) }
  return null
}

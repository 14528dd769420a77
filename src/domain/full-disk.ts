import type { Decision } from './decision.ts'
import type { Snapshot, Work } from './model.ts'

/** What a job waits for whose work found the disk full. */
export const roomOnDisk = 'room on the disk of the server'

/**
 * Takes work that a full disk ended out of a snapshot: it counts as no try of anything. `full` is the wait that it leads to
 * while its time has not come.
 */
export function setFullDiskAside(
  whole: Snapshot,
  now: number,
): { readonly snapshot: Snapshot; readonly full: Extract<Decision, { do: 'wait-retry' }> | null } {
  const last = whole.work.findLast((work) => untilOf(work) !== null)
  if (last === undefined) return { snapshot: whole, full: null }
  const until = Date.parse(untilOf(last) ?? '')
  return {
    snapshot: { ...whole, work: whole.work.filter((work) => untilOf(work) === null) },
    full: until > now ? { do: 'wait-retry', for: 'disk', taskId: last.taskId, until, on: roomOnDisk } : null,
  }
}

function untilOf({ outcome }: Work): string | null {
  return outcome?.kind === 'error' ? (outcome.noRoomUntil ?? null) : null
}

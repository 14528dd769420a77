import type { Log } from '../lib/log.ts'

/** Opens an additional slot and returns a function that closes it when the work in it has ended. */
type OpenSlot = () => Promise<() => void>

/** The slots of this process's worker. Work that waits for a person is idle, so it lends its slot to other work. */
export interface Slots {
  /** Called by the worker to set how a slot is opened. */
  attach(open: OpenSlot): void
  /**
   * Lends a slot to other work until the returned function is called; its caller goes on at once, even when all slots are
   * full.
   */
  lend(): () => void
  /** Returns the number of slots lent now. */
  lent(): number
}

export function openSlots(log: Log): Slots {
  let openSlot: OpenSlot = async () => () => undefined
  const lent = new Set<Promise<void>>()
  return {
    attach(open) {
      openSlot = open
    },
    lend() {
      let takeBack = (): void => undefined
      const back = new Promise<void>((resolve) => {
        takeBack = resolve
      })
      lent.add(back)
      const use = async (): Promise<void> => {
        const close = await openSlot()
        await back
        close()
      }
      use().catch((error: unknown) => log.error({ err: error }, 'a slot could not be given to others'))
      return () => {
        lent.delete(back)
        takeBack()
      }
    },
    lent: () => lent.size,
  }
}

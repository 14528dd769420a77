import type { Log } from '../lib/log.ts'

/** Opens one slot more; the function that it gives closes it when the work in it has ended. */
type OpenSlot = () => Promise<() => void>

/** The slots of this process's worker. Work that waits for a person does nothing, so it gives its slot to other work. */
export interface Slots {
  /** Called by the worker: how a slot is opened. */
  attach(open: OpenSlot): void
  /** Gives a slot to others until the function returned is called. Whoever calls it goes on at once, full slots or not. */
  lend(): () => void
  /** How many are given away now. */
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

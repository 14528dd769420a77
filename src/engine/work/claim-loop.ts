import type { Log } from '../../lib/log.ts'

/** Claims work while it has capacity, and runs it concurrently. */
export interface ClaimLoop {
  /** Polls for work now; calls during a poll cause one more. */
  poll(): void
  /** Stops claiming; running work continues. */
  close(): void
  open(): void
}

/**
 * Returns a closed loop. `claim` returns a function that runs what was claimed, or null when nothing is due. `room` is the
 * maximum that may run at the same time. Errors are logged: the next poll tries again.
 */
export function openClaimLoop(options: {
  readonly name: string
  readonly log: Log
  room(): number
  claim(): Promise<(() => Promise<void>) | null>
}): ClaimLoop {
  const { name, log, room, claim } = options
  let running = 0
  let isOpen = false
  let isLooking = false
  let isPollPending = false

  const start = (run: () => Promise<void>): void => {
    running += 1
    run().then(
      () => {
        running -= 1
        poll()
      },
      (error: unknown) => {
        // What fails is not claimed again at once: the next poll on a timer claims it.
        running -= 1
        log.error({ err: error, queue: name }, 'claimed work')
      },
    )
  }
  const claimAll = async (): Promise<void> => {
    do {
      isPollPending = false
      for (;;) {
        if (!isOpen || running >= room()) break
        const run = await claim()
        // Work that was claimed while the loop was being closed is claimed again when its lease has expired.
        if (run === null || !isOpen) break
        start(run)
      }
    } while (isPollPending)
  }
  const poll = (): void => {
    isPollPending = true
    if (isLooking || !isOpen) return
    isLooking = true
    claimAll()
      .catch((error: unknown) => log.warn({ err: error, queue: name }, 'cannot claim work'))
      .finally(() => {
        isLooking = false
      })
  }
  return {
    poll,
    open() {
      isOpen = true
      poll()
    },
    close() {
      isOpen = false
    },
  }
}

/** The maximum numbers of tries. */
export const tries = {
  /** Attempts of one task that may fail (crash, failed check, failed review, conflict): the first and three repairs. */
  perTask: 4,
  /** Attempts of one task that may be interrupted, for example by the end of a worker, before the task fails. */
  interruptions: 25,
  /** Review sessions that may end without a verdict. */
  reviews: 3,
  /** Repair tasks after a failed proof of the whole job. */
  repairs: 3,
  /** Merges and check runs that may be interrupted or end in an error. */
  services: 25,
  /** Deliveries that may end in an error. */
  deliveries: 3,
} as const

/** Returns the delay in ms before try number `failures + 1`: doubling from `base`, at most a minute. */
export function backoffMs(failures: number, base: number): number {
  return failures <= 0 ? 0 : Math.min(base * 2 ** (failures - 1), 60_000)
}

/** The slots of this process's worker. Work that waits for a person is idle, so it lends its slot to other work. */
export interface Slots {
  /** Called by the worker to set what claims work for a slot that became free. */
  onLent(claim: () => void): void
  /**
   * Lends a slot to other work until the returned function is called; then its caller continues at once, even when all
   * slots are in use.
   */
  lend(): () => void
  /** Returns the number of slots lent now. */
  lent(): number
}

export function openSlots(): Slots {
  let claim = (): void => undefined
  const lent = new Set<object>()
  return {
    onLent(listener) {
      claim = listener
    },
    lend() {
      const loan = {}
      lent.add(loan)
      claim()
      return () => void lent.delete(loan)
    },
    lent: () => lent.size,
  }
}

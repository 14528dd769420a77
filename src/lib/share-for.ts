/** One answer for all who ask within a short time. */
export interface Shared<T> {
  get(): Promise<T>
  /** The next one asks anew: what the answer rests on has changed. */
  forget(): void
}

/** Shares each answer of `ask` for `ms`. An answer that failed is shared by those who wait for it, and by nobody later. */
export function shareFor<T>(ms: number, ask: () => Promise<T>): Shared<T> {
  let current: { readonly answer: Promise<T>; readonly until: number } | null = null
  const forget = (): void => {
    current = null
  }
  return {
    forget,
    get() {
      if (current !== null && performance.now() < current.until) return current.answer
      const answer = ask()
      answer.catch(forget)
      current = { answer, until: performance.now() + ms }
      return answer
    },
  }
}

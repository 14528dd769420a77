import { clock } from './clock.ts'

/** A result shared by all callers within a short time. */
export interface Shared<T> {
  get(): Promise<T>
  /** Drops the shared result, because its inputs have changed. */
  forget(): void
}

/** Shares each result of `ask` for `ms` milliseconds. A rejection is only shared by callers that are already waiting. */
export function shareFor<T>(ms: number, ask: () => Promise<T>): Shared<T> {
  let current: { readonly answer: Promise<T>; readonly until: number } | null = null
  const forget = (): void => {
    current = null
  }
  return {
    forget,
    get() {
      if (current !== null && clock.steady() < current.until) return current.answer
      const answer = ask()
      answer.catch(forget)
      current = { answer, until: clock.steady() + ms }
      return answer
    },
  }
}

import { isHelperGone } from '../lib/helper.ts'

/** Each waits a little longer until a helper is there: together the better part of a minute. */
const TRIES = 15

/** Does again what may be done twice and must not be left, when the helper that did it has ended. */
export async function insistOnHelper<T>(act: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await act()
    } catch (error) {
      if (tried >= TRIES || !isHelperGone(error)) throw error
    }
  }
}

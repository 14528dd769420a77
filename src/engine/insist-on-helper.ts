import { isHelperEnded } from '../lib/helper.ts'

/** The maximum number of tries; each waits a little longer for a helper, together most of a minute. */
const TRIES = 15

/** Retries `run` when the helper that ran it has ended. For operations that may run twice and must not be skipped. */
export async function retryWithHelper<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= TRIES || !isHelperEnded(error)) throw error
    }
  }
}

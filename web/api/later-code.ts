/** Code that is loaded on demand. */
export interface LaterCode<T> {
  /** Returns the code if it is loaded. */
  known(): T | undefined
  /**
   * Loads the code, once for all callers. A failure rejects the current callers and is then forgotten, so that the next call
   * tries again.
   */
  load(): Promise<T>
}

export function laterCode<T>(load: () => Promise<T>, refetch = fetchAfresh): LaterCode<T> {
  let known: T | undefined
  let pending: Promise<T> | undefined
  const loadTwice = async (): Promise<T> => {
    try {
      return await load()
    } catch (error) {
      await refetch(error)
      return load()
    }
  }
  return {
    known: () => known,
    load() {
      pending ??= loadTwice().then(
        (code) => (known = code),
        (error: unknown) => {
          pending = undefined
          throw error
        },
      )
      return pending
    },
  }
}

/** Replaces the cached copy of the script whose import failed: browsers include its URL in the error message. */
async function fetchAfresh(error: unknown): Promise<void> {
  const address = /https?:\/\/\S+/.exec(error instanceof Error ? error.message : '')?.[0]
  if (address === undefined || new URL(address).origin !== window.location.origin) return
  await fetch(address, { cache: 'reload' })
}

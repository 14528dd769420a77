/** Code that is fetched when it is needed. */
export interface LaterCode<T> {
  /** The code, once it is there. */
  known(): T | undefined
  /** Fetches it, once for all who ask. A failure is told to those who asked and then forgotten: the next asks again. */
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

/** Replaces what the browser may have kept of the script that an import failed on: browsers name it in their message. */
async function fetchAfresh(error: unknown): Promise<void> {
  const address = /https?:\/\/\S+/.exec(error instanceof Error ? error.message : '')?.[0]
  if (address === undefined || new URL(address).origin !== window.location.origin) return
  await fetch(address, { cache: 'reload' })
}

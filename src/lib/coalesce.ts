/**
 * Returns a function that collects calls while an earlier batch is being handled and passes them on together, at most
 * `limit` at a time (the pattern behind group commit). A batch that fails rejects every call in it with the same error.
 */
export function coalesce<In, Out>(
  handle: (batch: readonly In[]) => Promise<readonly Out[]>,
  limit: number,
): (item: In) => Promise<Out> {
  interface Pending {
    item: In
    resolve: (out: Out) => void
    reject: (error: unknown) => void
  }
  let waiting: Pending[] = []
  let running = false

  const settle = async (batch: readonly Pending[]): Promise<void> => {
    try {
      const results = await handle(batch.map((pending) => pending.item))
      for (const [index, pending] of batch.entries()) {
        const result = results[index]
        if (result === undefined) pending.reject(new Error('the batch gave no result for this call'))
        else pending.resolve(result)
      }
    } catch (error) {
      for (const pending of batch) pending.reject(error)
    }
  }

  const run = async (): Promise<void> => {
    running = true
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, limit)
      waiting = waiting.slice(limit)
      await settle(batch)
    }
    running = false
  }

  return (item) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void run()
    })
}

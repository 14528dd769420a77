import type { Database } from '../store/database/database.ts'

/**
 * The channel on which an answer reaches the worker that holds the session. The payload is the id of the permission or
 * question.
 */
export const answersChannel = 'slipway_answers'

/** Wakes sessions that wait for a person. A notification only wakes: the answer is in the database. */
export interface Answers {
  /** Returns a promise that resolves when this permission or question may have been answered. */
  next(id: string): { readonly sign: Promise<void>; readonly stop: () => void }
  close(): Promise<void>
}

export async function openAnswers(db: Database): Promise<Answers> {
  const waiting = new Map<string, () => void>()
  const close = await db.listen(answersChannel, (id) => {
    // After a lost connection, any notification may have been missed.
    for (const [key, wake] of waiting) if (id === null || id === key) wake()
  })
  return {
    next(id) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.set(id, resolve)
      return { sign: promise, stop: () => waiting.delete(id) }
    },
    close,
  }
}

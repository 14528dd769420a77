import { randomUUID } from 'node:crypto'

/** Chance. The linter refuses every other way to it outside this room: see clock.ts. */

/** Returns a number from 0 up to, but not including, 1. Not for secrets. */
export function chance(): number {
  return Math.random()
}

/** Returns a unique name that cannot be guessed (UUIDv4). Rows get a `newId`, which is ordered by time. */
export function randomId(): string {
  return randomUUID()
}

import { v7 } from 'uuid'

/** Returns a new UUIDv7: time-ordered, so that later rows sort later (RFC 9562). */
export function newId(): string {
  return v7()
}

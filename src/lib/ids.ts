import { v7 } from 'uuid'

/** A new UUIDv7: time-ordered, so that rows made later sort later (RFC 9562). */
export function newId(): string {
  return v7()
}

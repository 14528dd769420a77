/** An error between Slipway and an agent; its message is a sentence. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

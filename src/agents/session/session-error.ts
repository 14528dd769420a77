/** An error between Slipway and an agent; its message is a sentence. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

/** The error of a session whose attempt was stopped. */
export function stopped(): SessionError {
  return new SessionError('The attempt was stopped.')
}

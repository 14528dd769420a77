/** What went wrong between Slipway and an agent, as a sentence. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

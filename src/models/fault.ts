/**
 * A failure of a call for which the provider is to blame. `status` is an HTTP status, also when the error was reported
 * within a stream that began with a success status.
 */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly message: string
      /** Whether the failure passes by itself or a person has to act. */
      readonly cure: 'passing' | 'person'
      /** The time in ms after which the provider accepts calls again; null when it did not say. */
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'cut' | 'malformed' | 'silent' | 'unreachable'; readonly message: string }

/** Returns the status that corresponds to an error in a stream; null when the request was at fault. */
export function statusNamed(name: string): number | null {
  if (/overloaded/i.test(name)) return 529
  if (/rate_?limit|resource_exhausted|quota/i.test(name)) return 429
  if (/authentication|unauthenticated|invalid_api_key/i.test(name)) return 401
  if (/permission/i.test(name)) return 403
  return /api_error|server_error|internal|unavailable|timeout/i.test(name) ? 500 : null
}

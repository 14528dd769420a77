/**
 * A failure of a call for which the provider is to blame. `status` is an HTTP status, also when the error was reported
 * within a stream that began with a success status.
 */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly words: string
      /** Whether the failure passes by itself or a person has to act. */
      readonly cure: 'passing' | 'person'
      /** The time in ms after which the provider accepts calls again; null when it did not say. */
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'cut' | 'malformed' | 'silent' | 'unreachable'; readonly words: string }

/** Returns the status that corresponds to an error in a stream; null when the request was at fault. */
export function statusOfWord(word: string): number | null {
  if (/overloaded/i.test(word)) return 529
  if (/rate_?limit|resource_exhausted|quota/i.test(word)) return 429
  if (/authentication|unauthenticated|invalid_api_key/i.test(word)) return 401
  if (/permission/i.test(word)) return 403
  return /api_error|server_error|internal|unavailable|timeout/i.test(word) ? 500 : null
}

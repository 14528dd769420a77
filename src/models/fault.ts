/**
 * Why a call failed for the provider's fault. `status` is HTTP's, also where a stream told it in its own words after a
 * beginning that looked well.
 */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly words: string
      /** Whether it passes by itself or a person must do something. */
      readonly cure: 'passing' | 'person'
      /** How long the provider asks to be left alone. */
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'cut' | 'malformed' | 'silent' | 'unreachable'; readonly words: string }

/** What the error of a stream means as a status; null when the request was at fault. */
export function statusOfWord(word: string): number | null {
  if (/overloaded/i.test(word)) return 529
  if (/rate_?limit|resource_exhausted|quota/i.test(word)) return 429
  if (/authentication|unauthenticated|invalid_api_key/i.test(word)) return 401
  if (/permission/i.test(word)) return 403
  return /api_error|server_error|internal|unavailable|timeout/i.test(word) ? 500 : null
}

/** What a provider's refusal means, by its status and words. */
export type Refusal =
  /** The request is at fault: the agent is told, and nobody waits. */
  | 'request'
  /** It passes by itself. */
  | 'passing'
  /** A person must do something: the key, the account, the bill. */
  | 'person'

/** `words` are what the provider says. Being out of credit is told in many ways, some with a status that means "slower". */
export function judgeRefusal(status: number, words: string): Refusal {
  if (status < 400) return 'request'
  if (status === 401 || status === 402 || status === 403) return 'person'
  if (/insufficient_quota|credit balance is too low|billing_hard_limit/i.test(words)) return 'person'
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) return 'passing'
  return 'request'
}

/** How long a provider asks to be left alone, in milliseconds; null when it does not say. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** The sentence in the body of a refusal, in the shapes of the wires; the beginning of the body where it has none. */
export function wordsOf(body: string): string {
  const found = /"message"\s*:\s*"((?:[^"\\]|\\.){1,300})/.exec(body)?.[1]
  return (found ?? body).replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}

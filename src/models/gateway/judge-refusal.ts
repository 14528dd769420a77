/** The meaning of a provider's error response, derived from its status and message. */
export type Refusal =
  /** The request is at fault: the error is passed to the agent without a retry. */
  | 'request'
  /** It passes by itself. */
  | 'passing'
  /** A person has to act: the key, the account, the bill. */
  | 'person'

/**
 * Classifies an error response; `words` is the provider's message. Running out of credit is reported in many ways, some with
 * a status that means "slower".
 */
export function judgeRefusal(status: number, message: string): Refusal {
  if (status < 400) return 'request'
  if (status === 401 || status === 402 || status === 403) return 'person'
  if (/insufficient_quota|credit balance is too low|billing_hard_limit/i.test(message)) return 'person'
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) return 'passing'
  return 'request'
}

/** Returns the delay in ms that a provider asks for before the next call; null when it names none. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** Returns the message in the body of an error response, in the shapes of the wires; otherwise the beginning of the body. */
export function messageIn(body: string): string {
  const found = /"message"\s*:\s*"((?:[^"\\]|\\.){1,300})/.exec(body)?.[1]
  return (found ?? body).replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}

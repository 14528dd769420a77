/** What one attempt began from and left; either may be missing, as an attempt can end before it has got that far. */
export interface AttemptCommits {
  readonly base: string | null
  readonly head: string | null
}

/**
 * The two commits between which everything lies that a task changed, from its work attempts in their order. A repair
 * begins where the attempt before it stopped, so the change begins where the first of that chain began; an attempt
 * that began anew (after a conflict) begins a chain of its own. Both are null before there is anything.
 */
export function taskChange(attempts: readonly AttemptCommits[]): AttemptCommits {
  let at = attempts.findLastIndex((attempt) => attempt.head !== null)
  const head = attempts[at]?.head ?? null
  let base = (attempts[at] ?? attempts.at(-1))?.base ?? null
  while (at > 0) {
    at = attempts.findLastIndex((attempt, index) => index < at && attempt.head === base && base !== null)
    base = attempts[at]?.base ?? base
  }
  return { base, head }
}

/** The base commit of an attempt and the commit it left; either is null when the attempt ended before it got that far. */
export interface AttemptCommits {
  readonly base: string | null
  readonly head: string | null
}

/**
 * Returns the two commits that span all changes of a task, from its work attempts in order. A repair begins where the
 * attempt before it stopped, so the change begins where the first of that chain began; an attempt that started over (after a
 * conflict) begins a chain of its own. Both are null before there is any commit.
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

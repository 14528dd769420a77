/**
 * Faults on demand. The offline demo exists to show and to test what Slipway does when work goes wrong, so a vision
 * may ask for a fault with a marker. Markers never reach a generated file. "Core" is the first task of the blueprint.
 *
 * | marker                  | what happens                                                                              |
 * |-------------------------|-------------------------------------------------------------------------------------------|
 * | `[[demo:bug]]`          | the core has a mistake that its check finds; the attempt after a failed check fixes it    |
 * | `[[demo:unfixable]]`    | the same mistake, and no attempt ever fixes it                                            |
 * | `[[demo:stubborn]]`     | the same mistake, fixed only by an attempt whose note from a person says "fix" or "mend"   |
 * | `[[demo:job-bug]]`      | a mistake that only the checks of the whole job find; the repair task fixes it            |
 * | `[[demo:review-fail]]`  | the core carries an open FIXME, the reviewer finds it, the next attempt answers it        |
 * | `[[demo:slow=MS]]`      | every build task first waits MS milliseconds, reporting its progress about five times a second |
 * | `[[demo:hang]]`         | the developer runs `sleep 600`; it and the agent ignore `session/cancel` and SIGTERM      |
 * | `[[demo:conflict]]`     | the first two parallel tasks write the same line of CHANGES.md; a retry keeps both lines  |
 * | `[[demo:crash]]`        | the process of the first attempt at the core exits with code 3 in mid-turn                |
 * | `[[demo:bad-plan]]`     | the architect's first plan is invalid; given the errors, it writes a valid one            |
 * | `[[demo:flood]]`        | the developer sends 20 MB of message chunks                                               |
 * | `[[demo:no-checks]]`    | a plan without checks and a project without tests                                         |
 *
 * A hanging agent still ends when its stdin does. Unknown markers are removed and do nothing.
 */
export interface Faults {
  readonly bug: boolean
  readonly unfixable: boolean
  readonly stubborn: boolean
  readonly jobBug: boolean
  readonly reviewFail: boolean
  readonly slowMs: number
  readonly hang: boolean
  readonly conflict: boolean
  readonly crash: boolean
  readonly badPlan: boolean
  readonly flood: boolean
  readonly noChecks: boolean
}

const MARKER = /\[\[demo:([a-z-]+)(?:=(\d{1,7}))?\]\]/g

export function faultsOf(vision: string): Faults {
  const requested = new Map<string, number>()
  for (const [, name = '', amount = '0'] of vision.matchAll(MARKER)) requested.set(name, Number(amount))
  return {
    bug: requested.has('bug') || requested.has('unfixable'),
    unfixable: requested.has('unfixable'),
    stubborn: requested.has('stubborn'),
    jobBug: requested.has('job-bug'),
    reviewFail: requested.has('review-fail'),
    slowMs: requested.get('slow') ?? 0,
    hang: requested.has('hang'),
    conflict: requested.has('conflict'),
    crash: requested.has('crash'),
    badPlan: requested.has('bad-plan'),
    flood: requested.has('flood'),
    noChecks: requested.has('no-checks'),
  }
}

/** Removes the markers from a vision. */
export function withoutMarkers(vision: string): string {
  return vision
    .replace(MARKER, ' ')
    .replace(/[ \t]{2,}/g, ' ')
    .trim()
}

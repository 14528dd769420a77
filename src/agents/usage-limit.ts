/** A notice from an agent that its subscription is used up. */
export interface UsageLimit {
  /** The limit that was reached, in words: `session limit`. */
  readonly limit: string
  /** The time of the reset, in ms since the epoch; null when the agent does not report it. */
  readonly until: number | null
}

/** The maximum length of a notice: a longer text is an answer, which may quote one. */
const NOTICE_CHARS = 600
/** The number of lines, from the end of an answer that ended with an error, that are searched for a notice. */
const LAST_LINES = 3

/** Matches what precedes a notice: the beginning of a line or an error prefix, and marks without letters. */
const before = String.raw`(?:^|:\s?"?|\[)[^\p{L}\p{N}"'\n]*(?:(?:api )?error:\s*)?`

const wordings = {
  claude: [
    String.raw`you['’]ve (?:hit|reached) your (?:[\w-]+ ){0,2}limit`,
    String.raw`(?:claude (?:ai )?)?(?:[\w-]+ )?(?:usage |session |weekly )?limit reached`,
    String.raw`you['’]re out of extra usage`,
  ],
  codex: [
    String.raw`you['’]ve (?:hit|reached) your usage limit`,
    String.raw`you have reached (?:the|your) usage limit`,
  ],
  gemini: [
    String.raw`you (?:have )?(?:exhausted|exceeded|reached) your (?:[\w.-]+ ){0,2}(?:quota|capacity)`,
    String.raw`usage limit reached for`,
    String.raw`quota exceeded`,
  ],
  copilot: [
    String.raw`sorry, you['’]ve (?:hit a rate limit|(?:hit|exceeded|reached) your (?:[\w-]+ )?(?:rate )?limit)`,
    String.raw`you['’]ve (?:hit|exceeded|reached) your (?:[\w-]+ )?(?:rate )?limit`,
  ],
} as const

export type LimitWording = keyof typeof wordings

/**
 * Returns the notice in a text, or at the end of an error; null when there is none. `isError`: the text is an error or the
 * end of a failed turn, of which a notice may be a part. A notice quoted in an ordinary answer is ignored. `now` is in ms
 * since the epoch.
 */
export function readUsageLimit(
  text: string,
  {
    isError,
    wording,
    now,
  }: { readonly isError: boolean; readonly wording: LimitWording | null; readonly now: number },
): UsageLimit | null {
  const output = isError ? text : text.trim()
  if (!isError && output.length > NOTICE_CHARS) return null
  const patterns = wording === null ? Object.values(wordings).flat() : wordings[wording]
  const found = new RegExp(`${before}(?<notice>(?:${patterns.join('|')})[^]*)`, 'imu').exec(output)
  if (found === null || (!isError && found.index > 0)) return null
  const notice = (found.groups?.['notice'] ?? '').slice(0, NOTICE_CHARS)
  return { limit: kindOf(notice), until: resetTime(notice, now) }
}

/** Returns the last lines of a failed turn's output, where a notice may be. */
export function lastLines(output: string): string {
  return output.trim().split('\n').slice(-LAST_LINES).join('\n')
}

function kindOf(notice: string): string {
  if (/session|5-hour/i.test(notice)) return 'session limit'
  if (/weekly/i.test(notice)) return 'weekly limit'
  if (/quota|capacity/i.test(notice)) return 'quota'
  return /rate limit/i.test(notice) ? 'rate limit' : 'usage limit'
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A named time that passed less than this long ago counts as reached; the next time of that name is a day away. */
const JUST_PASSED = 30 * MINUTE

/** Returns the reset time in a notice, in ms since the epoch; null when it has none. */
export function resetTime(notice: string, now: number): number | null {
  const [, epoch] = /\|(\d{10,13})\b/.exec(notice) ?? []
  if (epoch !== undefined) return Number(epoch) * (epoch.length > 10 ? 1 : SECOND)
  return afterSpan(notice, now) ?? atTime(notice, now)
}

const amount = String.raw`\d+(?:\.\d+)?\s*(?:days?|hours?|hrs?|minutes?|min|seconds?|sec|[dhms])(?![a-z])`
const spans = new RegExp(
  String.raw`(?:try again|retry|resets?|wait)\b[^.\d]{0,20}\b(?:in|after|within)\s+(?<span>(?:${amount}[\s,]*(?:and\s+)?)+)|wait (?<pause>${amount}) before`,
  'i',
)
const sizes: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND }

/** Parses "try again in 3 days 1 hour 5 minutes", "reset after 12h34m56s", "wait 2 minutes before". */
function afterSpan(notice: string, now: number): number | null {
  const groups = spans.exec(notice)?.groups
  const parts = [...(groups?.['span'] ?? groups?.['pause'] ?? '').matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/gi)]
  const sum = parts.reduce(
    (all, [, size = '', unit = '']) => all + Number(size) * (sizes[unit.toLowerCase()] ?? 0),
    0,
  )
  return sum > 0 ? now + sum : null
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const time = String.raw`(?<hour>\d{1,2})(?::(?<minute>\d\d))?\s*(?<half>[ap]\.?m\b)?`
const day = String.raw`(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?<year>\d{4}))?`
const zone = String.raw`\s*(?:\(?(?<zone>[A-Za-z]+(?:/[A-Za-z_+-]+)+|UTC)\)?|GMT(?<gmt>[+-]\d{1,2})(?::?(?<gmtMinute>\d\d))?)?`
const named = new RegExp(
  String.raw`(?:resets?|try again|access resets)\s+(?:(?:at|on|after)\s+)?(?:${day}(?:,|\s+at)?\s+)?${time}${zone}`,
  'iu',
)

/** Parses "resets 3:45pm (Europe/Berlin)", "resets Jul 18 at 4am", "try again at May 11th, 2026 1:36 PM". */
function atTime(notice: string, now: number): number | null {
  const groups = named.exec(notice)?.groups
  if (groups === undefined) return null
  const hour = hourOf(Number(groups['hour']), groups['half'])
  const minute = Number(groups['minute'] ?? 0)
  // A number alone is not a time of day.
  if (hour === null || minute > 59 || (groups['half'] === undefined && groups['minute'] === undefined))
    return null
  const offset = offsetOf(groups)
  const today = new Date(now + offset(now))
  const month = groups['month'] === undefined ? null : months.indexOf(groups['month'].toLowerCase())
  const local = Date.UTC(
    Number(groups['year'] ?? today.getUTCFullYear()),
    month ?? today.getUTCMonth(),
    month === null ? today.getUTCDate() : Number(groups['day']),
    hour,
    minute,
  )
  const at = local - offset(local - offset(local))
  if (groups['year'] !== undefined || at > now - JUST_PASSED) return at
  if (month === null) return at + DAY
  const year = Date.UTC(today.getUTCFullYear() + 1, month, Number(groups['day']), hour, minute)
  return year - offset(year)
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null
  if (hour < 1 || hour > 12) return null
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0)
}

/** Returns the offset of the named zone from UTC at a given time, in ms; without a name, that of this machine's zone. */
function offsetOf(groups: Readonly<Record<string, string | undefined>>): (at: number) => number {
  const { zone: name, gmt, gmtMinute } = groups
  if (gmt !== undefined) {
    const minutes = Math.abs(Number(gmt)) * 60 + Number(gmtMinute ?? 0)
    return () => (gmt.startsWith('-') ? -minutes : minutes) * MINUTE
  }
  const local = (at: number): number => -new Date(at).getTimezoneOffset() * MINUTE
  if (name === undefined) return local
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    return (at) => {
      const text = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? ''
      const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? []
      return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE
    }
  } catch {
    return local
  }
}

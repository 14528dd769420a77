import { describe, expect, it } from 'vitest'
import { lastLines, readUsageLimit, resetTime, type LimitWording } from './usage-limit.ts'

/** Noon in UTC on a Wednesday. */
const now = Date.parse('2026-07-15T12:00:00Z')
const at = (iso: string): number => Date.parse(iso)
const isError = true

/** Known notices of agents with a time that does not depend on this machine's time zone. */
const known: [LimitWording, string, string, string | null][] = [
  [
    'claude',
    "You've hit your session limit · resets 5:10pm (Europe/Paris)",
    'session limit',
    '2026-07-15T15:10:00Z',
  ],
  [
    'claude',
    'You’ve hit your session limit · resets 4am (Europe/Vienna)',
    'session limit',
    '2026-07-16T02:00:00Z',
  ],
  ['claude', "You've hit your limit · resets 4:50am (Europe/Rome)", 'usage limit', '2026-07-16T02:50:00Z'],
  [
    'claude',
    "You've hit your weekly limit · resets Jul 18 at 4am (Europe/Vienna)",
    'weekly limit',
    '2026-07-18T02:00:00Z',
  ],
  ['claude', "You've hit your Opus limit · resets Jan 3, 1pm (UTC)", 'usage limit', '2027-01-03T13:00:00Z'],
  [
    'claude',
    '5-hour limit reached ∙ resets 3pm (UTC)\n/upgrade to increase your usage limit.',
    'session limit',
    '2026-07-15T15:00:00Z',
  ],
  [
    'claude',
    'Claude usage limit reached. Your limit will reset at 3pm (America/Santiago).',
    'usage limit',
    '2026-07-15T19:00:00Z',
  ],
  ['claude', 'Claude AI usage limit reached|1784130000', 'usage limit', '2026-07-15T15:40:00Z'],
  ['claude', 'Weekly limit reached', 'weekly limit', null],
  [
    'codex',
    "■ You've hit your usage limit. Upgrade to Pro (https://openai.com/chatgpt/pricing) or try again in 2 hours 3 minutes.",
    'usage limit',
    '2026-07-15T14:03:00Z',
  ],
  [
    'codex',
    "You've hit your usage limit. Try again in 3 days 1 hour 5 minutes.",
    'usage limit',
    '2026-07-18T13:05:00Z',
  ],
  [
    'codex',
    "You've hit your usage limit. Upgrade to Pro, or wait for limits to reset (every 5h and every week.).",
    'usage limit',
    null,
  ],
  ['gemini', '[API Error: You have exhausted your daily quota on this model.]', 'quota', null],
  [
    'gemini',
    '✕ [API Error: You have exhausted your capacity on this model. Your quota will reset after 12h34m56s.]',
    'quota',
    '2026-07-16T00:34:56Z',
  ],
  [
    'gemini',
    'Usage limit reached for gemini-3-flash-preview. Access resets at 10:57 PM GMT-3.',
    'usage limit',
    '2026-07-16T01:57:00Z',
  ],
  [
    'gemini',
    "[API Error: Quota exceeded for quota metric 'Requests' and limit 'per day'. Expected quota reset within 24h.]",
    'quota',
    '2026-07-16T12:00:00Z',
  ],
  [
    'copilot',
    "Sorry, you've hit a rate limit that restricts the number of Copilot model requests you can make within a specific time period. Please try again in 51 hours.",
    'rate limit',
    '2026-07-17T15:00:00Z',
  ],
  [
    'copilot',
    "You've reached your weekly rate limit. Please wait for your limit to reset on July 20, 2026 at 2:00 AM UTC or switch to auto model to continue.",
    'weekly limit',
    '2026-07-20T02:00:00Z',
  ],
]

describe('a notice of a usage limit', () => {
  it.each(known)('of %s is recognised: %s', (wording, text, what, until) => {
    const limit = { limit: what, until: until === null ? null : at(until) }
    for (const known of [wording, null])
      expect(readUsageLimit(text, { isError: false, wording: known, now })).toEqual(limit)
    const asError = `The agent answered with an error: Internal error: ${text}`
    expect(readUsageLimit(asError, { isError, wording, now })).toEqual(limit)
    const wrote = `The program ended with exit code 1. It wrote: ${text}\n`
    expect(readUsageLimit(wrote, { isError, wording, now })).toEqual(limit)
    const asJson = `The agent answered with an error: Internal error {"message":"${text}"}`
    expect(readUsageLimit(asJson, { isError, wording, now })?.limit).toBe(what)
  })

  it('is ignored when an answer only quotes it', () => {
    const notice = "You've hit your session limit · resets 3pm"
    for (const text of [
      `The user sees "${notice}".`,
      `I handled this case:\n${notice}\nand added a test.`,
      `Now the message is: ${notice}`,
      `${notice}\n${'And so on. '.repeat(100)}`,
    ])
      expect(readUsageLimit(text, { isError: false, wording: null, now })).toBeNull()
    for (const text of [
      `The agent fell silent. It wrote: expected "${notice}"`,
      'The agent answered with an error: no credit',
      'rate limits are described at https://example.invalid',
    ])
      expect(readUsageLimit(text, { isError, wording: null, now })).toBeNull()
    expect(lastLines(`${notice}\none\ntwo\nthree\n`)).toBe('one\ntwo\nthree')
  })
})

it.each([
  ['resets 11:45am (UTC)', '2026-07-15T11:45:00Z'],
  ['resets 11:15am (UTC)', '2026-07-16T11:15:00Z'],
  ['resets 12am (UTC)', '2026-07-16T00:00:00Z'],
  ['resets 12:30pm (Asia/Kolkata)', '2026-07-16T07:00:00Z'],
  ['try again at May 11th, 2027 1:36 PM UTC', '2027-05-11T13:36:00Z'],
  ['try again after September 6, 2026, 11:15 UTC', '2026-09-06T11:15:00Z'],
  ['try again in 2 seconds', '2026-07-15T12:00:02Z'],
  ['retry in 1.5h', '2026-07-15T13:30:00Z'],
  ['please wait 2 minutes before trying again', '2026-07-15T12:02:00Z'],
  ['resets 25pm', null],
  ['resets 3', null],
  ['resets soon', null],
  ['try again in 0 minutes', null],
])('is read with its time: "%s" is %s', (text, iso) => {
  expect(resetTime(text, now)).toBe(iso === null ? null : at(iso))
})

it('is read in the time zone of this machine when it names none', () => {
  const until = new Date(resetTime('resets 3:45pm', now) ?? 0)
  expect([until.getHours(), until.getMinutes()]).toEqual([15, 45])
  expect(until.getTime()).toBeGreaterThan(now - 30 * 60_000)
  expect(until.getTime()).toBeLessThanOrEqual(now + 24 * 3_600_000)
  expect(resetTime('resets 3pm (Nowhere/Land)', now)).toBe(resetTime('resets 3pm', now))
})

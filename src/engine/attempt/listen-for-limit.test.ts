import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { plainProfile, type Profile } from '../../agents/profile.ts'
import type { AttemptWait } from '../../domain/model.ts'
import { listenForLimit, type LimitListener } from './listen-for-limit.ts'

const NOW = new Date(2026, 5, 1, 12, 0, 0)
const HOUR_MS = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

function listen(more: Partial<Profile> = {}): LimitListener {
  const profile: Profile = {
    ...plainProfile,
    id: 'x',
    displayName: 'X',
    kind: 'acp',
    homepage: '',
    hint: '',
    tested: true,
    command: ['x'],
    env: {},
    ...more,
  }
  const limit = listenForLimit(profile, 'x')
  limit.beginTurn()
  return limit
}

function heard(text: string, error: string | null = null, more: Partial<Profile> = {}): AttemptWait | null {
  const limit = listen(more)
  limit.add({ kind: 'message', text })
  return limit.wait(error)
}

const hours = (held: AttemptWait | null): number | null =>
  held?.for === 'provider' ? (Date.parse(held.until) - NOW.getTime()) / HOUR_MS : null

describe('a turn', () => {
  it('that consists only of the notice of a limit waits for its end', () => {
    expect(heard("You've hit your session limit · resets 3pm")).toEqual({
      for: 'provider',
      backend: 'x',
      on: 'X: its session limit resets at 15:00',
      until: new Date(2026, 5, 1, 15).toISOString(),
    })
  })

  it('is read from its parts, including thoughts, without earlier turns', () => {
    const limit = listen()
    limit.add({ kind: 'thought', text: "You've hit your " })
    limit.add({ kind: 'message', text: 'usage limit.' })
    expect(limit.wait(null)).toMatchObject({ on: 'X: its usage limit is reached' })
    limit.beginTurn()
    expect(limit.wait(null)).toBeNull()
  })

  it('with an action is not a notice, whatever its text', () => {
    const limit = listen()
    const call = { id: '1', title: 'ls', status: null, toolKind: null, input: null, output: null }
    limit.add({ kind: 'tool_call', ...call, paths: [], diffs: [] })
    limit.add({ kind: 'message', text: "You've hit your usage limit." })
    expect(limit.wait(null)).toBeNull()
    expect(limit.wait('it broke')).toMatchObject({ for: 'provider' })
  })

  it('that failed waits if its error or its last lines report a limit', () => {
    expect(heard('', "Error: You've reached your usage limit.")).toMatchObject({ for: 'provider' })
    expect(heard("Working.\nYou've hit your usage limit.", 'exit code 1')).toMatchObject({ for: 'provider' })
    expect(heard('Working.', 'exit code 1')).toBeNull()
    expect(heard('It now shows "You have hit your usage limit." there.', 'exit code 1')).toBeNull()
  })

  it('is read with the wording of its agent, if it is known', () => {
    const text = "You've hit your usage limit."
    expect(heard(text, null, { limitWording: 'codex' })).not.toBeNull()
    expect(heard(text, null, { limitWording: 'gemini' })).toBeNull()
  })
})

describe('the wait', () => {
  it('is one hour if no time is given, and never longer than any limit', () => {
    expect(hours(heard("You've hit your usage limit."))).toBe(1)
    expect(hours(heard("You've hit your usage limit. Try again in 30 days."))).toBe(8 * 24)
  })

  it('names the date if it ends on another day', () => {
    const held = heard("You've hit your usage limit. Try again in 2 days.")
    expect(held?.on).toBe('X: its usage limit resets at 12:00 on 2026-06-03')
  })
})

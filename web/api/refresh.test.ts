import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'
import type { EventView } from '../../src/contract/events/event.ts'
import { keys, type JobPart } from './keys.ts'
import { refreshTogether, staleParts } from './refresh.ts'

function event(type: string): EventView {
  return {
    seq: 1,
    at: '2030-01-01T00:00:00.000Z',
    type,
    actor: 'server',
    task_id: null,
    attempt_id: null,
    message: '',
    data: {},
  }
}

it('an event puts out of date what it is about, and a merge the repository too', () => {
  expect(staleParts(event('check.finished'))).toEqual(['checks', 'tasks', 'job'])
  expect(staleParts(event('session.tool_call'))).not.toContain('files')
  expect(staleParts(event('task.merged'))).toEqual(
    expect.arrayContaining(['tasks', 'files', 'diff', 'commits']),
  )
})

it('an event of a kind nobody knows yet puts the job itself out of date', () => {
  expect(staleParts(event('weather.changed'))).toContain('job')
})

it.each<{ parts: JobPart[] }>([{ parts: ['job', 'tasks'] }, { parts: ['tasks'] }, { parts: ['job'] }])(
  'job and board are read together and shown at one moment when $parts is out of date',
  async ({ parts }) => {
    const cache = new QueryClient()
    let round = 1
    const late = new Map<string, () => void>()
    const ask = (part: 'job' | 'tasks') => ({
      queryKey: keys.part('1', part),
      queryFn: async () => {
        const answer = round
        if (round > 1) await new Promise<void>((resolve) => late.set(part, resolve))
        return part === 'job'
          ? { round: answer, tasks: { total: 0, done: 0 } }
          : Object.assign([], { round: answer })
      },
    })
    const observers = [new QueryObserver(cache, ask('job')), new QueryObserver(cache, ask('tasks'))]
    const shown = (): unknown[] =>
      observers.map((observer) => (observer.getCurrentResult().data as { round: number } | undefined)?.round)
    const stops = observers.map((observer) => observer.subscribe(() => undefined))
    await vi.waitFor(() => expect(shown()).toEqual([1, 1]))

    round = 2
    const refreshed = refreshTogether(cache, '1', parts)
    await vi.waitFor(() => expect(late.size).toBe(2))
    late.get('job')?.()
    await Promise.resolve()
    expect(shown()).toEqual([1, 1])
    late.get('tasks')?.()
    await refreshed
    expect(
      observers.map((observer) => observer.getOptimisticResult(observer.options as never).data),
    ).toMatchObject([{ round: 2 }, { round: 2 }])
    for (const stop of stops) stop()
  },
)

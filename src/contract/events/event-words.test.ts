import { describe, expect, it } from 'vitest'
import { activityLine, eventKind, eventTone, oneLine, untitledCall } from './event-words.ts'

const told = (type: string, message = type, data = {}) => ({ type, message, data })

describe('an event', () => {
  it('is an ordinary step when its type is unknown', () => {
    expect(eventKind({ type: 'job.toasted' })).toBe('step')
    expect(eventTone({ type: 'job.toasted' })).toBe('plain')
    expect(eventKind({ type: 'constructor' })).toBe('step')
  })

  it('has the tone of what happened', () => {
    const tones = ['job.failed', 'work.lost', 'task.completed', 'job.waiting', 'session.usage', 'task.ready']
    expect(tones.map((type) => eventTone({ type }))).toEqual([
      'bad',
      'bad',
      'good',
      'waiting',
      'detail',
      'plain',
    ])
    const check = (verdict: unknown) => eventTone({ type: 'check.finished', data: { verdict } })
    expect([check('fail'), check('pass'), check(7), eventTone({ type: 'check.finished' })]).toEqual([
      'bad',
      'plain',
      'plain',
      'plain',
    ])
  })

  it('is summarised by its first line, if it has one', () => {
    expect(oneLine(told('session.message', '  Looking at it.\nThen the tests.'))).toBe('Looking at it.')
    expect(oneLine(told('session.message', ' \n '))).toBeNull()
    const call = { type: 'session.tool_call', data: { id: 'c7' } }
    expect(oneLine({ ...call, message: 'Edit app.js' })).toBe('Edit app.js')
    expect(oneLine({ ...call, message: untitledCall('c7') })).toBeNull()
    expect(oneLine(told('task.ready', untitledCall('c7'), { id: 'c7' }))).toBe('tool call c7')
  })

  it('shows what an agent is doing when it belongs to its session', () => {
    expect(activityLine(told('session.thought', 'x'.repeat(300)))).toHaveLength(200)
    expect(activityLine(told('attempt.progress', 'Half of it is done.'))).toBe('Half of it is done.')
    for (const type of ['session.usage', 'session.model', 'attempt.succeeded', 'permission.answered'])
      expect(activityLine(told(type))).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { JobStatus } from '../contract/words.ts'
import { finalPhase, isTerminal, titleOf, transition } from './job.ts'

const statuses = JobStatus.options

describe('a job', () => {
  it.each([
    ['start', 'queued -> running'],
    ['complete', 'running -> completed, waiting -> completed'],
    ['fail', 'queued -> failed, running -> failed, waiting -> failed'],
    ['cancel', 'queued -> cancelled, running -> cancelled, waiting -> cancelled'],
    ['restart', 'failed -> queued, cancelled -> queued'],
    ['resume', 'failed -> running'],
  ] as const)('can %s: %s', (event, expected) => {
    const moves = statuses.flatMap((status) => {
      const next = transition(status, event)
      return next === null ? [] : [`${status} -> ${next}`]
    })
    expect(moves.join(', ')).toBe(expected)
  })

  it('has ended when it is completed, failed or cancelled', () => {
    expect(statuses.filter(isTerminal)).toEqual(['completed', 'failed', 'cancelled'])
  })

  it('ends in the phase of its outcome; a cancelled one stays in its phase', () => {
    expect(finalPhase('completed', 'delivering')).toBe('completed')
    expect(finalPhase('failed', 'building')).toBe('error')
    expect(finalPhase('cancelled', 'building')).toBe('building')
  })
})

describe('the title of a vision', () => {
  it('is its first line', () => {
    expect(titleOf('\n  A calculator  \nwith more')).toBe('A calculator')
    expect(titleOf('x'.repeat(100))).toBe('x'.repeat(100))
  })

  it('is cut at a word boundary, or anywhere if there is none, and stays well-formed', () => {
    expect(titleOf(`${'word '.repeat(30)}`)).toBe(`${'word '.repeat(19)}word…`)
    expect(titleOf('x'.repeat(101))).toBe(`${'x'.repeat(60)}…`)
    expect(titleOf(`${'x'.repeat(59)}${'🚢'.repeat(30)}`)).toBe(`${'x'.repeat(59)}\ufffd…`)
  })
})

import { afterEach, expect, it } from 'vitest'
import { currentConnection, forgetStream, noticeStream } from './connection.ts'

const names = ['fleet', 'job 1']

afterEach(() => {
  for (const name of names) noticeStream(name, 'open', 0)
  for (const name of names) forgetStream(name)
})

it('is lost as soon as one stream is, since the first of them, and live again with the last', () => {
  noticeStream('fleet', 'open', 1_000)
  noticeStream('job 1', 'open', 1_000)
  expect(currentConnection().kind).toBe('live')

  noticeStream('job 1', 'lost', 2_000)
  noticeStream('fleet', 'lost', 3_000)
  noticeStream('job 1', 'lost', 4_000)
  expect(currentConnection()).toEqual({ kind: 'lost', since: 2_000 })

  noticeStream('job 1', 'open', 5_000)
  expect(currentConnection()).toEqual({ kind: 'lost', since: 3_000 })
  noticeStream('fleet', 'open', 6_000)
  expect(currentConnection()).toEqual({ kind: 'live', recoveredAt: 6_000 })
})

it('no longer cares for a stream that was closed on purpose', () => {
  noticeStream('fleet', 'open', 1_000)
  noticeStream('job 1', 'lost', 2_000)
  forgetStream('job 1')
  expect(currentConnection().kind).toBe('live')
})

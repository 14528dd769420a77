import { expect, it } from 'vitest'
import { at, jobView } from '../../../test/helpers/sample-views.ts'
import { renderJobs } from './jobs.ts'

const plain = (_tone: unknown, text: string): string => text
const list = (...jobs: ReturnType<typeof jobView>[]) => ({ jobs, total: jobs.length, page: 1, page_size: 20 })
const since = { since: at(0), until: null }

it('a job that needs a person is marked with what it needs; one that waits for a slot is not', () => {
  const asked = jobView({
    title: 'A shop',
    wait: { for: 'answer', on: 'Dev asks: Which currency?', ...since },
  })
  const queued = jobView({ title: 'A clock', wait: { for: 'capacity', on: 'a free worker slot', ...since } })
  const lines = renderJobs(list(asked, queued), Date.parse(at(9)), 120, plain).split('\n')
  expect(lines[0]).toMatch(/STATUS .* WAITS FOR$/)
  expect(lines[1]).toMatch(/needs you .* A shop +Dev asks: Which currency\?$/)
  expect(lines[2]).toMatch(/running .* A clock +a free worker slot$/)
})

it('the column of waits is left out when no job waits', () => {
  expect(renderJobs(list(jobView({ title: 'A clock' })), Date.parse(at(9)), 120, plain)).not.toContain(
    'WAITS',
  )
})

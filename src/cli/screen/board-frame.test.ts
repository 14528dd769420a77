import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { drawBoard } from './board-frame.ts'
import { cleanText } from './clean-text.ts'
import { renderEvidence } from '../commands/checks.ts'
import { renderJobs } from '../commands/jobs.ts'
import { renderJob } from '../commands/show.ts'
import { renderEnding } from '../job-report.ts'
import { openRedraw } from './redraw.ts'
import { at, checkView, done, hostile, jobView, taskView } from '../../../test/helpers/sample-views.ts'
import { colourPaint, plainPaint } from './terminal.ts'

const tasks = Array.from({ length: 30 }, (_, index) =>
  taskView({
    position: index,
    title: `漢字 ${hostile} 🚢 `.repeat(index),
    status: index % 3 === 0 ? 'running' : 'completed',
    attempts: index,
  }),
)
const wait = { for: 'backend', on: `a very long ${'reason '.repeat(50)}`, since: at(1), until: null } as const
const now = Date.parse(at(70))

test.for([40, 80, 200].flatMap((width) => [6, 24, 100].map((height) => ({ width, height }))))(
  'a board fits a terminal of $width by $height, whatever the tasks are called',
  ({ width, height }) => {
    for (const paint of [plainPaint, colourPaint]) {
      const lines = drawBoard({ job: jobView({ wait }), tasks, agents: [] }, { width, height, paint, now })
      expect(lines.length).toBeLessThan(height)
      expect(Math.max(...lines.map((line) => stringWidth(cleanText(line, false))))).toBeLessThan(width)
      expect(lines).toEqual(lines.map((line) => cleanText(line, true)))
    }
  },
)

test('a board is drawn even in a window of size zero', () => {
  const lines = drawBoard(
    { job: jobView(), tasks, agents: [] },
    { width: 1, height: 1, paint: plainPaint, now },
  )
  expect(lines.length).toBeGreaterThan(0)
})

test('a board shows who does what, and since when', () => {
  const lines = drawBoard(
    { job: jobView(), tasks: [taskView({ attempts: 2 })], agents: [] },
    { width: 60, height: 10, paint: plainPaint, now: Date.parse(at(70)) },
  )
  expect(lines).toEqual([
    '⠋ a todo list                               building  1:10',
    `  ${'━'.repeat(20)}${'─'.repeat(31)}  40%`,
    '',
    '  ⠋ Storage engine (try 2)         dev-1              1:09',
  ])
})

test('a frame is written in one piece, only when something changed, over the rows of the last one', () => {
  const written: string[] = []
  let width = 10
  const redraw = openRedraw((text) => written.push(text), { size: () => ({ width, height: 10 }) }, true)
  redraw.frame(['12345678', 'b'])
  redraw.frame(['12345678', 'b'])
  width = 5
  redraw.frame(['c'])
  redraw.close()
  redraw.close()
  const esc = '\u001b['
  expect(written).toEqual([
    `${esc}?25l`,
    `${esc}?2026h12345678${esc}K\nb${esc}K\n${esc}J${esc}?2026l`,
    `${esc}?2026h${esc}3A\rc${esc}K\n${esc}J${esc}?2026l`,
    `${esc}?2026h${esc}1A\r${esc}J${esc}?2026l`,
    `${esc}?25h`,
  ])
})

test('a job that was not proven is never called proven', () => {
  for (const proof of ['unproven', null] as const) {
    const text = renderEnding(
      {
        job: jobView({ ...done, proof }),
        tasks: [],
        evidence: { proof, proof_reason: null, findings: [], left_out: [], checks: [] },
      },
      80,
      plainPaint,
    )
    expect(text).toContain('! Unproven')
    expect(text).not.toContain('Proven ')
  }
})

test('work of the offline demo is labelled as a demo in the report, the list, the job and its evidence', () => {
  const job = jobView({ ...done, backend: 'offline', demo: true })
  const evidence = {
    proof: 'proven' as const,
    proof_reason: null,
    findings: [],
    left_out: [],
    checks: [checkView()],
  }
  const said = [
    renderEnding({ job, tasks: [], evidence }, 100, plainPaint),
    renderJobs({ jobs: [job], total: 1, page: 1, page_size: 20 }, Date.parse(at(20)), 100, plainPaint),
    renderJob({ job, tasks: [], agents: [] }, Date.parse(at(20)), 100, plainPaint),
    renderEvidence({ job, tasks: [], evidence }, 'failures', 100, plainPaint),
  ]
  for (const text of said) expect(text).toMatch(/demo/i)
  expect(said[0]).not.toContain('Proven')
  expect(said[1]).not.toContain('proven')
  expect(said[3]).not.toMatch(/^Proof: proven/)
})

test('a failed job does not wait for its proof, and shows why it failed', () => {
  const job = jobView({ status: 'failed', completed_at: at(9), error: 'The check "npm test" failed.' })
  const evidence = { proof: null, proof_reason: null, findings: [], left_out: [], checks: [] }
  const text = renderEvidence({ job, tasks: [], evidence }, 'failures', 100, plainPaint)
  expect(text).toBe('Proof: none, the job failed: The check "npm test" failed.\nNo check has been run.')
})

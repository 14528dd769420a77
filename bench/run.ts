import { measureAgentStart } from './measure-agent-start.ts'
import { measureBoard } from './measure-board.ts'
import { measureCreates } from './measure-creates.ts'
import { measureGateway } from './measure-gateway.ts'
import { measureJobs } from './measure-jobs.ts'
import { measureLines } from './measure-lines.ts'
import { measureStall } from './measure-stall.ts'
import { measureStart } from './measure-start.ts'
import { openReport } from './report.ts'

/**
 * Measures what people feel, one act after the other, and writes docs/performance.md. With names as arguments it
 * measures those alone and writes nothing.
 */
const acts = {
  start: measureStart,
  creates: measureCreates,
  agents: measureAgentStart,
  lines: measureLines,
  stall: measureStall,
  gateway: measureGateway,
  jobs: measureJobs,
  board: measureBoard,
} as const

const wanted = process.argv.slice(2)
const report = openReport()
for (const [name, measure] of Object.entries(acts))
  if (wanted.length === 0 || wanted.includes(name)) await measure(report)
if (wanted.length === 0) report.write()
process.exit(0)

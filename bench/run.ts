import path from 'node:path'
import { removeMade } from '../test/helpers/made-dirs.ts'
import { measureAdvance } from './measure-advance.ts'
import { measureAgentStart } from './measure-agent-start.ts'
import { measureBoard, measureHour } from './measure-board.ts'
import { measureCreates } from './measure-creates.ts'
import { measureFairness } from './measure-fairness.ts'
import { measureFiles } from './measure-files.ts'
import { measureGateway } from './measure-gateway.ts'
import { measureJobs } from './measure-jobs.ts'
import { measureLines } from './measure-lines.ts'
import { measurePeers } from './measure-peers.ts'
import { measureStall } from './measure-stall.ts'
import { measureStart } from './measure-start.ts'
import { openReport } from './report.ts'

/**
 * Measures what people feel, one act after the other, each a section of docs/performance.md. With names as arguments it
 * measures those alone; the other sections stay as they were.
 */
const acts = {
  start: ['Starting, and standing by', measureStart],
  creates: ['Accepting and listing jobs', measureCreates],
  advance: ['Deciding what comes next', measureAdvance],
  agents: ['From accepted to an agent at work', measureAgentStart],
  lines: ['What an agent says, on its way to who watches', measureLines],
  stall: ['What a start of a process holds up', measureStall],
  gateway: ['What the model gateway adds', measureGateway],
  jobs: ['Whole jobs', measureJobs],
  fairness: ['Many jobs on few slots', measureFairness],
  files: ['Reading what a job has made', measureFiles],
  board: ['The board in a browser', measureBoard],
  hour: ['A page that stays open', measureHour],
  peers: ['Beside other products', measurePeers],
} as const
/** Installs a gigabyte of other products: measured only when it is named. */
const asked: readonly string[] = ['peers']

// As `./slipway` starts a server.
process.env['NODE_COMPILE_CACHE'] ??= path.join(
  import.meta.dirname,
  '..',
  '.cache',
  'program',
  'current',
  'compile',
)

const wanted = process.argv.slice(2)
const report = openReport()
for (const [act, [title, measure]] of Object.entries(acts)) {
  if (wanted.length > 0 ? !wanted.includes(act) : asked.includes(act)) continue
  await measure(report)
  await removeMade()
  report.write(act, title)
}
process.exit(0)

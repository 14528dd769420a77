import fs from 'node:fs'
import path from 'node:path'

/**
 * Prints the branch coverage of each room. There is no report when a test has failed.
 *
 * usage: node scripts/show-coverage.ts <directory of the report>
 */

const [reports = ''] = process.argv.slice(2)
const file = path.join(reports, 'coverage-summary.json')
/** The part of istanbul's summary that is read here. */
type Summary = Record<string, { branches: Branches }>

interface Branches {
  covered: number
  total: number
}

const files: Summary = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}

const rooms = new Map<string, Branches>()
for (const [source, { branches }] of Object.entries(files)) {
  const [, room] = /[/\\]src[/\\]([^/\\]+)[/\\]/.exec(source) ?? []
  if (room === undefined) continue
  const { covered, total } = rooms.get(room) ?? { covered: 0, total: 0 }
  rooms.set(room, { covered: covered + branches.covered, total: total + branches.total })
}
for (const [room, { covered, total }] of rooms)
  console.log(
    `src/${room}: ${((100 * covered) / total).toFixed(1)} % of ${total} branches are reached by unit tests`,
  )

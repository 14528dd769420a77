import fs from 'node:fs'
import path from 'node:path'
import util from 'node:util'

/**
 * Adds up the JSON reports of several vitest runs and prints `N passed, M failed` as the last line. A run that ended
 * abnormally without a failed test (a file that could not be loaded, an uncaught error) counts as failed, and so does a run
 * without a report; too few passed tests exit with status 1.
 *
 * usage: node scripts/total.ts <reports> <at-least> <project>=<exit status>...
 */

interface Counts {
  passed: number
  failed: number
  skipped: number
  note: string | null
}

interface Run {
  project: string
  /** The exit status of the run. */
  status: string
  report: Report | null
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[]
  }[]
}

const [reports = '', atLeast = '1', ...args] = process.argv.slice(2)
const runs = args.map((arg): Run => {
  const [project = '', status = ''] = arg.split('=')
  return { project, status, report: readReport(project) }
})

/** Returns null when the run has left no report. */
function readReport(project: string): Report | null {
  const file = path.join(reports, `${project}.json`)
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null
}

/** What one run adds to the totals. */
function count({ project, status, report }: Run): Counts {
  if (report === null) return { passed: 0, failed: 1, skipped: 0, note: `${project}: no report` }
  const passed = report.numPassedTests
  const skipped = report.numPendingTests + report.numTodoTests
  const broken = report.testResults.filter(
    (result) =>
      result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = report.numFailedTests + broken
  if (failed === 0 && status !== '0')
    return { passed, failed: 1, skipped, note: `${project}: ended with status ${status}` }
  if (failed === 0 && passed === 0) return { passed, failed: 1, skipped, note: `${project}: no test ran` }
  return { passed, failed, skipped, note: null }
}

/** Returns a line for each failed test, so that the end of a log lists them. */
function failures({ project, report }: Run): string[] {
  return (report?.testResults ?? []).flatMap((result) => {
    const where = `${project} ${path.relative('', result.name)}`
    const tests = result.assertionResults.filter((test) => test.status === 'failed')
    if (tests.length === 0 && result.status === 'failed') return [`${where}: ${firstLine(result.message)}`]
    return tests.map((test) => `${where} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`)
  })
}

/** Returns the first line of a message, without colours. */
function firstLine(message = ''): string {
  const [line = ''] = util.stripVTControlCharacters(message).trim().split('\n')
  return line.slice(0, 300)
}

const counts = runs.map(count)
const sum = (key: 'passed' | 'failed' | 'skipped'): number =>
  counts.reduce((total, one) => total + one[key], 0)
const passed = sum('passed')
const failed = sum('failed')
const skipped = sum('skipped')

for (const run of runs) for (const line of failures(run)) console.log(`failed: ${line}`)
for (const { note } of counts) if (note !== null) console.log(note)
if (skipped > 0) console.log(`${skipped} skipped`)
if (passed < Number(atLeast)) console.log(`at least ${atLeast} tests should have passed: some were not run`)
const line = `${passed} passed, ${failed} failed`
fs.writeFileSync(path.join(reports, 'total.txt'), `${line}\n`)
console.log(line)
process.exitCode = failed > 0 || passed < Number(atLeast) ? 1 : 0

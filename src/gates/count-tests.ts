import { stripVTControlCharacters } from 'node:util'

/**
 * Reads the number of tests that were run, without skipped ones, from a log; null when the log contains no summary of a
 * test runner.
 */
type Count = (log: string) => number | null

/**
 * Returns how many tests a check ran, from the summaries of the known test runners; null when there is none in its log.
 * Counts of several runners are added. A count is only evidence when it is 0, because any program can print a higher one.
 */
export function countTests(log: string): number | null {
  const text = stripVTControlCharacters(log)
  const counts = runners.flatMap((count) => count(text) ?? [])
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0)
}

/** Sums the numbers in the first group of all matches; null without a match. */
function sum(text: string, pattern: RegExp): number | null {
  const found = [...text.matchAll(pattern)].map(([, number = '0']) => Number(number))
  return found.length === 0 ? null : found.reduce((total, number) => total + number, 0)
}

/** Sums the numbers before the given words in lines such as `2 failed | 1 skipped`; null without such a line. */
function sumOfLines(text: string, line: RegExp, words: RegExp): number | null {
  const lines = [...text.matchAll(line)].map(([match]) => match)
  return lines.length === 0 ? null : lines.reduce((total, one) => total + (sum(one, words) ?? 0), 0)
}

/** node --test, in the formats spec and TAP: `ℹ pass 3`, `# pass 3`. */
const node: Count = (log) =>
  /^\s*(?:ℹ|#) tests \d+$/m.test(log) ? (sum(log, /^\s*(?:ℹ|#) (?:pass|fail|cancelled) (\d+)$/gm) ?? 0) : null

/** Vitest: `Tests  2 failed | 3 passed | 1 skipped (6)`. */
const vitest: Count = (log) =>
  /^\s*No test files found/m.test(log)
    ? 0
    : sumOfLines(log, /^\s*Tests {2}.*\(\d+\)\s*$/gm, /(\d+) (?:passed|failed)/g)

/** Jest: `Tests:       1 skipped, 2 passed, 3 total`. */
const jest: Count = (log) =>
  /^\s*No tests found/m.test(log)
    ? 0
    : sumOfLines(log, /^\s*Tests: .*\d+ total\s*$/gm, /(\d+) (?:passed|failed)/g)

/** Mocha: `3 passing (5ms)`, `1 failing`. */
const mocha: Count = (log) =>
  /^\s*\d+ passing \(.*\)$/m.test(log) ? sum(log, /^\s*(\d+) (?:passing \(.*\)|failing)$/gm) : null

/** pytest: `=== 3 passed, 1 skipped in 0.12s ===`, `no tests ran in 0.01s`. */
const pytest: Count = (log) =>
  sumOfLines(
    log,
    /^(?:=+ )?(?:no tests ran|(?:\d+ [a-z]+, )*\d+ (?:passed|failed|skipped|deselected|xfailed|xpassed|errors?|warnings?)) in [\d.]+s.*$/gm,
    /(\d+) (?:passed|failed|xfailed|xpassed|errors?)/g,
  )

/** unittest of Python: `Ran 3 tests in 0.001s`, `OK (skipped=1)`. */
const unittest: Count = (log) => {
  const ran = sum(log, /^Ran (\d+) tests? in /gm)
  return ran === null ? null : ran - (sum(log, /^(?:OK|FAILED) \(.*?skipped=(\d+)/gm) ?? 0)
}

/** go test: it shows only that there was nothing to run, or with -v each test. */
const go: Count = (log) => {
  const each = [...log.matchAll(/^\s*--- (?:PASS|FAIL): /gm)].length
  if (each > 0) return each
  const packages = [...log.matchAll(/^(?:ok|FAIL|\?)\s+\t.*$/gm)].map(([line]) => line)
  const isEmpty = (line: string): boolean => /\[no test files\]|\[no tests to run\]/.test(line)
  return packages.length > 0 && packages.every(isEmpty) ? 0 : null
}

/** cargo test: `test result: ok. 3 passed; 0 failed; 1 ignored; …`; nextest: `3 tests run: 3 passed`. */
const cargo: Count = (log) =>
  sumOfLines(log, /^test result: .*$/gm, /(\d+) (?:passed|failed|measured)/g) ??
  sum(log, /^\s*Summary \[.*\]\s+(\d+) tests? run: /gm)

/** JUnit by Maven: `Tests run: 3, Failures: 0, Errors: 0, Skipped: 1`. */
const junit: Count = (log) => {
  const lines = [...log.matchAll(/Tests run: (\d+), Failures: \d+, Errors: \d+(?:, Skipped: (\d+))?/g)]
  if (lines.length === 0) return null
  return lines.reduce((total, [, run = '0', skipped = '0']) => total + Number(run) - Number(skipped), 0)
}

const runners: readonly Count[] = [node, vitest, jest, mocha, pytest, unittest, go, cargo, junit]

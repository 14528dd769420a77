import { expect, it } from 'vitest'
import { countTests } from './count-tests.ts'

const node = (mark: string, pass: number, skipped: number): string =>
  ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo']
    .map((word, index) => `${mark} ${word} ${[pass + skipped, 0, pass, 0, 0, skipped, 0][index]}`)
    .join('\n')

const cases: [string, string, number | null][] = [
  ['node --test', node('ℹ', 3, 1), 3],
  ['node --test without tests', node('ℹ', 0, 0), 0],
  ['node --test with nothing but skipped tests', node('ℹ', 0, 2), 0],
  ['node --test as TAP', `TAP version 13\n1..1\n${node('#', 1, 0)}`, 1],
  ['two runs of node', `${node('ℹ', 0, 0)}\n${node('ℹ', 2, 0)}`, 2],
  [
    'vitest in colour',
    '\u001b[2m      Tests \u001b[22m \u001b[31m2 failed\u001b[39m | 3 passed | 1 skipped (6)\n',
    5,
  ],
  ['vitest, all skipped', ' Test Files  1 skipped (1)\n      Tests  1 skipped (1)\n', 0],
  ['vitest without files', '\nNo test files found, exiting with code 0\n', 0],
  ['jest', 'Test Suites: 1 passed, 1 total\nTests:       1 skipped, 2 passed, 3 total\n', 2],
  ['jest without tests', 'No tests found, exiting with code 0\n', 0],
  ['mocha', '\n  2 passing (5ms)\n  1 pending\n', 2],
  ['mocha without tests', '\n  0 passing (1ms)\n', 0],
  ['pytest', 'collected 4 items\n\n=== 1 failed, 2 passed, 1 skipped in 0.12s ===\n', 3],
  ['pytest -q', '..\n2 passed in 0.01s\n', 2],
  ['pytest without tests', '=== no tests ran in 0.00s ===\n', 0],
  ['pytest, all skipped', '=== 2 skipped in 0.01s ===\n', 0],
  ['unittest', 'Ran 3 tests in 0.001s\n\nOK (skipped=1)\n', 2],
  ['unittest without tests', 'Ran 0 tests in 0.000s\n\nOK\n', 0],
  ['go test', 'ok  \texample.org/a\t0.004s\n?   \texample.org/b\t[no test files]\n', null],
  [
    'go test without tests',
    '?   \texample.org/b\t[no test files]\nok  \texample.org/a\t0.002s [no tests to run]\n',
    0,
  ],
  ['go test -v', '=== RUN   TestA\n--- PASS: TestA (0.00s)\n--- SKIP: TestB (0.00s)\nok  \ta\t0.004s\n', 1],
  [
    'cargo test',
    'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n',
    3,
  ],
  [
    'cargo test without tests',
    'running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out\n',
    0,
  ],
  ['cargo nextest', '     Summary [   0.004s] 3 tests run: 3 passed, 0 skipped\n', 3],
  ['Maven', '[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 2\n', 0],
  ['a program', '14\n', null],
  ['nothing', '', null],
]

it.each(cases)('%s', (_, log, count) => {
  expect(countTests(log)).toBe(count)
})

import { expect, it } from 'vitest'
import { cannotFail, readScripts } from './cannot-fail.ts'

it.each([
  'true',
  '/bin/true',
  ':',
  'exit 0',
  'exit',
  'echo all tests passed',
  'printf "ok\\n"',
  'echo "$(node --test)"',
  'npm test || true',
  'npm test || :',
  'node --test || exit 0',
  'node --test || echo failed',
  'npm test; true',
  'npm test; echo done',
  'node --test; exit 0',
  'npm test &',
  'npm test | tail -n 5',
  'node --test 2>&1 | cat',
  'node --test | tee log.txt',
  '(npm test || true)',
  '{ npm test; true; }',
  'true && echo ok',
  '! false',
  "sh -c 'npm test || true'",
  'bash -lc "exit 0"',
  'env CI=1 true',
  'trap "exit 0" EXIT; node --test',
  '[ 1 = 1 ]',
  'test 1 -eq 1',
  'test ok',
  '# nothing',
  'passed=yes',
  'true > /dev/null',
])('cannot fail: %s', (command) => {
  expect(cannotFail(command)).toBe('It cannot fail: it exits with 0 whatever the work is like.')
})

it.each([
  'node --test',
  'npm test',
  'npm test -- --reporter=dot',
  'test -f made',
  'false',
  'exit 1',
  '! true',
  '! node bin/calc.js "2 +" 2>/dev/null',
  'node bin/calc.js "2 + 3 * 4" | grep -qx 14',
  'echo "to be" | node bin/words.js | grep -qx "be,2"',
  'echo starting && node --test',
  'echo starting; node --test',
  'true | node --test',
  'set -e; node --test; echo done',
  'set -euo pipefail\nnode --test\necho done',
  'test -f made || exit 1; echo made',
  'if ! node --test; then exit 1; fi; echo ok',
  'test -f a || { echo missing; exit 1; }; true',
  'true || node --test; test -f a',
  'result=$(node --test)',
  "bash -ec 'node --test; true'",
  'test "$(cat answer)" = 42',
  '[ "$a" = "$a" ]',
  'node --test | tail -1 | grep -q ok',
  'cat made.txt',
  'make test',
  'node --test &&',
  'if',
])('can fail, or it is unknown: %s', (command) => {
  expect(cannotFail(command)).toBeNull()
})

it.each([
  'npm test',
  'npm t',
  'npm run -s test',
  'yarn test',
  'pnpm run test',
  'npm test && echo ok',
  'CI=1 npm test',
])('follows %s into package.json', (command) => {
  const says = (test: string): string | null => cannotFail(command, new Map([['test', test]]))
  const sentence = 'It cannot fail: the script "test" of package.json exits with 0 whatever the work is like.'
  expect(['true', 'exit 0', 'echo no tests', 'node --test || true', 'npm run x'].map(says)).toEqual([
    sentence,
    sentence,
    sentence,
    sentence,
    null,
  ])
  expect(
    cannotFail(command, readScripts('{"scripts": {"test": "npm run all", "all": "true", "x": 1}}')),
  ).toContain('of package.json')
  expect(cannotFail(command, readScripts('{"scripts": {"pretest": "tsc", "test": "true"}}'))).toBeNull()
  expect(says('npm test')).toBeNull()
})

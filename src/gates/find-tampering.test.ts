import { expect, it } from 'vitest'
import { findTampering, mayHoldTests, type Comparison } from './find-tampering.ts'

const js = "import { it } from 'node:test'\nit('adds', () => {})\nit('takes away', () => {})\n"

function messages(path: string, before: string | null, after: string | null): string[] {
  return mayHoldTests(path) ? findTampering([{ path, before, after }]).map(({ message }) => message) : []
}

it.each<[string, string, string | null, string | null, string]>([
  ['a deleted test', 'test/add.test.js', js, null, 'The test file test/add.test.js was deleted.'],
  [
    'an emptied test',
    'test/add.js',
    js,
    "import 'node:test'\n",
    'The test file test/add.js has no test any more.',
  ],
  [
    'a commented test',
    'add.spec.ts',
    js,
    js.replaceAll('it(', '// it('),
    'The test file add.spec.ts has no test any more.',
  ],
  [
    'it.skip',
    'a.test.js',
    js,
    js.replace('it(', 'it.skip('),
    "a.test.js leaves out tests: it.skip('adds', () => {})",
  ],
  [
    '.only',
    'a.test.js',
    js,
    js.replace('it(', 'it.only('),
    "a.test.js leaves out tests: it.only('adds', () => {})",
  ],
  [
    'it.todo in a new file',
    'a.test.js',
    null,
    "it.todo('adds')\n",
    "a.test.js leaves out tests: it.todo('adds')",
  ],
  ['xit', 'a.test.js', js, js.replace('it(', 'xit('), "a.test.js leaves out tests: xit('adds', () => {})"],
  [
    'an option of node',
    'a.test.js',
    js,
    js.replace("',", "', { skip: true },"),
    "a.test.js leaves out tests: it('adds', { skip: true }, () => {})",
  ],
  [
    'pytest',
    'tests/test_a.py',
    'def test_a(): pass\n',
    '@pytest.mark.skip(reason="x")\ndef test_a(): pass\n',
    'tests/test_a.py leaves out tests: @pytest.mark.skip(reason="x")',
  ],
  [
    'go',
    'a_test.go',
    'func TestA(t *testing.T) {\n}\n',
    'func TestA(t *testing.T) {\n\tt.Skip("later")\n}\n',
    'a_test.go leaves out tests: t.Skip("later")',
  ],
  [
    'cargo',
    'src/lib.rs',
    '#[test]\nfn a() {}\n',
    '#[test]\n#[ignore]\nfn a() {}\n',
    'src/lib.rs leaves out tests: #[ignore]',
  ],
  [
    'tests of a Rust file',
    'src/lib.rs',
    '#[test]\nfn a() {}\n',
    'fn b() {}\n',
    'The test file src/lib.rs has no test any more.',
  ],
  [
    'a test script',
    'package.json',
    '{"scripts": {"test": "node --test"}}',
    '{"scripts": {"test": "true"}}',
    'The script "test" of package.json was changed from `node --test` to `true`.',
  ],
  [
    'a script that is gone',
    'a/package.json',
    '{"scripts": {"test:unit": "vitest run"}}',
    '{}',
    'The script "test:unit" of a/package.json was removed; it was `vitest run`.',
  ],
])('finds %s', (_, path, before, after, message) => {
  expect(messages(path, before, after)).toEqual([message])
})

it.each<[string, string, string | null, string | null]>([
  ['a new test', 'a.test.js', null, js],
  ['a test that says more', 'a.test.js', js, `${js}it('multiplies', () => {})\n`],
  ['a skip that was there before', 'a.test.js', "it.skip('a')\n", "it('b')\nit.skip('a')\n"],
  ['a deleted product file', 'src/add.js', 'export const it = 1\n', null],
  ['a deleted helper without tests', 'test/helper.js', 'export const answer = 42\n', null],
  [
    'pytest that skips by condition',
    'test_a.py',
    'def test_a(): pass\n',
    '@pytest.mark.skipif(win, reason="x")\ndef test_a(): pass\n',
  ],
  [
    'a script of another name',
    'package.json',
    '{"scripts": {"build": "tsc"}}',
    '{"scripts": {"build": "true"}}',
  ],
  [
    'the script of npm init',
    'package.json',
    '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}',
    '{"scripts": {"test": "node --test"}}',
  ],
  [
    'a script that could not fail',
    'package.json',
    '{"scripts": {"test": "true"}}',
    '{"scripts": {"test": "node --test"}}',
  ],
  ['a new package.json', 'package.json', null, '{"scripts": {"test": "node --test"}}'],
  ['a skip that is a comment', 'a.test.js', js, `${js}// not it.skip( any more\n`],
])('says nothing of %s', (_, path, before, after) => {
  expect(messages(path, before, after)).toEqual([])
})

it('names at most fifty', () => {
  const files = Array.from({ length: 80 }, (__, index): Comparison => ({
    path: `${index}.test.js`,
    before: js,
    after: null,
  }))
  expect(findTampering(files)).toHaveLength(50)
})

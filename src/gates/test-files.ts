/** The conventions for tests in one family of languages. All patterns match single lines. */
interface Manner {
  readonly extensions: readonly string[]
  /** Matches the names of test files; null where product files may hold tests too. */
  readonly named: RegExp | null
  readonly test: RegExp
  readonly skip: RegExp
  readonly comment: RegExp
}

const inTestDirectory = String.raw`(?:^|/)(?:tests?|__tests__|specs?|e2e)/`

const manners: readonly Manner[] = [
  {
    extensions: ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts'],
    named: new RegExp(String.raw`\.(?:test|spec)\.\w+$|(?:^|/)test[-_.]|[-_]test\.\w+$|${inTestDirectory}`),
    test: /\b(?:it|test|describe|suite|xit|xtest|fit)\b(?:\.\w+)*\s*\(/,
    skip: /\b(?:it|test|describe|suite|context)(?:\.\w+)*\.(?:skip|only|todo|fixme)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\s*\(|\bt\.(?:skip|todo)\(|\bthis\.skip\(\)|\b(?:it|test|describe|suite)\([^{]*\{[^}]*\b(?:skip|todo|only):\s*(?:true|['"`])/,
    comment: /^\s*(?:\/\/|\*|\/\*)/,
  },
  {
    extensions: ['py'],
    named: new RegExp(String.raw`(?:^|/)test_[^/]*$|_test\.py$|(?:^|/)tests?\.py$|${inTestDirectory}`),
    test: /^\s*(?:async\s+)?def\s+test/,
    skip: /@(?:pytest\.mark\.(?:skip|xfail)|unittest\.(?:skip|expectedFailure))\b|\bpytest\.skip\(|\.skipTest\(/,
    comment: /^\s*#/,
  },
  {
    extensions: ['go'],
    named: /_test\.go$/,
    test: /^func (?:Test|Fuzz|Example)/,
    skip: /\b[tbf]\.Skip(?:Now|f)?\(/,
    comment: /^\s*\/\//,
  },
  {
    extensions: ['rs'],
    named: null,
    test: /#\[(?:\w+::)*(?:test|rstest)\b/,
    skip: /#\[ignore\b/,
    comment: /^\s*\/\//,
  },
  {
    extensions: ['java', 'kt', 'kts', 'scala', 'groovy'],
    named: new RegExp(String.raw`(?:Tests?|IT|Spec)\.\w+$|${inTestDirectory}`),
    test: /@(?:Test|ParameterizedTest|RepeatedTest)\b/,
    skip: /@(?:Disabled|Ignore)\b/,
    comment: /^\s*(?:\/\/|\*|\/\*)/,
  },
  {
    extensions: ['rb'],
    named: new RegExp(String.raw`_(?:spec|test)\.rb$|${inTestDirectory}`),
    test: /^\s*(?:it|test|describe|context|specify)\b|^\s*def\s+test_/,
    skip: /^\s*(?:xit|xdescribe|xcontext|fit|fdescribe|skip|pending)\b/,
    comment: /^\s*#/,
  },
  {
    extensions: ['cs', 'fs'],
    named: new RegExp(String.raw`Tests?\.\w+$|${inTestDirectory}`),
    test: /\[(?:Fact|Theory|Test|TestMethod|TestCase)\b/,
    skip: /\bSkip\s*=\s*"|\[Ignore\b/,
    comment: /^\s*\/\//,
  },
]

/** The last part of a path. */
export function leaf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function mannerOf(path: string): Manner | null {
  const name = leaf(path)
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : ''
  const manner = manners.find(({ extensions }) => extensions.includes(extension))
  return manner !== undefined && (manner.named?.test(path) ?? true) ? manner : null
}

function linesOf(path: string, text: string, which: 'test' | 'skip'): string[] {
  const manner = mannerOf(path)
  if (manner === null) return []
  return text
    .split('\n')
    .filter((line) => manner[which].test(line) && !manner.comment.test(line))
    .map((line) => line.trim())
}

/** Recognises the tests of a file by pattern, accurately enough to distinguish some tests from none. */
export const testsIn = {
  canBeIn: (path: string): boolean => mannerOf(path) !== null,
  count: (path: string, text: string): number => linesOf(path, text, 'test').length,
}

/** Returns the lines of a test file that skip tests, or run only some of them. */
export function skipsIn(path: string, text: string): string[] {
  return linesOf(path, text, 'skip')
}

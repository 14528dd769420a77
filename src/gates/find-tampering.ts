import { cannotFail, readScripts } from './cannot-fail.ts'
import { leaf, testsIn, skipsIn } from './test-files.ts'

/** What was done to the tests of a repository between two commits, so that passing them says less. */
export interface Tampering {
  readonly rule: 'test_deleted' | 'test_emptied' | 'test_skipped' | 'test_script_changed'
  readonly path: string
  /** The line or script it is about; empty where it is the file as a whole. */
  readonly detail: string
  /** The same as a sentence. */
  readonly message: string
}

/** One file that differs, with its text before and after; null where there is none. */
export interface Comparison {
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

/** More than anybody reads. */
const MAX_FOUND = 50
const MAX_DETAIL = 200

/** Whether a file that changed is worth looking into. */
export function mayHoldTests(path: string): boolean {
  return leaf(path) === 'package.json' || testsIn.canBeIn(path)
}

/** What was done to the tests, in the order of the files. */
export function findTampering(files: readonly Comparison[]): Tampering[] {
  return files
    .flatMap((file) => (leaf(file.path) === 'package.json' ? changedScripts(file) : changedTests(file)))
    .slice(0, MAX_FOUND)
}

function changedTests({ path, before, after }: Comparison): Tampering[] {
  const had = before === null ? 0 : testsIn.count(path, before)
  if (after === null)
    return had === 0
      ? []
      : [{ rule: 'test_deleted', path, detail: '', message: `The test file ${path} was deleted.` }]
  const skips = newlySkipped(path, before ?? '', after)
  if (had > 0 && testsIn.count(path, after) === 0)
    return [
      { rule: 'test_emptied', path, detail: '', message: `The test file ${path} has no test any more.` },
    ]
  return skips.map((line) => {
    const detail = line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL).toWellFormed()}…` : line
    return { rule: 'test_skipped', path, detail, message: `${path} leaves out tests: ${detail}` }
  })
}

/** Lines that leave out tests and were not there before, as often as they are there more often. */
function newlySkipped(path: string, before: string, after: string): string[] {
  const known = skipsIn(path, before)
  return skipsIn(path, after).filter((line) => {
    const at = known.indexOf(line)
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
}

/** Scripts that run the tests and say something else than before. One that could not fail before cannot become worse. */
function changedScripts({ path, before, after }: Comparison): Tampering[] {
  const [old, now] = [readScripts(before ?? ''), readScripts(after ?? '')]
  return [...old]
    .filter(([name, script]) => /^(?:pre|post)?test(?::|$)/.test(name) && now.get(name) !== script)
    .filter(([name, script]) => !isPlaceholder(script) && cannotFail(`npm run ${name}`, old) === null)
    .map(([name, script]) => {
      const change = now.has(name)
        ? `was changed from \`${script}\` to \`${now.get(name) ?? ''}\``
        : `was removed; it was \`${script}\``
      return {
        rule: 'test_script_changed',
        path,
        detail: name,
        message: `The script "${name}" of ${path} ${change}.`.slice(0, 500).toWellFormed(),
      }
    })
}

/** What \`npm init\` writes. */
function isPlaceholder(script: string): boolean {
  return /no test specified/.test(script)
}

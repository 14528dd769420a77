import { cannotFail, readScripts } from './cannot-fail.ts'
import { leaf, testsIn, skipsIn } from './test-files.ts'

/** A change to the tests of a repository between two commits that makes passing them prove less. */
export interface Tampering {
  readonly rule: 'test_deleted' | 'test_emptied' | 'test_skipped' | 'test_script_changed'
  readonly path: string
  /** The line or script in question; empty for the file as a whole. */
  readonly detail: string
  /** A sentence that describes it. */
  readonly message: string
}

/** A file that differs between two commits, with its text before and after; null where it does not exist. */
export interface Comparison {
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

/** The maximum number of results: more than a person reads. */
const MAX_FOUND = 50
const MAX_DETAIL = 200

/** Whether a changed file can hold tests or test scripts. */
export function mayHoldTests(path: string): boolean {
  return leaf(path) === 'package.json' || testsIn.canBeIn(path)
}

/** Returns the changes that weaken the tests, in the order of the files. */
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

/** Returns lines that skip tests and are new, or occur more often than before. */
function newlySkipped(path: string, before: string, after: string): string[] {
  const known = skipsIn(path, before)
  return skipsIn(path, after).filter((line) => {
    const at = known.indexOf(line)
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
}

/** Returns the changed or removed scripts that run the tests. A script that could not fail before cannot become worse. */
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

/** Whether a script is the placeholder that `npm init` writes. */
function isPlaceholder(script: string): boolean {
  return /no test specified/.test(script)
}

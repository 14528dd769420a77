/** The result of one examination, with advice if there is a problem. */
import { cleanLine } from './screen/clean-text.ts'
import type { Paint } from './screen/terminal.ts'

export interface Finding {
  readonly name: string
  readonly level: 'ok' | 'warn' | 'fail'
  readonly detail: string
  /** Advice on the problem; null when there is none. */
  readonly remedy: string | null
}

export function ok(name: string, detail: string): Finding {
  return { name, level: 'ok', detail, remedy: null }
}

export function warn(name: string, detail: string, remedy: string): Finding {
  return { name, level: 'warn', detail, remedy }
}

export function fail(name: string, detail: string, remedy: string): Finding {
  return { name, level: 'fail', detail, remedy }
}

/** Pure: returns one line, and a second with the remedy. */
export function renderFinding(finding: Finding, paint: Paint): string {
  const mark = { ok: paint('green', 'ok  '), warn: paint('yellow', 'warn'), fail: paint('red', 'fail') }[
    finding.level
  ]
  const line = `${mark}  ${finding.name.padEnd(15)} ${cleanLine(finding.detail)}`
  return finding.remedy === null
    ? line
    : `${line}\n      ${' '.repeat(15)} ${paint('yellow', '→')} ${cleanLine(finding.remedy)}`
}

import Anser from 'anser'
import { useMemo } from 'react'
import { cx } from '../cx.ts'

const escape = String.fromCodePoint(0x1b)
const bell = String.fromCodePoint(0x07)
/** OSC, DCS, APC, PM and SOS sequences, which set titles, links, the clipboard; they end with BEL or ST, or are unterminated. */
const stringSequence = new RegExp(`${escape}[\\]PX^_][^${bell}${escape}]*(?:${bell}|${escape}\\\\|$)`, 'g')
/** CSI sequences except the one that colours (`m`): cursor, screen, modes, queries. */
const controlSequence = new RegExp(`${escape}\\[[0-?]*[ -/]*[@-ln-~]`, 'g')
const otherEscape = new RegExp(`${escape}(?!\\[)[ -/]*[0-~]?`, 'g')
const kept = new Set(['\n', '\t', escape])

/**
 * Removes everything that a terminal would interpret (ECMA-48) and a page must not: every escape sequence except colours,
 * and every control and formatting character. A line overwritten with carriage returns shows its last version.
 */
export function plainColours(text: string): string {
  return text
    .replaceAll(stringSequence, '')
    .replaceAll(controlSequence, '')
    .replaceAll(otherEscape, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\n\r]*\r(?=[^\n])/g, '')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (kept.has(character) ? character : ''))
}

/** In the order of the eight colours of ECMA-48, mapped to the page's own colours on either theme. */
const colours: Readonly<Record<string, string>> = {
  'ansi-red': 'text-failed',
  'ansi-green': 'text-done',
  'ansi-yellow': 'text-waiting',
  'ansi-blue': 'text-running',
  'ansi-magenta': 'text-review',
  'ansi-cyan': 'text-accent',
  'ansi-black': 'text-faint',
  'ansi-white': 'text-ink',
}

/** The output of a program, with its colours but no other terminal sequences. */
export function AnsiLog({ text, label }: { readonly text: string; readonly label: string }) {
  const parts = useMemo(
    () => Anser.ansiToJson(plainColours(text), { json: true, use_classes: true, remove_empty: true }),
    [text],
  )
  return (
    <pre
      role="region"
      tabIndex={0}
      aria-label={label}
      className="max-h-[60dvh] overflow-auto rounded-md border border-line bg-sunken px-3 py-2 text-xs leading-5 wrap-anywhere whitespace-pre-wrap text-ink"
    >
      {parts.map((part, index) => (
        <span
          key={index}
          className={cx(
            // Null without a colour, despite its type.
            colours[String(part.fg).replace('bright-', '')],
            part.decorations.includes('bold') && 'font-semibold',
            part.decorations.includes('dim') && 'text-muted',
            part.decorations.includes('underline') && 'underline',
          )}
        >
          {part.content}
        </span>
      ))}
    </pre>
  )
}

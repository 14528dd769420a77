/**
 * Sanitises text from servers, agents and repositories for a terminal. The result cannot move the cursor, retitle the
 * window, access the clipboard or reorder what is read, and is still readable.
 */
import { stripVTControlCharacters } from 'node:util'

/**
 * Controls (C0, DEL, C1) except tab and newline; bidirectional controls; invisible characters, which can hide text, except
 * those that join letters and select emoji styles; annotations; line separators.
 */
const unsafe =
  /[[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u{2028}\u{2029}\u{fff9}-\u{fffb}]--[\t\n\p{Join_Control}[\p{Variation_Selector}&&[\u{f900}-\u{ffff}]]]]/gv
const escape = String.fromCharCode(27)
/** The only sequences that Slipway itself writes within text: bold, dim, five colours, and their resets. */
const ownStyles = new RegExp(String.raw`(${escape}\[(?:1|2|22|31|32|33|34|36|39)m)`)

/** Removes every control sequence, and every control character except tab and newline. */
export function cleanBlock(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(unsafe, '')
}

/** Like `cleanBlock`, on one line: each run of white space becomes one space. */
export function cleanLine(text: string): string {
  return cleanBlock(text).replace(/\s+/g, ' ').trim()
}

/**
 * Applied to all text before it is written to a terminal: like `cleanBlock`, but keeps Slipway's own styles if `styles` is
 * set.
 */
export function cleanText(text: string, styles: boolean): string {
  if (!styles) return cleanBlock(text)
  return text
    .split(ownStyles)
    .map((piece, index) => (index % 2 === 1 ? piece : cleanBlock(piece)))
    .join('')
}

/** Formats JSON that is safe to print: characters that JSON leaves unescaped and a terminal may interpret are escaped. */
export function safeJson(value: unknown, indent?: number): string {
  const hex = (chars: string): string =>
    Array.from(
      { length: chars.length },
      (_, at) => `\\u${chars.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('')
  return JSON.stringify(value, null, indent).replace(unsafe, hex)
}

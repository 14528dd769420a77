/**
 * Text from servers, agents and repositories on its way to a terminal. Promises: what leaves here can neither move
 * the cursor, retitle the window, reach the clipboard nor reorder what is read. Sanitised text is still readable.
 */
import { stripVTControlCharacters } from 'node:util'

/**
 * Controls (C0, DEL, C1) but tab and newline; all that reorders text; all that takes no room and so hides text, but for what joins
 * letters and chooses the look of emoji; annotations; line separators.
 */
const unsafe =
  /[[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u{2028}\u{2029}\u{fff9}-\u{fffb}]--[\t\n\p{Join_Control}[\p{Variation_Selector}&&[\u{f900}-\u{ffff}]]]]/gv
const escape = String.fromCharCode(27)
/** The only sequences that Slipway itself writes among text: bold, dim, five colours, and their ends. */
const ownStyles = new RegExp(String.raw`(${escape}\[(?:1|2|22|31|32|33|34|36|39)m)`)

/** Removes every control sequence and control character but tab and newline. */
export function cleanBlock(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(unsafe, '')
}

/** As `cleanBlock`, on one line: any run of white space becomes one space. */
export function cleanLine(text: string): string {
  return cleanBlock(text).replace(/\s+/g, ' ').trim()
}

/** The last gate before a terminal: as `cleanBlock`, but Slipway's own styles stay where they are wanted. */
export function cleanText(text: string, styles: boolean): string {
  if (!styles) return cleanBlock(text)
  return text
    .split(ownStyles)
    .map((piece, index) => (index % 2 === 1 ? piece : cleanBlock(piece)))
    .join('')
}

/** JSON as text that is safe to show too: what JSON leaves as it is and a terminal may obey becomes an escape. */
export function safeJson(value: unknown, indent?: number): string {
  const hex = (chars: string): string =>
    Array.from(
      { length: chars.length },
      (_, at) => `\\u${chars.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('')
  return JSON.stringify(value, null, indent).replace(unsafe, hex)
}

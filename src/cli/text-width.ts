/**
 * Measures and fits text in terminal columns. Counts user-perceived characters (graphemes), wide East Asian characters and
 * emoji as two columns. Expects text without control sequences.
 */
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const wide =
  /[\p{Emoji_Presentation}\p{RI}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u{3000}-\u{303f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}]|\u{fe0f}/u
/** Half-width forms of scripts that are otherwise wide. */
const halfWidth = /^[\u{ff61}-\u{ffdc}]/u
const ascii = /^[\x20-\x7e]*$/
const invisible = /^[\p{M}\p{Cf}]+$/u

export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

/** Fits the text into at most `width` columns; the rest is replaced by an ellipsis. */
export function fit(text: string, width: number): string {
  if (width <= 0) return ''
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = used + graphemeWidth(segment)
    if (next > width - 1) break
    kept += segment
    used = next
  }
  return `${kept.trimEnd()}…`
}

/** Fits the text into exactly `width` columns: cut, or padded with spaces. */
export function pad(text: string, width: number): string {
  const fitted = fit(text, width)
  return fitted + ' '.repeat(Math.max(0, width - textWidth(fitted)))
}

function graphemeWidth(segment: string): number {
  if (invisible.test(segment)) return 0
  return wide.test(segment) && !halfWidth.test(segment) ? 2 : 1
}

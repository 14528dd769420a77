/** Fits text into terminal columns, by user-perceived characters (graphemes). Expects text without control sequences. */
import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Fits the text into at most `width` columns; the rest is replaced by an ellipsis. */
export function fit(text: string, width: number): string {
  if (width <= 0) return ''
  if (stringWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const next = used + stringWidth(segment)
    if (next > width - 1) break
    kept += segment
    used = next
  }
  return `${kept.trimEnd()}…`
}

/** Fits the text into exactly `width` columns: cut, or padded with spaces. */
export function pad(text: string, width: number): string {
  const fitted = fit(text, width)
  return fitted + ' '.repeat(Math.max(0, width - stringWidth(fitted)))
}

import { expect, test } from 'vitest'
import { cleanBlock, cleanLine, cleanText, safeJson } from './clean-text.ts'
import { colourPaint } from './terminal.ts'

const esc = '\u001b'
const hostile = [
  `${esc}]0;title\u0007`,
  `${esc}]52;c;aGVsbG8=${esc}\\`,
  `${esc}[2J${esc}[H`,
  `${esc}[21t`,
  `${esc}P$q"p${esc}\\`,
  `${esc}]8;;http://evil.test${esc}\\link${esc}]8;;${esc}\\`,
  '\u009b31m',
  '\u0007\u0008\u000b\r',
  '\u202eabc\u2066',
  '\u200b\ufeff',
  `${esc}]0;never ends${'x'.repeat(70_000)}`,
  `${esc}${esc}[1m[31m`,
]
// oxlint-disable-next-line no-control-regex -- the point is to find them
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/

test('all control characters except tab and newline are removed', () => {
  for (const text of hostile) {
    expect(cleanBlock(`a${text}b`)).not.toMatch(control)
    expect(cleanText(`a${text}b`, false)).not.toMatch(control)
  }
  expect(cleanBlock('a\tb\r\nc\n')).toBe('a\tb\nc\n')
})

test('characters that reorder or hide text are removed', () => {
  const every = Array.from({ length: 0x11_00_00 }, (_, code) => code)
    .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
    .map((code) => String.fromCodePoint(code))
  const reorders = every.filter((char) => /\p{Bidi_Control}/u.test(char))
  const hides = every.filter((char) => /\p{Default_Ignorable_Code_Point}/u.test(char))
  expect(reorders).toHaveLength(12)
  expect(reorders).toContain('\u061c')
  const harmless = /^(?:\p{Join_Control}|[\ufe00-\ufe0f])$/u
  for (const char of [...reorders, ...hides].filter((one) => !harmless.test(one))) {
    expect(cleanBlock(`a${char}b`)).toBe('ab')
    const json = safeJson({ char })
    expect(json).not.toContain(char)
    expect(JSON.parse(json)).toEqual({ char })
  }
})

test('emoji and joined letters are kept', () => {
  for (const text of ['👩‍🚀 ❤️', 'می‌خواهم', 'שלום', '🚢']) expect(cleanBlock(text)).toBe(text)
})

test('the final filter passes our own styles only', () => {
  const own = colourPaint('green', 'done')
  expect(cleanText(own, true)).toBe(own)
  expect(cleanText(own, false)).toBe('done')
  for (const text of hostile) {
    const left = cleanText(colourPaint('bold', text), true)
      .replaceAll(`${esc}[1m`, '')
      .replaceAll(`${esc}[22m`, '')
    expect(left).not.toMatch(control)
  }
})

test('a text for one line contains no line break', () => {
  expect(cleanLine('  a\r\n\tb  \n c ')).toBe('a b c')
})

test('JSON for people keeps its meaning and contains no control characters', () => {
  for (const text of hostile) {
    expect(safeJson({ text }, 2)).not.toMatch(control)
    expect(JSON.parse(safeJson({ text }, 2))).toEqual({ text })
  }
})

import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { fit, pad } from './fit-text.ts'

test('a text is cut if it is too long, and padded if it is too short', () => {
  expect(fit('a todo list', 6)).toBe('a tod…')
  expect(fit('漢字漢字', 6)).toBe('漢字…')
  expect(pad('漢', 4)).toBe('漢  ')
  expect(['e\u0301', '👩‍💻', '🇨🇭', '한글', 'ﾊﾝ'].map((text) => pad(text, 5))).toEqual([
    'e\u0301    ',
    '👩‍💻   ',
    '🇨🇭   ',
    '한글 ',
    'ﾊﾝ   ',
  ])
})

test('no text is wider than its limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(stringWidth(fit(text, width))).toBeLessThanOrEqual(width)
      expect(stringWidth(pad(text, width))).toBe(width)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fit, pad, textWidth } from './text-width.ts'

test('wide characters and emoji count two columns, marks none', () => {
  expect(['abc', '漢字', 'é', 'e\u0301', '🚢', '👩‍💻', '🇨🇭', '한글', 'ﾊﾝ'].map(textWidth)).toEqual([
    3, 4, 1, 1, 2, 2, 2, 4, 2,
  ])
})

test('a text is cut where it does not fit, and filled where it does', () => {
  expect(fit('a todo list', 6)).toBe('a tod…')
  expect(fit('漢字漢字', 6)).toBe('漢字…')
  expect(pad('漢', 4)).toBe('漢  ')
})

test('no text is ever wider than it may be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      expect(textWidth(fit(text, width))).toBeLessThanOrEqual(width)
      expect(textWidth(pad(text, width))).toBe(width)
    }),
  )
})

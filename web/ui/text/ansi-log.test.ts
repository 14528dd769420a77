import { expect, test } from 'vitest'
import { plainColours } from './ansi-log.tsx'

const esc = '\u001b'

test('colours stay, everything else that a terminal would act on goes', () => {
  expect(plainColours(`${esc}[32mok${esc}[0m`)).toBe(`${esc}[32mok${esc}[0m`)
  expect(plainColours(`${esc}]0;title\u0007a${esc}]8;;http://x${esc}\\b${esc}]52;c;AAAA\u0007`)).toBe('ab')
  expect(plainColours(`${esc}[2J${esc}[1;1Ha${esc}[21t${esc}[?1049hb`)).toBe('ab')
  expect(plainColours(`a${esc}P1$r0m${esc}\\b${esc}c`)).toBe('ab')
  expect(plainColours('a\u0008\u0000\u009bb\u202ec')).toBe('abc')
})

test('a sequence that never ends takes nothing but itself', () => {
  expect(plainColours(`a\n${esc}]0;never`)).toBe('a\n')
})

test('a line drawn over itself shows what was drawn last', () => {
  expect(plainColours('10 %\r50 %\r100 %\ndone\r\n')).toBe('100 %\ndone\n')
})

import { expect, it } from 'vitest'
import { imageTypeOf } from './image-type.ts'

it('an SVG is recognised by its first element, whatever precedes it', () => {
  const type = (text: string): string | null => imageTypeOf('a.svg', Buffer.from(text))
  expect(type('<svg/>')).toBe('image/svg+xml')
  expect(
    type('\u{FEFF}<?xml version="1.0"?>\n<!-- > --><!-- --><!DOCTYPE svg PUBLIC "-//W3C">\n<SVG >'),
  ).toBe('image/svg+xml')
  expect(type('<svgx/>')).toBeNull()
  expect(type('text <svg/>')).toBeNull()
  expect(type('<html><svg/>')).toBeNull()
  expect(imageTypeOf('a.html', Buffer.from('<svg/>'))).toBeNull()
})

it('recognises a hostile file just as fast', () => {
  const begun = performance.now()
  expect(imageTypeOf('a.svg', Buffer.from('<!---->'.repeat(1000)))).toBeNull()
  expect(performance.now() - begun).toBeLessThan(100)
})

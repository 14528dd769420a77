import { expect, it } from 'vitest'
import { Source } from './source.ts'

it.each([
  'https://user:TOKEN@example.org/a.git',
  'https://TOKEN@example.org/a.git',
  'HTTPS://x-access-token:TOKEN@example.org/a',
  'http://a:TOKEN@127.0.0.1:3000/x@y',
  'ssh://git:TOKEN@example.org/a.git',
  'https://us%65r:TO@KEN@example.org/a',
])('%s is refused, and the refusal does not repeat it', (source) => {
  const { error } = Source.safeParse(source)
  expect(error?.issues[0]?.message).toContain('clone the repository yourself')
  expect(JSON.stringify(error)).not.toMatch(/TOKEN|KEN@/)
})

it.each([
  'https://example.org/@scope/a.git',
  'ssh://git@example.org/a.git',
  'git@example.org:a/b.git',
  '/home/me/a@b',
  'https://example.org/a?x=@y',
])('%s is taken', (source) => {
  expect(Source.parse(` ${source} `)).toBe(source)
})

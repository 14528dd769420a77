import { expect, it } from 'vitest'
import { isAddress, Source } from './source.ts'

it.each([
  'https://user:TOKEN@example.org/a.git',
  'https://TOKEN@example.org/a.git',
  'HTTPS://x-access-token:TOKEN@example.org/a',
  'http://a:TOKEN@127.0.0.1:3000/x@y',
  'ssh://git:TOKEN@example.org/a.git',
  'https://us%65r:TO@KEN@example.org/a',
  'git:TOKEN@example.org:a/b.git',
  'https://example.org/a.git?private_token=TOKEN',
  'https://example.org/a.git?x=y&access_token=TOKEN',
])('%s is refused, and the refusal does not repeat it', (source) => {
  const { error } = Source.safeParse(source)
  expect(error?.issues[0]?.message).toContain('clone the repository yourself')
  expect(JSON.stringify(error)).not.toMatch(/TOKEN|KEN@/)
})

it.each([
  ['https://example.org/@scope/a.git', true],
  ['HTTP://127.0.0.1:3000/a', true],
  ['git://example.org/a.git', true],
  ['ssh://git@example.org/a.git', true],
  ['ssh://example.org:2222/~/a.git', true],
  ['ssh://git@[::1]:22/a.git', true],
  ['git@example.org:a/b.git', true],
  ['example.org:a/b.git', true],
  ['git@[::1]:a/b.git', true],
  ['https://example.org/a?x=@y', true],
  ['/home/me/a@b', false],
  ['/home/me/a:b', false],
])('%s is kept unchanged (an address: %s)', (source, address) => {
  expect(Source.parse(` ${source} `)).toBe(source)
  expect(isAddress(source)).toBe(address)
})

it.each([
  ['file:///home/me/site', '/home/me/site'],
  ['FILE://localhost/home/me/site', '/home/me/site'],
  ['file:/home/me/site', '/home/me/site'],
  ['file:///home/me/my%20site', '/home/me/my site'],
  ['file:///home/me/100%', '/home/me/100%'],
])('%s becomes the path %s', (source, path) => {
  expect(Source.parse(source)).toBe(path)
  expect(isAddress(source)).toBe(false)
})

it.each([
  ['', /empty.*leave it out/],
  ['./site', /relative path.*absolute path/],
  ['../site', /relative path/],
  ['site', /relative path/],
  ['site/', /relative path/],
  ['./a:b', /relative path/],
  ['-oProxyCommand=x', /relative path/],
  ['~/site', /"~"/],
  ['~other/site', /"~"/],
  ['file://example.org/site', /another machine/],
  ['file:site', /another machine, or no path/],
  ['file:////example.org/site', /another machine/],
  ['file:///a%00b', /control characters/],
  [String.raw`C:\code\site`, /Windows/],
  ['c:/code/site', /Windows/],
  [String.raw`\\host\site`, /Windows/],
  ['ftp://example.org/a', /does not speak ftp:\/\//],
  ['ext::sh -c x', /neither a path nor an address/],
  ['ext::sh', /neither a path nor an address/],
  ['https:///a', /names no host/],
  ['https://', /names no host/],
  ['ssh://git@/a', /names no host/],
  ['https://a b/c', /names no host/],
  ['/a\nb', /control characters/],
  ['/a\ud800', /control characters/],
])('%j is refused, with a hint at what to give instead', (source, sentence) => {
  expect(Source.safeParse(source).error?.issues.map(({ message }) => message)).toEqual([
    expect.stringMatching(sentence),
  ])
})

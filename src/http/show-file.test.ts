import { expect, it } from 'vitest'
import type { FileContent } from '../contract/files.ts'
import { showFile } from './show-file.ts'

const file = (path: string, content: string, encoding: FileContent['encoding'] = 'utf8'): FileContent => ({
  path,
  commit: 'c',
  size: content.length,
  encoding,
  content,
  truncated: false,
})
const png = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1').toString('base64')

it.each([
  ['an image', file('a/b.png', png, 'base64'), 'image/png', "inline; filename*=UTF-8''b.png"],
  ['a drawing', file('a.svg', '<svg/>'), 'image/svg+xml', "inline; filename*=UTF-8''a.svg"],
  [
    'a page',
    file('a.html', '<script>1</script>'),
    'text/plain; charset=utf-8',
    "attachment; filename*=UTF-8''a.html",
  ],
  [
    'bytes',
    file('ä "1"', 'AAAA', 'base64'),
    'application/octet-stream',
    "attachment; filename*=UTF-8''%C3%A4%20%221%22",
  ],
])('%s is shown, or saved, and never run', (_, content, type, disposition) => {
  const { headers } = showFile(content)
  expect(headers.get('content-type')).toBe(type)
  expect(headers.get('content-disposition')).toBe(disposition)
  expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

it('returns the bytes of the file', async () => {
  const bytes = await showFile(file('a', png, 'base64')).arrayBuffer()
  expect(Buffer.from(bytes).toString('base64')).toBe(png)
})

it('refuses a file that is known only in part', () => {
  expect(() => showFile({ ...file('a', ''), truncated: true })).toThrow(
    expect.objectContaining({ code: 'file_too_large' }),
  )
})

import type { FileContent } from '../contract/files.ts'
import { AppError } from '../lib/app-error.ts'
import { imageTypeOf } from './image-type.ts'

/**
 * Builds a response with a file for a browser: an image with its type, anything else as a download. Either way it runs
 * nothing: an SVG opened directly is in a sandbox without scripts and without a network.
 */
export function showFile({ path, encoding, content, truncated }: FileContent): Response {
  if (truncated)
    throw new AppError('file_too_large', 'The file is too large to be shown: download the repository.')
  const bytes = Buffer.from(content, encoding)
  const image = imageTypeOf(path, bytes)
  const name = encodeURIComponent(path.split('/').at(-1) ?? 'file')
  const otherwise = encoding === 'utf8' ? 'text/plain; charset=utf-8' : 'application/octet-stream'
  return new Response(bytes, {
    headers: {
      'Content-Type': image ?? otherwise,
      'Content-Disposition': `${image === null ? 'attachment' : 'inline'}; filename*=UTF-8''${name}`,
      'Content-Security-Policy': `sandbox; default-src 'none'${image === 'image/svg+xml' ? "; style-src 'unsafe-inline'" : ''}`,
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

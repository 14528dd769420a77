import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { exchangeLink, type LogInParts } from '../access/exchange-link.ts'
import type { HttpLimits } from '../http-limits.ts'
import { openUiFiles, type UiFile } from '../ui/ui-files.ts'
import { openPreloads } from '../ui/ui-preloads.ts'
import { isAssetPath, pagePatterns } from '../ui/ui-paths.ts'

/**
 * Only own files, and nothing inline except styles: the diff library colours code with style attributes, and the dialog
 * library locks scrolling with a style element. A style cannot run anything or fetch from elsewhere.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ')

const FOREVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'no-cache'

/** The build's file that lists the files of each screen. */
const MANIFEST = 'manifest.json'

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="3">
<title>Slipway</title>
<p>The web interface has not been built yet: run <code>npm run build:web</code> in the checkout of Slipway, and it appears here.</p>
</html>
`

/** Routes of the UI's pages and their files. They contain no data, so they need no session: the API does. */
export function uiRoutes(
  app: OpenAPIHono,
  parts: LogInParts & { readonly uiDir: string; readonly limits: Pick<HttpLimits, 'uiFileBytes'> },
): void {
  const find = openUiFiles(parts.uiDir, parts.limits.uiFileBytes)
  const preloads = openPreloads()
  const page = async (c: Context): Promise<Response> => {
    const redirect = await exchangeLink(c, parts)
    if (redirect !== null) return redirect
    c.header('Content-Security-Policy', POLICY)
    const file = await find('index.html')
    if (file === null) return c.html(NOT_BUILT, 503)
    const links = preloads(await find(MANIFEST), c.req.path)
    if (links !== null) c.header('Link', links)
    return send(c, file, ASK_AGAIN)
  }
  app.use('*', async (c: Context, next) => {
    const { path, method } = c.req
    if ((method !== 'GET' && method !== 'HEAD') || !isAssetPath(path)) return next()
    const file = await find(path.slice(1))
    return file === null ? next() : send(c, file, path.startsWith('/assets/') ? FOREVER : ASK_AGAIN)
  })
  app.get('/health', async (c, next) => {
    c.header('Vary', 'Accept')
    return (c.req.header('accept') ?? '').includes('text/html') ? page(c) : next()
  })
  for (const pattern of pagePatterns) app.get(pattern, page)
}

/** Sends the file with its ETag, in the smallest encoding that the browser accepts. */
async function send(c: Context, file: UiFile, caching: string): Promise<Response> {
  c.header('Cache-Control', caching)
  c.header('ETag', file.tag)
  c.header('Vary', 'Accept-Encoding', { append: true })
  if (namesTag(c.req.header('if-none-match'), file.tag)) return c.body(null, 304)
  c.header('Content-Type', file.type)
  const encoding = encodingOf(c.req.header('accept-encoding') ?? '')
  const small = encoding === null ? null : await file.compressed(encoding)
  if (encoding !== null && small !== null) c.header('Content-Encoding', encoding)
  return c.body(small ?? file.bytes)
}

function namesTag(header: string | undefined, tag: string): boolean {
  return (header ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
}

function encodingOf(header: string): 'br' | 'gzip' | null {
  const wanted = header
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one))
    .map((one) => one.split(';', 1)[0])
  if (wanted.includes('br')) return 'br'
  return wanted.includes('gzip') ? 'gzip' : null
}

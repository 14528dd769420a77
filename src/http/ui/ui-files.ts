import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { getMimeType } from 'hono/utils/mime'

/** A file of the built UI, held in memory. */
export interface UiFile {
  readonly type: string
  /** A strong ETag: equal bytes have equal tags. */
  readonly tag: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Returns the compressed bytes, computed on first use; null when compression would not make them much smaller. */
  compressed(encoding: 'br' | 'gzip'): Promise<Uint8Array<ArrayBuffer> | null>
}

/** The size in bytes below which compression gains nothing. */
const SMALL = 1024
/** Better than gzip and still fast enough to run during a request. */
const BROTLI_QUALITY = 5

const brotli = promisify(zlib.brotliCompress)
const gzip = promisify(zlib.gzip)

/**
 * Returns a lookup of files below `dir`, which are read on first use and cached; a file that was rebuilt is read again.
 * Nothing is read in advance, so a start costs nothing, and `dir` need not exist.
 */
export function openUiFiles(dir: string, maxBytes: number): (name: string) => Promise<UiFile | null> {
  const kept = new Map<string, { stamp: string; file: UiFile }>()
  return async (name) => {
    if (!isPlainName(name)) return null
    const target = path.join(dir, name)
    const found = await statOrNull(target)
    if (found === null || !found.isFile() || found.size > maxBytes) {
      kept.delete(name)
      return null
    }
    const stamp = `${found.mtimeMs} ${found.size}`
    const known = kept.get(name)
    if (known?.stamp === stamp) return known.file
    const file = fileOf(name, new Uint8Array(await fs.readFile(target)))
    kept.set(name, { stamp, file })
    return file
  }
}

/** The maximum length of a file name; much longer ones are an error in the file system. */
const NAME_CHARS = 255

/** Whether a name has only segments of plain characters, none of them hidden, so that it cannot leave the directory. */
function isPlainName(name: string): boolean {
  return name.length <= NAME_CHARS && name.split('/').every((part) => /^[\w-][\w.-]*$/.test(part))
}

async function statOrNull(file: string): Promise<Awaited<ReturnType<typeof fs.stat>> | null> {
  try {
    return await fs.stat(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null
    throw error
  }
}

function fileOf(name: string, bytes: Uint8Array<ArrayBuffer>): UiFile {
  const type = getMimeType(name) ?? 'application/octet-stream'
  const squeezable = /^text\/|javascript|json|svg|manifest|wasm/.test(type) && bytes.length > SMALL
  const made = new Map<string, Promise<Uint8Array<ArrayBuffer> | null>>()
  return {
    type,
    tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    bytes,
    async compressed(encoding) {
      if (!squeezable) return null
      const before = made.get(encoding)
      if (before !== undefined) return before
      const making = squeeze(encoding, bytes)
      made.set(encoding, making)
      return making
    },
  }
}

async function squeeze(
  encoding: 'br' | 'gzip',
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const small =
    encoding === 'br'
      ? await brotli(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
      : await gzip(bytes)
  return small.length < bytes.length * 0.9 ? new Uint8Array(small) : null
}

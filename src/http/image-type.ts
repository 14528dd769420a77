/** The first bytes of each image type that a browser displays. A file that does not match is not displayed as an image. */
const signatures: readonly (readonly [type: string, isOne: (head: string) => boolean])[] = [
  ['image/png', (head) => head.startsWith('\u0089PNG\r\n\u001a\n')],
  ['image/jpeg', (head) => head.startsWith('\u00ff\u00d8\u00ff')],
  ['image/gif', (head) => /^GIF8[79]a/.test(head)],
  ['image/webp', (head) => /^RIFF[^]{4}WEBP/.test(head)],
  ['image/avif', (head) => /^[^]{4}ftypavi[fs]/.test(head)],
]

const HEAD_BYTES = 4096

/** Returns the media type of an image by its content, or null. SVG is text, so its name must end in `.svg` too. */
export function imageTypeOf(path: string, bytes: Buffer): string | null {
  const head = bytes.subarray(0, HEAD_BYTES).toString('latin1')
  const found = signatures.find(([, matches]) => matches(head))
  if (found !== undefined) return found[0]
  return /\.svg$/i.test(path) && isDrawing(head) ? 'image/svg+xml' : null
}

/** Whether the first element is `svg`, after an optional prologue. Matches one step at a time, so that no input makes it slow. */
function isDrawing(head: string): boolean {
  const prologue = /(?:\s|\u00ef\u00bb\u00bf)+|<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^>[]*>/iy
  let at = 0
  while (prologue.test(head)) at = prologue.lastIndex
  return /^<svg[\s>/]/i.test(head.slice(at))
}

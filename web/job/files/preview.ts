import type { FileContent } from '../../../src/contract/files.ts'

/** The number of characters above which a text is not highlighted, because the page would freeze. */
const LARGE = 400_000

export type FilePreview = 'text' | 'markdown' | 'image' | 'binary' | 'large' | 'empty'

/** Returns the kind of preview for a file. */
export function filePreview(file: FileContent): FilePreview {
  if (/\.(png|jpe?g|gif|webp|avif|svg)$/i.test(file.path) && !file.truncated) return 'image'
  if (file.size === 0) return 'empty'
  if (file.encoding === 'base64') return 'binary'
  if (file.truncated || file.content.length > LARGE) return 'large'
  return /\.(md|markdown)$/i.test(file.path) ? 'markdown' : 'text'
}

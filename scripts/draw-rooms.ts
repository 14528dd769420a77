import path from 'node:path'
import { cruise } from 'dependency-cruiser'
import config from '../.dependency-cruiser.mjs'

/**
 * Draws the diagram of the rooms in docs/architecture.md from the actual imports (`make docs`). The diagram is between two
 * markers; everything outside them is written by hand.
 */

const BEGIN = '<!-- rooms: drawn by scripts/draw-rooms.ts -->'
const END = '<!-- /rooms -->'

/**
 * A mermaid flowchart of `src/` and `web/`, one box per room and one for each file outside the rooms. Unit tests are
 * left out.
 * The arrows are sorted here, because the cruiser's own mermaid follows the order of the file system.
 */
export async function drawRooms(root: string): Promise<string> {
  const { output } = await cruise(['src', 'web'], {
    ...config.options,
    baseDir: root,
    includeOnly: '^(src|web)/',
    exclude: ['\\.test\\.ts$', '^web/dist/'],
    collapse: '^(src/[^/]+|web)',
  })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text where modules were expected')
  const name = (place: string): string => path.posix.basename(place)
  const arrows = output.modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => `  ${name(source)} --> ${name(resolved)}`),
  )
  return ['```mermaid', 'flowchart TD', ...[...new Set(arrows)].sort(byCodePoint), '```'].join('\n')
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : 1
}

/** Returns the page with the picture between its markers replaced. */
export function withPicture(page: string, picture: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin)
    throw new Error(`docs/architecture.md has lost its markers: ${BEGIN} ... ${END}`)
  return `${page.slice(0, begin + BEGIN.length)}\n\n${picture}\n\n${page.slice(end)}`
}

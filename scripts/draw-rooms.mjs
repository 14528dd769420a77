import fs from 'node:fs'
import path from 'node:path'
import { cruise } from 'dependency-cruiser'
import config from '../.dependency-cruiser.mjs'

/**
 * Draws the picture of the rooms from the imports that are really there, for docs/architecture.md: run `make docs`.
 * The picture stands between two markers; everything outside them is written by people.
 */

const BEGIN = '<!-- rooms: drawn by scripts/draw-rooms.mjs -->'
const END = '<!-- /rooms -->'

/**
 * A mermaid flowchart of `src/`, one box per room and one for each file outside the rooms. Unit tests are left out.
 *
 * @param {string} root The project's root directory.
 * @returns {Promise<string>}
 */
export async function drawRooms(root) {
  const { output } = await cruise(['src'], {
    ...config.options,
    baseDir: root,
    exclude: { path: '\\.test\\.ts$' },
  })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text where modules were expected')
  const arrows = new Set()
  for (const module of output.modules) {
    const from = boxOf(module.source)
    for (const { resolved } of module.dependencies) {
      const to = boxOf(resolved)
      if (from && to && from !== to) arrows.add(`  ${from} --> ${to}`)
    }
  }
  return ['```mermaid', 'flowchart TD', ...[...arrows].sort((a, b) => a.localeCompare(b, 'en')), '```'].join(
    '\n',
  )
}

/** The room a file is in, or its own name when it is in none; null outside `src/`. */
function boxOf(file) {
  const [top, room] = file.split('/')
  return top === 'src' && room !== undefined ? room : null
}

/**
 * The page with the picture between its markers replaced.
 *
 * @param {string} page
 * @param {string} picture
 * @returns {string}
 */
export function withPicture(page, picture) {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin)
    throw new Error(`docs/architecture.md has lost its markers: ${BEGIN} ... ${END}`)
  return `${page.slice(0, begin + BEGIN.length)}\n\n${picture}\n\n${page.slice(end)}`
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..')
  const file = path.join(root, 'docs', 'architecture.md')
  fs.writeFileSync(file, withPicture(fs.readFileSync(file, 'utf8'), await drawRooms(root)))
}

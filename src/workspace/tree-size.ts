import fs from 'node:fs'
import path from 'node:path'

/** The number of files that are looked at together, so that a large tree does not keep others from the disk. */
const TOGETHER = 64
/** The unit of `blocks`, whatever the file system's own block size is (stat(2)). */
const BLOCK_BYTES = 512

/**
 * Returns the bytes that a directory holds on the disk: blocks, not lengths; a file with several links counts once. What goes
 * away meanwhile, or a directory that does not exist, counts nothing.
 */
export async function treeSize(root: string): Promise<number> {
  const seen = new Set<string>()
  let bytes = 0
  const waiting = [root]
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    const names = await orNone(fs.promises.readdir(dir))
    for (let first = 0; first < names.length; first += TOGETHER) {
      const places = names.slice(first, first + TOGETHER).map((name) => path.join(dir, name))
      for (const [index, stat] of (await Promise.all(places.map(look))).entries()) {
        if (stat === null) continue
        const file = `${stat.dev}:${stat.ino}`
        if (stat.nlink > 1 && !stat.isDirectory() && seen.has(file)) continue
        if (stat.nlink > 1) seen.add(file)
        bytes += stat.blocks * BLOCK_BYTES
        if (stat.isDirectory()) waiting.push(places[index] ?? '')
      }
    }
  }
  return bytes
}

async function look(place: string): Promise<fs.Stats | null> {
  try {
    return await fs.promises.lstat(place)
  } catch {
    return null
  }
}

async function orNone(names: Promise<string[]>): Promise<string[]> {
  try {
    return await names
  } catch {
    return []
  }
}

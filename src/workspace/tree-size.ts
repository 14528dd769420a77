import fs from 'node:fs'
import path from 'node:path'

/** The number of files that are read together, so that a large tree does not keep others from the disk. */
const TOGETHER = 64
/** The unit of `blocks`, whatever the file system's own block size is (stat(2)). */
const BLOCK_BYTES = 512

/**
 * Returns the bytes that a directory uses on the disk (blocks, not lengths; a file with several links counts once). Entries
 * that disappear meanwhile, and a missing directory, count as zero.
 */
export async function treeSize(root: string): Promise<number> {
  const seen = new Set<string>()
  const waiting = [root]
  let bytes = 0
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for (const { file, stat } of await entriesOf(dir)) {
      if (stat.isDirectory()) waiting.push(file)
      else if (stat.nlink > 1 && isKnown(seen, stat)) continue
      bytes += stat.blocks * BLOCK_BYTES
    }
  }
  return bytes
}

async function entriesOf(dir: string): Promise<{ file: string; stat: fs.Stats }[]> {
  const names = await orNone(fs.promises.readdir(dir))
  const entries: { file: string; stat: fs.Stats }[] = []
  for (let first = 0; first < names.length; first += TOGETHER) {
    const files = names.slice(first, first + TOGETHER).map((name) => path.join(dir, name))
    const stats = await Promise.all(files.map(statOrNull))
    for (const [index, file] of files.entries()) {
      const stat = stats[index]
      if (stat) entries.push({ file, stat })
    }
  }
  return entries
}

/** Whether a file was seen under another name; from now on it was. */
function isKnown(seen: Set<string>, { dev, ino }: fs.Stats): boolean {
  const file = `${dev}:${ino}`
  if (seen.has(file)) return true
  seen.add(file)
  return false
}

async function statOrNull(file: string): Promise<fs.Stats | null> {
  try {
    return await fs.promises.lstat(file)
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

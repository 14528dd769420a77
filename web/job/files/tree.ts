import type { FileTree } from '../../../src/contract/files.ts'

type FileEntry = FileTree['files'][number]

/** A line of the file tree: a folder, open or closed, or a file. `depth` counts from 0. */
export type TreeLine =
  | {
      readonly kind: 'folder'
      readonly path: string
      readonly name: string
      readonly depth: number
      readonly isOpen: boolean
    }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly name: string
      readonly depth: number
      readonly size: number
    }

interface Folder {
  readonly folders: Map<string, Folder>
  readonly files: FileEntry[]
}

/** Returns the visible lines: folders before files, each by name; contents of closed folders are left out. */
export function treeLines(files: readonly FileEntry[], closed: ReadonlySet<string>): TreeLine[] {
  const root: Folder = { folders: new Map(), files: [] }
  for (const file of files) {
    let folder = root
    for (const part of file.path.split('/').slice(0, -1)) {
      const inside = folder.folders.get(part) ?? { folders: new Map(), files: [] }
      folder.folders.set(part, inside)
      folder = inside
    }
    folder.files.push(file)
  }
  return linesOf(root, '', 0, closed)
}

function linesOf(folder: Folder, above: string, depth: number, closed: ReadonlySet<string>): TreeLine[] {
  const folders = [...folder.folders]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([name, inside]): TreeLine[] => {
      const path = `${above}${name}`
      const isOpen = !closed.has(path)
      const line: TreeLine = { kind: 'folder', path, name, depth, isOpen }
      return isOpen ? [line, ...linesOf(inside, `${path}/`, depth + 1, closed)] : [line]
    })
  const files = folder.files
    .map((file): TreeLine => ({
      kind: 'file',
      path: file.path,
      name: file.path.split('/').at(-1) ?? '',
      depth,
      size: file.size,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
  return [...folders, ...files]
}

/** Returns the file shown by default: the README, else the first at the top level, else the first of all. */
export function firstFile(files: readonly FileEntry[]): string | undefined {
  const readme = files.find((file) => /^readme(\.\w+)?$/i.test(file.path))
  return (readme ?? files.find((file) => !file.path.includes('/')) ?? files[0])?.path
}

import { PassThrough, type Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { git } from './git.ts'
import type { JobRepository } from './job-repository.ts'
import { listFiles } from './read-repository.ts'

const ENTRIES = 100_000

/** A commit's regular files as a zip stream; links are left out, because what unpacks them may follow them. */
export function zipCommit(
  repository: JobRepository,
  commit: string,
  options: { maxBytes: number },
): Readable {
  const zip = new ZipFile()
  const out = new PassThrough()
  zip.outputStream.pipe(out)
  fill(zip, repository, commit, options.maxBytes).catch((error: unknown) =>
    out.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  return out
}

async function fill(
  zip: ZipFile,
  repository: JobRepository,
  commit: string,
  maxBytes: number,
): Promise<void> {
  const { files } = await listFiles(repository, commit, ENTRIES)
  const regular = files.filter((file) => file.mode === '100644' || file.mode === '100755')
  const total = regular.reduce((sum, file) => sum + file.size, 0)
  if (total > maxBytes) throw new Error(`the files are larger together than ${maxBytes} bytes`)
  for (const file of regular) {
    const { stdout } = await git(['cat-file', 'blob', `${commit}:${file.path}`], { gitDir: repository.dir })
    zip.addBuffer(stdout, file.path, { mode: file.mode === '100755' ? 0o755 : 0o644 })
  }
  zip.end()
}

import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { git } from './git.ts'
import { headCommit, headRef, type JobRepository } from './job-repository.ts'
import { toleratedFaults } from './tolerated-faults.ts'

/**
 * Hands over the job's branch, with the tags of its source, as a normal clone that belongs to the person. A delivery that is there already is left
 * alone when it is the same commit; a newer one goes beside it, so that nothing a person did in there is touched.
 */
export async function deliverRepository(
  repository: JobRepository,
  resultDir: string,
): Promise<{ path: string; commit: string }> {
  const commit = await headCommit(repository)
  const place =
    fs.existsSync(resultDir) && (await delivered(resultDir, await headRef(repository))) !== commit
      ? `${resultDir}-${commit.slice(0, 10)}`
      : resultDir
  if (fs.existsSync(place)) return { path: place, commit }
  const temporary = `${resultDir}.${randomUUID()}`
  try {
    await git(['clone', '--quiet', '--no-local', '--template=', '--', repository.dir, temporary], {
      allowProtocol: 'file',
      settings: toleratedFaults,
    })
    await git(['remote', 'remove', 'origin'], { gitDir: path.join(temporary, '.git') })
    await fs.promises.rename(temporary, place)
  } finally {
    await fs.promises.rm(temporary, { recursive: true, force: true })
  }
  return { path: place, commit }
}

/** The commit that a delivery holds, read as a file: a person may have changed anything in there. */
async function delivered(dir: string, ref: string): Promise<string | null> {
  const file = path.join(dir, '.git', ref)
  if (!fs.existsSync(file)) return null
  return (await fs.promises.readFile(file, 'utf8')).trim()
}

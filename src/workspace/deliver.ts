import fs from 'node:fs'
import path from 'node:path'
import { randomId } from '../lib/chance.ts'
import { git } from './git/git.ts'
import { headCommit, type JobRepository } from './job-repository.ts'
import { toleratedFaults } from './source/tolerated-faults.ts'

/**
 * Delivers the job's branch, with the tags of its source, as a normal clone that belongs to the person. A delivery that
 * already holds the commit is left alone, whatever was changed in it; a newer one is put next to it, so that a person's
 * changes stay.
 */
export async function deliverRepository(
  repository: JobRepository,
  resultDir: string,
): Promise<{ path: string; commit: string }> {
  const commit = await headCommit(repository)
  const isOccupied = fs.existsSync(resultDir) && !(await holdsCommit(repository, resultDir, commit))
  const target = isOccupied ? `${resultDir}-${commit.slice(0, 10)}` : resultDir
  if (fs.existsSync(target)) return { path: target, commit }
  const temporary = `${resultDir}.${randomId()}`
  try {
    await git(['clone', '--quiet', '--no-local', '--template=', '--', repository.dir, temporary], {
      allowProtocol: 'file',
      settings: toleratedFaults,
    })
    await git(['remote', 'remove', 'origin'], { gitDir: path.join(temporary, '.git') })
    await fs.promises.rename(temporary, target)
  } finally {
    await fs.promises.rm(temporary, { recursive: true, force: true })
  }
  return { path: target, commit }
}

/**
 * Whether a delivery holds the commit among its objects, loose or packed, on a branch or not. Git reads them with the
 * settings of the job's own repository, because a person may have changed those of the delivery.
 */
async function holdsCommit(repository: JobRepository, dir: string, commit: string): Promise<boolean> {
  const { exitCode } = await git(['rev-parse', '--verify', '--quiet', `${commit}^{commit}`], {
    gitDir: repository.dir,
    env: { GIT_OBJECT_DIRECTORY: path.join(dir, '.git', 'objects') },
    accept: [1, 128],
  })
  return exitCode === 0
}

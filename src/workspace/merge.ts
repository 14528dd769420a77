import { git, gitText, identity } from './git/git.ts'
import { headCommit, type JobRepository } from './job-repository.ts'

export interface MergeOptions {
  readonly commit: string
  readonly taskId: string
  readonly attemptId: string
  /** The attempts whose work counts as the task's own; those from before it was started over do not. */
  readonly attemptIds: readonly string[]
  readonly title: string
  readonly body: string
  readonly author: string
}

export type MergeResult =
  | { readonly outcome: 'merged'; readonly commit: string; readonly mergedFrom: string }
  | { readonly outcome: 'already'; readonly commit: string }
  | { readonly outcome: 'empty' }
  | { readonly outcome: 'conflict'; readonly files: readonly string[] }

/** The maximum number of times a merge starts over because main has moved meanwhile. */
const RACES = 20

/**
 * Merges an attempt into the job's main as one commit, without a work tree: the trees are merged as objects and the
 * reference is only updated if it still is the one merged with. A task that is already on main is not merged again,
 * whichever of its attempts brought it there.
 */
export async function mergeAttempt(repository: JobRepository, options: MergeOptions): Promise<MergeResult> {
  const own = { gitDir: repository.dir }
  for (let race = 0; race < RACES; race += 1) {
    const main = await headCommit(repository)
    const earlier = await gitText(
      [
        'log',
        '-1',
        '--format=%H',
        '--fixed-strings',
        ...options.attemptIds.map((id) => `--grep=Slipway-Attempt: ${id}`),
        main,
      ],
      own,
    )
    if (earlier !== '') return { outcome: 'already', commit: earlier }
    const merged = await git(
      ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', main, options.commit],
      { ...own, accept: [1] },
    )
    const [tree = '', ...files] = merged.stdout.toString('utf8').split('\0')
    if (merged.exitCode === 1)
      return { outcome: 'conflict', files: [...new Set(files.filter((file) => file !== ''))] }
    if (tree === (await gitText(['rev-parse', `${main}^{tree}`], own))) return { outcome: 'empty' }
    const commit = await gitText(['commit-tree', tree, '-p', main, '-F', '-'], {
      ...own,
      input: message(options),
      env: identity(options.author),
    })
    const swapped = await git(['update-ref', 'HEAD', commit, main], { ...own, accept: [1, 128] })
    if (swapped.exitCode === 0) return { outcome: 'merged', commit, mergedFrom: main }
  }
  throw new Error(`main moved ${RACES} times during one merge`)
}

function message(options: MergeOptions): string {
  const title = options.title.replaceAll(/\s+/g, ' ').trim()
  const body = options.body.trim() === '' ? '' : `${options.body.trim()}\n\n`
  return `${title}\n\n${body}Slipway-Task: ${options.taskId}\nSlipway-Attempt: ${options.attemptId}\n`
}

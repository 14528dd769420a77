import { usualBranch } from './source/find-source.ts'
import { git, gitText, identity } from './git/git.ts'

/** Makes a bare repository whose main holds one commit without files. */
export async function makeEmptyRepository(dir: string): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', '--', dir])
  await beginBranch(dir, usualBranch)
}

/** Creates a branch with one commit without files and makes it the default branch. */
export async function beginBranch(dir: string, branch: string): Promise<void> {
  const tree = await gitText(['mktree'], { gitDir: dir, input: '' })
  const commit = await gitText(['commit-tree', tree, '-m', 'Begin'], {
    gitDir: dir,
    env: identity('Slipway'),
  })
  await git(['update-ref', `refs/heads/${branch}`, commit], { gitDir: dir })
  await git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], { gitDir: dir })
}

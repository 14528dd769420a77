import { git, gitText, identity } from './git.ts'

/** A bare repository whose main holds one commit without files. */
export async function makeEmptyRepository(dir: string): Promise<void> {
  await git(['init', '--quiet', '--bare', '--template=', '--', dir])
  await beginMain(dir)
}

/** Puts one commit without files on main and makes it the default branch. */
export async function beginMain(dir: string): Promise<void> {
  const tree = await gitText(['mktree'], { gitDir: dir, input: '' })
  const commit = await gitText(['commit-tree', tree, '-m', 'Begin'], {
    gitDir: dir,
    env: identity('Slipway'),
  })
  await git(['update-ref', 'refs/heads/main', commit], { gitDir: dir })
  await git(['symbolic-ref', 'HEAD', 'refs/heads/main'], { gitDir: dir })
}

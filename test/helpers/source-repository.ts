import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** Runs git in a directory, without user settings, and returns its output. */
export function gitIn(dir: string, args: readonly string[], input?: string | Uint8Array): string {
  return execFileSync('git', ['-C', dir, '-c', 'user.name=A', '-c', 'user.email=a@b', ...args], {
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    },
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trim()
}

/** A repository with two commits on a branch, a tag on the first, and one commit outside the branch. */
export function makeSource(dir: string, branch = 'trunk'): string {
  fs.mkdirSync(dir, { recursive: true })
  gitIn(dir, ['init', '-q', '-b', branch])
  for (const name of ['one', 'two']) {
    fs.writeFileSync(path.join(dir, `${name}.txt`), `${name}\n`)
    gitIn(dir, ['add', '.'])
    gitIn(dir, ['commit', '-qm', name])
    if (name === 'one') gitIn(dir, ['tag', '-a', 'v1', '-m', 'one'])
  }
  gitIn(dir, ['checkout', '-q', '--detach'])
  gitIn(dir, ['commit', '-qm', 'beside', '--allow-empty'])
  gitIn(dir, ['tag', 'beside'])
  gitIn(dir, ['checkout', '-q', branch])
  return dir
}

/** Puts a commit on the branch of HEAD whose tree is made of these bytes, however wrong they are. */
export function commitTree(dir: string, tree: Uint8Array): void {
  const id = gitIn(dir, ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], tree)
  gitIn(dir, ['update-ref', 'HEAD', gitIn(dir, ['commit-tree', id, '-p', 'HEAD', '-m', 'made by hand'])])
}

/** An entry of a tree as git stores it. */
export function treeEntry(mode: string, name: string, id: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])
}

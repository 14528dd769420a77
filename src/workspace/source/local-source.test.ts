import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ForeignPartError, refuseForeignParts } from './local-source.ts'

let root: string
let secret: string
let source: string

function repository(name: string): string {
  const dir = path.join(root, name)
  execFileSync('git', ['init', '-q', '-b', 'main', dir])
  fs.writeFileSync(path.join(dir, 'file'), name)
  execFileSync('git', ['-C', dir, 'add', '.'])
  execFileSync('git', ['-C', dir, '-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '-qm', name])
  return dir
}

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-source-'))
  secret = repository('secret')
  source = path.join(root, 'source')
  fs.mkdirSync(source)
})
afterEach(() => fs.rmSync(root, { recursive: true }))

it.each<[string, () => void]>([
  [
    'a .git file that names it',
    () => fs.writeFileSync(path.join(source, '.git'), `gitdir: ${secret}/.git\n`),
  ],
  ['a .git that is a link to it', () => fs.symlinkSync(`${secret}/.git`, path.join(source, '.git'))],
  [
    'objects that are a link to its objects',
    () => {
      execFileSync('git', ['init', '-q', source])
      fs.rmSync(path.join(source, '.git', 'objects'), { recursive: true })
      fs.symlinkSync(`${secret}/.git/objects`, path.join(source, '.git', 'objects'))
    },
  ],
  [
    'alternates that name its objects',
    () => {
      execFileSync('git', ['init', '-q', source])
      fs.writeFileSync(path.join(source, '.git', 'objects', 'info', 'alternates'), `${secret}/.git/objects\n`)
    },
  ],
  [
    'a common directory',
    () => {
      execFileSync('git', ['init', '-q', source])
      fs.writeFileSync(path.join(source, '.git', 'commondir'), `${secret}/.git\n`)
    },
  ],
  [
    'a .git file that names a worktree of it which belongs to somebody else',
    () => {
      execFileSync('git', ['-C', secret, 'worktree', 'add', '-q', path.join(root, 'theirs')], {
        stdio: 'ignore',
      })
      fs.writeFileSync(path.join(source, '.git'), `gitdir: ${secret}/.git/worktrees/theirs\n`)
    },
  ],
  [
    'a worktree of its own that names the objects of it',
    () => {
      const own = repository('own')
      fs.rmdirSync(source)
      execFileSync('git', ['-C', own, 'worktree', 'add', '-q', source], { stdio: 'ignore' })
      fs.writeFileSync(path.join(own, '.git', 'worktrees', 'source', 'commondir'), `${secret}/.git\n`)
    },
  ],
  [
    'a .git that is a pipe, which is not waited for',
    () => execFileSync('mkfifo', [path.join(source, '.git')]),
  ],
  [
    'a .git file that names a pipe, which is not waited for',
    () => {
      const admin = path.join(root, 'x', 'worktrees', 'y')
      fs.mkdirSync(admin, { recursive: true })
      execFileSync('mkfifo', [path.join(admin, 'gitdir')])
      fs.writeFileSync(path.join(source, '.git'), `gitdir: ${admin}\n`)
    },
  ],
])('another repository is not brought in by %s', (_, prepare) => {
  prepare()
  expect(() => refuseForeignParts(source)).toThrow(ForeignPartError)
})

it('an ordinary repository, a bare one, and a git worktree are accepted', () => {
  refuseForeignParts(secret)
  execFileSync('git', ['clone', '-q', '--bare', secret, path.join(root, 'bare.git')])
  refuseForeignParts(path.join(root, 'bare.git'))
  execFileSync('git', ['-C', secret, 'worktree', 'add', '-q', path.join(root, 'tree')], { stdio: 'ignore' })
  refuseForeignParts(path.join(root, 'tree'))
})

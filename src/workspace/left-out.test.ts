import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { newId } from '../lib/ids.ts'
import { checkpoint, prepareWorkspace, type Checkpoint } from './attempt-workspace.ts'
import { ensureJobRepository, headCommit, type JobRepository } from './job-repository.ts'
import { listFiles, readFile } from './read-repository.ts'

let dataDir: string
let repository: JobRepository

beforeAll(async () => {
  dataDir = makeDir('slipway-left-')
  repository = await ensureJobRepository({ dataDir, jobId: newId(), source: null, branch: 'main' })
})

async function record(files: Readonly<Record<string, string>>, base?: string): Promise<Checkpoint> {
  const id = newId()
  const attemptDir = path.join(dataDir, 'attempts', id)
  const commit = base ?? (await headCommit(repository))
  const { dir } = await prepareWorkspace(repository, { attemptDir, commit })
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    fs.writeFileSync(path.join(dir, name), content)
  }
  const ref = `refs/slipway/attempts/${id}`
  return checkpoint(repository, { attemptDir, base: commit, ref, message: 'work', author: 'Developer 1' })
}

async function namesIn(commit: string): Promise<string[]> {
  return (await listFiles(repository, commit, 100)).files.map((file) => file.path)
}

// Concatenated here, so that scanners do not report this file as a leak.
const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_')
const key = (what: string): string =>
  [`-----${what} RSA PRIVATE KEY-----`, 'MIIEpAIBAAKCAQEA7bq9'.repeat(12), ''].join('\n')
const privateKey = `${key('BEGIN')}-----END RSA PRIVATE KEY-----\n`

it('generated files, core files and files with secrets are left out and reported', async () => {
  const made = await record({
    'index.js': '1',
    '.env': 'KEY=1',
    '.env.local': 'KEY=1',
    '.env.example': 'KEY=',
    core: 'ELF',
    'core.4711': 'ELF',
    'src/core.2.js': '1',
    'node_modules/a/index.js': '1',
    'node_modules/b/index.js': '1',
    'app/node_modules/c/index.js': '1',
    '.venv/bin/python': '1',
    'pkg/__pycache__/a.cpython-312.pyc': '1',
    'docs/target/page.md': '1',
    'tool/Cargo.toml': '[package]',
    'tool/target/debug/tool': 'ELF',
    id_rsa: 'key',
    '.slipway/checks.json': '{}',
  })
  expect(await namesIn(made.commit)).toEqual([
    '.env.example',
    'docs/target/page.md',
    'index.js',
    'src/core.2.js',
    'tool/Cargo.toml',
  ])
  const tool = 'made by a tool, which makes it again'
  expect(made.leftOut.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: '.env', why: 'a file for secrets' },
    { path: '.env.local', why: 'a file for secrets' },
    { path: '.venv/', why: tool },
    { path: 'app/node_modules/', why: tool },
    { path: 'core', why: 'a core file' },
    { path: 'core.4711', why: 'a core file' },
    { path: 'id_rsa', why: 'a file for secrets' },
    { path: 'node_modules/', why: tool },
    { path: 'pkg/__pycache__/', why: tool },
    { path: 'tool/target/', why: tool },
  ])
})

it('the repository decides about files that it tracks, includes or ignores itself', async () => {
  const wanted = await record({ '.gitignore': '!.env\nbuild/\n', '.env': 'PORT=1\n', 'build/x': '1' })
  expect(await namesIn(wanted.commit)).toEqual(['.env', '.gitignore'])
  expect(wanted.leftOut).toEqual([])
  const again = await record({ '.gitignore': '', '.env': 'PORT=2\n' }, wanted.commit)
  expect((await readFile(repository, again.commit, Buffer.from('.env'))).content).toBe('PORT=2\n')
  expect(again.leftOut).toEqual([])
})

it('a file with a secret is left out: a new one completely, a changed one keeps its old content', async () => {
  const first = await record({ 'config.js': 'export const port = 1\n', 'readme.md': 'hello\n' })
  const made = await record(
    {
      'config.js': `export const token = '${token}'\n`,
      'certs/server.pem': privateKey,
      'readme.md': 'hello you\n',
    },
    first.commit,
  )
  expect(made.leftOut).toEqual([
    { path: 'certs/server.pem', why: 'it holds a secret (privatekey)' },
    { path: 'config.js', why: 'it holds a secret (github)' },
  ])
  expect(await namesIn(made.commit)).toEqual(['config.js', 'readme.md'])
  expect((await readFile(repository, made.commit, Buffer.from('config.js'))).content).toBe(
    'export const port = 1\n',
  )
  expect((await readFile(repository, made.commit, Buffer.from('readme.md'))).content).toBe('hello you\n')
})

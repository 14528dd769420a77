import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../lib/ids.ts'
import { readZip } from '../../test/helpers/read-zip.ts'
import { gitIn, makeSource } from '../../test/helpers/source-repository.ts'
import { archiveCommit } from './archive.ts'
import { checkpoint, prepareWorkspace, type Workspace } from './attempt-workspace.ts'
import { cleanCheckout } from './clean-checkout.ts'
import { deliverRepository } from './deliver.ts'
import { ensureJobRepository, headCommit, type JobRepository } from './job-repository.ts'
import { mergeAttempt } from './merge.ts'
import { openPool } from './pool.ts'
import { diff, isPath, listCommits, listFiles, readFile, resolveRef } from './read-repository.ts'
import { SourceError } from './source/source-error.ts'

let dataDir: string
let repository: JobRepository
let jobId: string

beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-ws-'))
  jobId = newId()
  repository = await ensureJobRepository({ dataDir, jobId, source: null, branch: 'main' })
})
afterAll(() => fs.rmSync(dataDir, { recursive: true }))

async function attempt(
  write: (workspace: Workspace) => void,
  base?: string,
): Promise<{ commit: string; changed: boolean; files: number; id: string }> {
  const id = newId()
  const attemptDir = path.join(dataDir, 'jobs', jobId, 'attempts', id)
  const commit = base ?? (await headCommit(repository))
  const workspace = await prepareWorkspace(repository, { attemptDir, commit })
  write(workspace)
  return {
    id,
    ...(await checkpoint(repository, {
      attemptDir,
      base: commit,
      ref: `refs/slipway/attempts/${id}`,
      message: 'work',
      author: 'Developer 1',
    })),
  }
}

function merge(
  commit: string,
  attemptId = newId(),
  earlier: readonly string[] = [],
): ReturnType<typeof mergeAttempt> {
  return mergeAttempt(repository, {
    commit,
    taskId: newId(),
    attemptId,
    attemptIds: [...earlier, attemptId],
    title: 'A task',
    body: '',
    author: 'Developer 1',
  })
}

describe('an attempt', () => {
  it('becomes one commit on main, and only once', async () => {
    const work = await attempt(({ dir }) => fs.writeFileSync(path.join(dir, 'a.txt'), 'a\n'))
    expect(work).toMatchObject({ changed: true, files: 1 })
    const attemptId = newId()
    const first = await merge(work.commit, attemptId)
    expect(first).toMatchObject({ outcome: 'merged', commit: await headCommit(repository) })
    expect(await merge(work.commit, newId(), [attemptId])).toMatchObject({
      outcome: 'already',
      commit: await headCommit(repository),
    })
    expect(await merge(work.commit)).toEqual({ outcome: 'empty' })
    const main = await headCommit(repository)
    expect((await listFiles(repository, main, 10)).files).toMatchObject([
      { path: 'a.txt', mode: '100644', size: 2 },
    ])
    expect(await readFile(repository, main, Buffer.from('a.txt'))).toMatchObject({
      encoding: 'utf8',
      content: 'a\n',
      truncated: false,
    })
    expect((await listCommits(repository, main, 10)).commits.map((commit) => commit.subject)).toEqual([
      'A task',
      'Begin',
    ])
    expect((await diff(repository, '', main, 1000)).diff).toContain('+a')
  })

  it('without changes reports that', async () => {
    expect(await attempt(() => undefined)).toMatchObject({ changed: false, files: 0 })
  })

  it('merges next to another one, and conflicts over the same line', async () => {
    const base = await headCommit(repository)
    const [one, two, other] = [
      await attempt(({ dir }) => fs.writeFileSync(path.join(dir, 'same.txt'), 'one\n'), base),
      await attempt(({ dir }) => fs.writeFileSync(path.join(dir, 'same.txt'), 'two\n'), base),
      await attempt(({ dir }) => fs.writeFileSync(path.join(dir, 'other.txt'), 'three\n'), base),
    ]
    const results = await Promise.all([merge(one.commit), merge(other.commit)])
    expect(results.map((result) => result.outcome)).toEqual(['merged', 'merged'])
    expect(await merge(two.commit)).toEqual({ outcome: 'conflict', files: ['same.txt'] })
  })

  it('runs nothing that the agent planted in its repository, and omits reports and nested repositories', async () => {
    const marker = path.join(dataDir, 'marker')
    const work = await attempt(({ dir }) => {
      const script = `#!/bin/sh\ntouch ${marker}\n`
      fs.mkdirSync(path.join(dir, '.git', 'hooks'), { recursive: true })
      for (const hook of [
        'pre-commit',
        'post-commit',
        'post-checkout',
        'post-index-change',
        'reference-transaction',
      ])
        fs.writeFileSync(path.join(dir, '.git', 'hooks', hook), script, { mode: 0o755 })
      fs.appendFileSync(
        path.join(dir, '.git', 'config'),
        `[core]\n\tfsmonitor = touch ${marker}\n[filter "x"]\n\tclean = touch ${marker}; cat\n\tsmudge = touch ${marker}; cat\n`,
      )
      fs.writeFileSync(path.join(dir, '.gitattributes'), '* filter=x\n')
      execFileSync('git', ['init', '-q', path.join(dir, 'inner')])
      fs.writeFileSync(path.join(dir, 'inner', 'file.txt'), 'inner\n')
      fs.mkdirSync(path.join(dir, '.slipway'), { recursive: true })
      fs.writeFileSync(path.join(dir, '.slipway', 'task.json'), '{}')
      fs.symlinkSync('/etc/passwd', path.join(dir, 'link'))
      fs.writeFileSync(path.join(dir, '-odd\nname'), 'odd')
    })
    expect(fs.existsSync(marker)).toBe(false)
    const paths = (await listFiles(repository, work.commit, 100)).files.map((file) => file.path)
    expect(paths).toContain('inner/file.txt')
    expect(paths).toContain('-odd\nname')
    expect(paths.filter((name) => name.startsWith('.slipway'))).toEqual([])
    const checkout = path.join(dataDir, 'checkout')
    await cleanCheckout(repository, work.commit, checkout)
    expect(fs.existsSync(path.join(checkout, '.git'))).toBe(false)
    expect(fs.readFileSync(path.join(checkout, 'inner', 'file.txt'), 'utf8')).toBe('inner\n')
    expect(fs.existsSync(marker)).toBe(false)
  })
})

it('a delivery is a clone for a person; a newer one goes next to one that was changed', async () => {
  const result = path.join(dataDir, 'jobs', jobId, 'result')
  const first = await deliverRepository(repository, result)
  expect(first).toEqual({ path: result, commit: await headCommit(repository) })
  expect(execFileSync('git', ['-C', result, 'status', '--porcelain', '--branch']).toString().trim()).toBe(
    '## main',
  )
  expect(await deliverRepository(repository, result)).toEqual(first)
  await merge((await attempt(({ dir }) => fs.writeFileSync(path.join(dir, 'newer.txt'), 'n'))).commit)
  const second = await deliverRepository(repository, result)
  expect(second.path).not.toBe(result)
  expect(fs.existsSync(path.join(second.path, 'newer.txt'))).toBe(true)
})

it.each([
  '',
  '/etc/passwd',
  '..',
  '../x',
  'a/../b',
  'a//b',
  './a',
  'a/.',
  '.git/config',
  'a/.GIT/x',
  'a\u0000b',
  'x'.repeat(5000),
])('the path %j does not exist', (name) => {
  expect(isPath(Buffer.from(name))).toBe(false)
})

it.each(['-x', '--upload-pack=x', 'main..x', '@{1}', 'refs/heads/main', 'a b', 'main\n', 'ffff'])(
  'the reference %j means nothing',
  async (ref) => {
    expect(await resolveRef(repository, ref)).toBeNull()
  },
)

describe('a view for people', () => {
  it('of a diff that is too large shows its beginning, and that it was cut', async () => {
    const { commit } = await attempt(({ dir }) =>
      fs.writeFileSync(path.join(dir, 'large.txt'), Buffer.alloc(20_000_000, 'a line of text\n')),
    )
    const shown = await diff(repository, '', commit, 1_000_000)
    expect(shown.truncated).toBe(true)
    expect(shown.diff).toContain('+a line of text')
    expect(shown.diff.length).toBeGreaterThan(900_000)
    expect(shown.diff.length).toBeLessThanOrEqual(1_000_000)
    expect(shown.diff.endsWith('\n')).toBe(true)
  })

  it.each([
    ['1700000000 +0100', '2023-11-14T22:13:20.000Z'],
    ['253402300800 +0000', '9999-12-31T23:59:59.999Z'],
    ['9999999999999999 +0000', '9999-12-31T23:59:59.999Z'],
    // Some versions of git treat dates before 1970 as 1970.
    ['-86400 +0000', expect.stringMatching(/^19(69-12-31|70-01-01)T00:00:00/)],
    ['99999999999999999999999 +0000', expect.stringMatching(/^\d{4}-/)],
    ['soon +0000', expect.stringMatching(/^\d{4}-/)],
  ])('of a commit works for any date (%s)', async (date, at) => {
    const run = (args: string[], input = ''): string =>
      execFileSync('git', ['--git-dir', repository.dir, ...args], { input, encoding: 'utf8' }).trim()
    const tree = run(['rev-parse', `${await headCommit(repository)}^{tree}`])
    const by = `A <a@b.invalid> ${date}`
    const text = `tree ${tree}\nauthor ${by}\ncommitter ${by}\n\nA day\n`
    const commit = run(['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], text)
    expect((await listCommits(repository, commit, 10)).commits).toMatchObject([{ subject: 'A day', at }])
  })
})

describe('a source', () => {
  const subjects = (fetched: JobRepository): string[] =>
    gitIn(fetched.dir, ['log', '--format=%s', 'HEAD']).split('\n')

  it('is fetched with its history, its branch and its tags', async () => {
    const source = makeSource(path.join(dataDir, 'source'))
    const fetched = await ensureJobRepository({ dataDir, jobId: newId(), source, branch: 'trunk' })
    expect(subjects(fetched)).toEqual(['two', 'one'])
    expect(gitIn(fetched.dir, ['for-each-ref', '--format=%(refname)', 'refs'])).toBe(
      'refs/heads/trunk\nrefs/tags/beside\nrefs/tags/v1',
    )
  })

  it('is used from its accepted branch, whatever is checked out in it by then', async () => {
    const source = makeSource(path.join(dataDir, 'switched'))
    gitIn(source, ['checkout', '-q', '-b', 'other', 'v1'])
    const fetched = await ensureJobRepository({ dataDir, jobId: newId(), source, branch: 'trunk' })
    expect(subjects(fetched)).toEqual(['two', 'one'])
    gitIn(source, ['branch', '-q', '-D', 'trunk'])
    const renamed = await ensureJobRepository({ dataDir, jobId: newId(), source, branch: 'trunk' })
    expect(subjects(renamed)).toEqual(['one'])
    expect(gitIn(renamed.dir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/trunk')
  })

  it('that is a shallow clone gives workspaces in which git works, and a checkpoint on its tip', async () => {
    const source = path.join(dataDir, 'shallow')
    const whole = `file://${makeSource(path.join(dataDir, 'deep'))}`
    gitIn(dataDir, ['clone', '-q', '--depth', '1', whole, source])
    const fetched = await ensureJobRepository({ dataDir, jobId: newId(), source, branch: 'trunk' })
    const attemptDir = path.join(dataDir, 'shallow-attempt')
    const base = await headCommit(fetched)
    const { dir } = await prepareWorkspace(fetched, { attemptDir, commit: base })
    expect(gitIn(dir, ['log', '--format=%s'])).toBe('two')
    expect(gitIn(dir, ['status', '--short', '--branch'])).toBe('## trunk')
    fs.writeFileSync(path.join(dir, 'a.txt'), 'a\n')
    const options = { attemptDir, base, ref: 'refs/slipway/x', message: 'work', author: 'A' }
    expect(await checkpoint(fetched, options)).toMatchObject({ changed: true, files: 1 })
  })

  it.each([
    '/no/such/place',
    'ext::sh -c touch% /tmp/x',
    'file:///etc',
    'http://127.0.0.1:1/x.git',
    '-oProxyCommand=x',
    'https://me:TOKEN@example.org/x',
  ])('%j is refused with an explanation', async (source) => {
    const made = ensureJobRepository({ dataDir, jobId: newId(), source, branch: 'main' })
    const error = await made.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SourceError)
    expect(String(error)).not.toContain('TOKEN')
  })
})

it('the pool hands out each of its repositories once', async () => {
  const pool = openPool({ dataDir, size: 2 })
  const ids = Array.from({ length: 4 }, newId)
  const made = await Promise.all(
    ids.map((id) => ensureJobRepository({ dataDir, jobId: id, source: null, branch: 'main', pool })),
  )
  expect(new Set(await Promise.all(made.map((one) => fs.promises.realpath(one.dir)))).size).toBe(4)
  for (const one of made) expect(await headCommit(one)).toMatch(/^[0-9a-f]{40}$/)
  await pool.close()
})

describe('an archive', () => {
  const options = {
    maxBytes: 1_000_000,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  }

  const archive = async (commit: string, format: 'zip' | 'tar.gz'): Promise<Buffer> =>
    Buffer.concat(
      (await (await archiveCommit(repository, commit, { ...options, format })).toArray()) as Buffer[],
    )

  async function untarred(commit: string): Promise<string> {
    const dir = fs.mkdtempSync(path.join(dataDir, 'archive-'))
    execFileSync('tar', ['-xzf', '-', '-C', dir], { input: await archive(commit, 'tar.gz') })
    return dir
  }

  it('contains every file and link, ignoring export attributes of the repository', async () => {
    const work = await attempt(({ dir }) => {
      fs.writeFileSync(path.join(dir, '.gitattributes'), 'secret.txt export-ignore\nversion export-subst\n')
      fs.writeFileSync(path.join(dir, 'secret.txt'), 'kept')
      fs.writeFileSync(path.join(dir, 'version'), '$Format:%H$')
      fs.symlinkSync('secret.txt', path.join(dir, 'link'))
    })
    const zip = readZip(await archive(work.commit, 'zip'))
    const dir = await untarred(work.commit)
    for (const [name, text] of [
      ['secret.txt', 'kept'],
      ['version', '$Format:%H$'],
    ] as const) {
      expect(String(zip.get(name))).toBe(text)
      expect(fs.readFileSync(path.join(dir, name), 'utf8')).toBe(text)
    }
    expect(String(zip.get('link'))).toBe('secret.txt')
    expect(fs.readlinkSync(path.join(dir, 'link'))).toBe('secret.txt')
  })

  it('as a zip is refused before its first byte if it cannot represent a name; a tar has the exact name', async () => {
    const odd = ['a\\b', 'C:x', '..\\x', 'new\nline', 'latin-\u00E9']
    const work = await attempt(({ dir }) => {
      for (const name of odd) fs.writeFileSync(Buffer.from(path.join(dir, name), 'latin1'), name)
    })
    await expect(archiveCommit(repository, work.commit, { ...options, format: 'zip' })).rejects.toThrow(
      /^A zip cannot carry these names exactly: .*"C:x".*Ask for a tar/,
    )
    const dir = await untarred(work.commit)
    expect(fs.readdirSync(dir, 'latin1')).toEqual(expect.arrayContaining(odd))
    const { files } = await listFiles(repository, work.commit, 1000)
    for (const name of odd) {
      const entry = files.find(
        (file) => (file.encoded ?? file.path) === (name.startsWith('latin') ? 'latin-%E9' : name),
      )
      expect(entry, name).toBeDefined()
      expect(await readFile(repository, work.commit, Buffer.from(name, 'latin1'))).toMatchObject({
        size: Buffer.byteLength(name),
      })
    }
  })

  it('is refused before its first byte if its files are too large together', async () => {
    const work = await attempt(({ dir }) => fs.writeFileSync(path.join(dir, 'big'), Buffer.alloc(2_000_000)))
    await expect(archiveCommit(repository, work.commit, { ...options, format: 'zip' })).rejects.toThrow(
      'clone the repository instead',
    )
  })
})

it('objects that a clone would refuse are refused at the checkpoint', async () => {
  await expect(
    attempt(({ dir }) =>
      fs.writeFileSync(
        path.join(dir, '.gitmodules'),
        '[submodule "x"]\n\tpath = x\n\turl = https://example.org/x\n\tupdate = !touch /tmp/x\n',
      ),
    ),
  ).rejects.toThrow(/objects that git refuses.*gitmodules/s)
})

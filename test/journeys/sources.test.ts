import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobView } from '../../src/contract/job.ts'
import { fixtureBackend } from '../helpers/fixture-backend.ts'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { startGitServer, type GitServer } from '../helpers/git-server.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { commitTree, gitIn, makeSource, treeEntry } from '../helpers/source-repository.ts'
import { until } from '../helpers/until.ts'

/**
 * A source is checked before its job is accepted; an accepted one is built on, and delivered with its own branch and tags.
 */
const DOOR_MS = 5000
const scratch = makeDir('slipway-sources-')
const at = (...names: string[]): string => path.join(scratch, ...names)
const writes = fixtureBackend('writes', {
  quiet: true,
  turn: [{ write: ['made.txt', 'made\n'] }, { say: 'Done.' }],
})
let server: TestServer
let hosted: GitServer

beforeAll(async () => {
  hosted = await startGitServer()
  server = await startTestServer({ trusted: hosted.certificate })
  makeSource(at('whole'))
  fs.mkdirSync(at('whole', 'sub'))
  gitIn(scratch, ['clone', '-q', '--bare', at('whole'), path.join(hosted.root, 'whole.git')])
  await server.client.addBackend(writes)
})
afterAll(async () => {
  await server.stop()
  await hosted.close()
})

interface Answer {
  readonly status: number
  readonly ms: number
  readonly body: { readonly error?: string; readonly code?: string } & Partial<JobView>
}

async function offer(source: string, to = server): Promise<Answer> {
  const begun = performance.now()
  const response = await fetch(`${to.url}/api/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${to.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ vision: 'write a file', mode: 'solo', backend: 'writes', source }),
  })
  const body = (await response.json()) as Answer['body']
  return { status: response.status, ms: performance.now() - begun, body }
}

/** The job that began from a source, when it has been delivered. */
async function delivered(
  source: string,
  by = server,
): Promise<JobView & { readonly workspace_path: string }> {
  const { status, body } = await offer(source, by)
  expect({ status, error: body.error }).toEqual({ status: 201, error: null })
  const job = await endOf(by, body.id ?? '')
  expect({ status: job.status, error: job.error }).toEqual({ status: 'completed', error: null })
  const { workspace_path: place } = job
  if (place === null) throw new Error('nothing was delivered')
  return { ...job, workspace_path: place }
}

const filesOf = (dir: string): string[] => gitIn(dir, ['ls-tree', '-r', '--name-only', 'HEAD']).split('\n')

describe('an unusable source is refused at once, with an explanation', () => {
  it.each<[string, () => string, RegExp]>([
    ['a relative path', () => './whole', /relative.*absolute path/],
    ['a relative path upwards', () => '../whole', /relative/],
    ['a bare name', () => 'whole/', /relative/],
    ['a path in a home', () => '~/whole', /"~".*absolute path/],
    ['a path of Windows', () => String.raw`C:\code\site`, /Windows/],
    ['a file address of another host', () => 'file://elsewhere/x', /another machine/],
    ['a file address that leads nowhere', () => `file://${at('nowhere')}`, /does not exist/],
    ['an unknown scheme', () => 'ftp://127.0.0.1/x', /ftp/],
    ['a program of its own', () => 'ext::sh -c x', /neither/],
    ['an option', () => '-oProxyCommand=x', /relative/],
    ['an address without a host', () => 'https:///x', /host/],
    ['an address with a NUL', () => '/tmp/a\0b', /control characters/],
    ['a path that does not exist', () => at('nowhere'), /does not exist/],
    ['a file', () => at('whole', 'one.txt'), /is a file/],
    ['a directory below a repository', () => at('whole', 'sub'), /inside the repository .*whole: give /],
    ['a directory without a repository', () => makeDir('slipway-plain-'), /git init/],
    ['a partial clone', () => partialClone(at('whole')), /partial clone/],
    ['nobody there (https)', () => 'https://127.0.0.1:1/x', /host does not answer/],
    ['nobody there (http)', () => 'http://127.0.0.1:1/x', /host does not answer/],
    ['nobody there (git)', () => 'git://127.0.0.1:1/x', /host does not answer/],
    ['nobody there (ssh)', () => 'ssh://git@127.0.0.1:1/x', /host does not answer/],
    ['a host that does not exist', () => 'https://no-such-host.invalid/x', /cannot be found/],
    ['a host that does not exist (scp-like)', () => 'git@no-such-host.invalid:x/y', /cannot be found/],
    ['a host that never answers (http)', () => `http://${hosted.silent}/x`, /did not answer in time/],
    ['a host that never answers (https)', () => `https://${hosted.silent}/x`, /did not answer in time/],
    ['a host that never answers (git)', () => `git://${hosted.silent}/x`, /did not answer in time/],
    ['a host that never answers (ssh)', () => `ssh://a@${hosted.silent}/x`, /did not answer in time/],
    ['an address without a repository', () => `${hosted.http}/git/none.git`, /no repository/],
    ['a repository behind a log-in', () => `${hosted.http}/private/x.git`, /log-in.*clone it yourself/],
    ['a server that fails', () => `${hosted.http}/broken/x.git`, /its server failed.*503/],
    ['a redirect from https to http', () => `${hosted.https}/insecure/whole.git`, /leads elsewhere/],
    ['a token in the query', () => `${hosted.http}/git/whole.git?private_token=TOKEN`, /password|token/],
    ['a password in an scp-like address', () => 'me:TOKEN@127.0.0.1:x', /password/],
    ['a redirect to an address with a password', () => `${hosted.http}/leaky/x.git`, /source/],
  ])('%s', async (_, source, sentence) => {
    const { status, ms, body } = await offer(source())
    expect({ status, error: body.error }).toEqual({ status: 400, error: expect.stringMatching(sentence) })
    expect(ms).toBeLessThan(DOOR_MS)
    expect(JSON.stringify(body)).not.toContain('TOKEN')
  })

  it('even with many checks: above a limit clients are asked to come back, and each source is checked once', async () => {
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, n) => offer(`http://${hosted.silent}/many-${n}`)),
    )
    const answered = Map.groupBy(many, ({ status }) => status)
    expect(new Set(answered.keys())).toEqual(new Set([400, 503]))
    expect(answered.get(400)?.length).toBeGreaterThanOrEqual(16)
    expect(hosted.mostSilent()).toBeLessThanOrEqual(16)
    const same = await Promise.all(Array.from({ length: 20 }, () => offer(`http://${hosted.silent}/same`)))
    expect(new Set(same.map(({ status }) => status))).toEqual(new Set([400]))
  })

  it('without leaving a job or a process behind', async () => {
    expect((await server.client.listJobs()).jobs.filter(({ backend }) => backend === 'writes')).toEqual([])
    await until('the end of what was asked', 10_000, () =>
      Promise.resolve(processesNaming(hosted.silent).length === 0 ? true : null),
    )
    expect(server.log()).not.toContain('TOKEN')
  })
})

describe('a usable source is built on and delivered on its own branch, with its tags', () => {
  it.each<[string, () => string]>([
    ['an absolute path', () => at('whole')],
    ['its .git', () => at('whole', '.git')],
    ['a file address', () => `file://${encodeURI(makeSource(at('with space%41')))}`],
    ['a bare repository', () => path.join(hosted.root, 'whole.git')],
    ['an address (http)', () => `${hosted.http}/git/whole.git`],
    ['an address that moved (http)', () => `${hosted.http}/moved/whole.git`],
    ['an address that moved (https)', () => `${hosted.https}/moved/whole.git`],
    ['a server that fails twice later', () => `${hosted.http}/flaky/whole.git`],
    ['the repository of somebody else', () => ofSomebodyElse(makeSource(at('theirs')))],
  ])('%s', async (_, source) => {
    const job = await delivered(source())
    expect(job.branch).toBe('trunk')
    expect(gitIn(job.workspace_path, ['status', '--short', '--branch'])).toBe('## trunk')
    expect(gitIn(job.workspace_path, ['tag']).split('\n')).toEqual(['beside', 'v1'])
    expect(gitIn(job.workspace_path, ['log', '--format=%s', 'v1'])).toBe('one')
    expect(filesOf(job.workspace_path)).toEqual(['made.txt', 'one.txt', 'two.txt'])
    const address = `${server.url.replace('//', `//me:${server.token}@`)}/git/${job.id}.git`
    expect(gitIn(scratch, ['ls-remote', '--symref', address]).replaceAll(/[0-9a-f]{40}/g, '')).toBe(
      'ref: refs/heads/trunk\tHEAD\n\tHEAD\n\trefs/heads/trunk\n\trefs/tags/beside\n\trefs/tags/v1\n\trefs/tags/v1^{}',
    )
    expect((await server.client.files(job.id)).files.map((file) => file.path)).toContain('made.txt')
  })

  it('a detached commit', async () => {
    const dir = makeSource(at('detached'))
    gitIn(dir, ['checkout', '-q', '--detach', 'v1'])
    const job = await delivered(dir)
    expect(job.branch).toBe('main')
    expect(filesOf(job.workspace_path)).toEqual(['made.txt', 'one.txt'])
  })

  it('a worktree, on its own branch', async () => {
    const dir = makeSource(at('with-tree'))
    gitIn(dir, ['worktree', 'add', '-q', '-b', 'feature/x', at('tree'), 'v1'])
    const job = await delivered(at('tree'))
    expect(job.branch).toBe('feature/x')
    expect(filesOf(job.workspace_path)).toEqual(['made.txt', 'one.txt'])
  })

  it('an empty repository, on its initial branch', async () => {
    const dir = at('empty')
    fs.mkdirSync(dir)
    gitIn(dir, ['init', '-q', '-b', 'dawn'])
    const job = await delivered(dir)
    expect(job.branch).toBe('dawn')
    expect(filesOf(job.workspace_path)).toEqual(['made.txt'])
  })

  it('the only branch of a repository with a dangling HEAD; of several none is guessed', async () => {
    const dir = makeSource(at('headless'))
    gitIn(dir, ['symbolic-ref', 'HEAD', 'refs/heads/nowhere'])
    expect((await delivered(dir)).branch).toBe('trunk')
    gitIn(dir, ['branch', 'other', 'trunk'])
    expect(await offer(dir)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/other, trunk.*symbolic-ref/) },
    })
  })

  it.each<[string, (dir: string) => string]>([
    ['a path', (dir) => dir],
    ['an address', (dir) => `${hosted.http}/git/${path.basename(dir)}`],
  ])('a shallow clone (%s)', async (_, source) => {
    const dir = path.join(hosted.root, 'shallow.git')
    if (!fs.existsSync(dir))
      gitIn(scratch, ['clone', '-q', '--bare', '--depth', '1', `file://${at('whole')}`, dir])
    const job = await delivered(source(dir))
    expect(job.branch).toBe('trunk')
    expect(gitIn(job.workspace_path, ['log', '--format=%s']).split('\n')).toEqual(['write a file', 'two'])
    const address = `${server.url.replace('//', `//me:${server.token}@`)}/git/${job.id}.git`
    gitIn(scratch, ['clone', '-q', address, at(`cloned-${job.id}`)])
    expect(filesOf(at(`cloned-${job.id}`))).toEqual(['made.txt', 'one.txt', 'two.txt'])
  })
})

describe('faults in the objects of a repository', () => {
  const blob = (dir: string, text: string): string => gitIn(dir, ['hash-object', '-w', '--stdin'], text)

  it.each<[string, (dir: string) => void]>([
    [
      'modes that begin with a zero',
      (dir) => {
        const tree = gitIn(dir, ['rev-parse', 'HEAD^{tree}'])
        const file = treeEntry('100644', 'one.txt', blob(dir, 'one\n'))
        commitTree(dir, Buffer.concat([file, treeEntry('040000', 'zz', tree)]))
      },
    ],
    ['an author without a space before the date', (dir) => commitBy(dir, 'A <a@b>1500000000 +0000')],
    ['a time zone that is none', (dir) => commitBy(dir, 'A <a@b> 1500000000 +051800')],
    ['an author without an address', (dir) => commitBy(dir, 'A 1500000000 +0000')],
    ['a date with zeros in front', (dir) => commitBy(dir, 'A <a@b> 0001500000 +0000')],
    ['a date beyond all calendars', (dir) => commitBy(dir, 'A <a@b> 99999999999999999999 +0000')],
  ])('that hosts of git pass on are taken as they are: %s', async (name, spoil) => {
    const dir = makeSource(at(`odd ${name}`))
    spoil(dir)
    const job = await delivered(dir)
    expect(gitIn(job.workspace_path, ['rev-parse', 'HEAD^'])).toBe(gitIn(dir, ['rev-parse', 'HEAD']))
    expect(await server.client.commits(job.id)).toHaveLength(4)
  })

  it.each<[string, (dir: string) => Buffer]>([
    [
      'a submodule that runs a command',
      (dir) =>
        treeEntry(
          '100644',
          '.gitmodules',
          blob(dir, '[submodule "x"]\n\tpath = x\n\turl = y\n\tupdate = !sh\n'),
        ),
    ],
    ['a .git in a tree', (dir) => treeEntry('40000', '.git', gitIn(dir, ['rev-parse', 'HEAD^{tree}']))],
    ['a way out of a tree', (dir) => treeEntry('40000', '..', gitIn(dir, ['rev-parse', 'HEAD^{tree}']))],
    ['a file with a slash', (dir) => treeEntry('100644', 'a/b', blob(dir, 'x'))],
    [
      'a name twice',
      (dir) =>
        Buffer.concat([treeEntry('100644', 'a', blob(dir, 'x')), treeEntry('100644', 'a', blob(dir, 'y'))]),
    ],
  ])('that are dangerous end the job at its first try: %s', async (name, tree) => {
    const dir = makeSource(at(`bad ${name}`))
    commitTree(dir, tree(dir))
    await failsAtOnce(dir, /objects that git refuses/)
  })
})

it.runIf(process.getuid?.() === 0)('a server that is not root can use what its user can read', async () => {
  const dir = makeDir('slipway-closed-')
  const closed = makeSource(path.join(dir, 'site'))
  const other = await startTestServer({ uid: 12_345 })
  try {
    await other.client.addBackend(writes)
    expect(await offer(closed, other)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/cannot be read by the user of the server/) },
    })
    fs.chmodSync(dir, 0o755)
    const job = await delivered(closed, other)
    expect(filesOf(ofRoot(job.workspace_path))).toEqual(['made.txt', 'one.txt', 'two.txt'])
    fs.chmodSync(path.join(closed, '.git', 'objects'), 0o700)
    expect(await offer(closed, other)).toMatchObject({ status: 400, body: { code: 'bad_source' } })
  } finally {
    await other.stop()
  }
})

it('a repository that is missing when the work begins fails the job at its first attempt', async () => {
  await failsAtOnce(`${hosted.http}/gone/whole.git`, /no repository/)
})

it('the address of a redirect is never shown with its password', async () => {
  const { body } = await offer(`${hosted.http}/leaky/x.git`)
  expect(JSON.stringify(body)).not.toContain('TOKEN')
  expect(server.log()).not.toContain('TOKEN')
})

async function failsAtOnce(source: string, sentence: RegExp): Promise<void> {
  const { status, body } = await offer(source)
  expect(status).toBe(201)
  const job = await endOf(server, body.id ?? '')
  expect({ status: job.status, error: job.error }).toEqual({
    status: 'failed',
    error: expect.stringMatching(sentence),
  })
  expect(await eventsOf(server, job.id, 'attempt.failed')).toHaveLength(1)
}

/** Puts a commit on the branch of HEAD whose author is this line, however wrong it is. */
function commitBy(dir: string, author: string): void {
  const text = [
    `tree ${gitIn(dir, ['rev-parse', 'HEAD^{tree}'])}`,
    `parent ${gitIn(dir, ['rev-parse', 'HEAD'])}`,
    `author ${author}`,
    'committer A <a@b> 1500000000 +0000',
    '',
    'made by hand',
    '',
  ].join('\n')
  const id = gitIn(dir, ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], text)
  gitIn(dir, ['update-ref', 'HEAD', id])
}

function partialClone(whole: string): string {
  const dir = path.join(makeDir('slipway-partial-'), 'site')
  gitIn(whole, ['config', 'uploadpack.allowFilter', 'true'])
  gitIn(scratch, ['clone', '-q', '--filter=blob:none', `file://${whole}`, dir])
  return dir
}

/** Gives a repository to another user, where the tests run as root and can. */
function ofSomebodyElse(dir: string): string {
  return process.getuid?.() === 0 ? owned(dir, 1234) : dir
}

/** So that git of the tests, which runs as root, takes it. */
function ofRoot(dir: string): string {
  return owned(dir, 0)
}

function owned(dir: string, uid: number): string {
  for (const name of fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }))
    fs.lchownSync(path.join(dir, name), uid, uid)
  fs.lchownSync(dir, uid, uid)
  return dir
}

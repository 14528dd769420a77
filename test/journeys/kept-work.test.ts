import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { JobView } from '../../src/contract/job.ts'
import { endOf, eventsOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'

/** What an agent leaves in odd ways is kept, and is in the result or named. */
const program = path.join(import.meta.dirname, '..', 'helpers', 'plain-agent.mjs')
const servers: TestServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.stop())))

/**
 * Once as the user of the tests and, when that is root, also as an ordinary user, because only root can read some files.
 */
const users = process.getuid?.() === 0 ? [undefined, 54_321] : [undefined]

const COMMIT = '-c user.name=A -c user.email=a@b commit -qm'
const leftovers = [
  // A commit on a branch, one on a branch that is deleted, and a stash.
  `git checkout -qb idea && echo idea > idea.txt && git add idea.txt && git ${COMMIT} idea && git checkout -q main`,
  `git checkout -qb gone && echo gone > gone.txt && git add gone.txt && git ${COMMIT} gone && git checkout -q main && git branch -qD gone`,
  'echo stashed > stashed.txt && git add stashed.txt && git -c user.name=A -c user.email=a@b stash -q',
  // What the agent closed to itself.
  'mkdir closed && echo in > closed/in.txt && chmod 000 closed && echo shut > shut.txt && chmod 000 shut.txt',
  // A repository in the repository, with a history of its own.
  `git init -q -b main inner && cd inner && echo one > file.txt && git add . && git ${COMMIT} inner-history`,
  // Deeply nested directories, and a name that is not UTF-8.
  `node -e "for (let n = 0; n < 5000; n += 1) { require('fs').mkdirSync('d'); process.chdir('d') }"`,
  String.raw`printf x > "$(printf 'latin-\351')"`,
]

async function run(server: TestServer, name: string, script: string, source?: string): Promise<JobView> {
  const play = JSON.stringify([{ run: ['/bin/sh', '-c', script] }])
  await server.client.addBackend({
    name,
    kind: 'command',
    prompt: 'stdin',
    command: [process.execPath, program, 'stdin', play],
    env: {},
  })
  const { job_id } = await server.client.createJob({
    vision: name,
    mode: 'solo',
    backend: name,
    checks: ['test -f ran.jsonl'],
    ...(source === undefined ? {} : { source }),
  })
  return endOf(server, job_id)
}

describe.each(users)('of user %s', (uid) => {
  it('everything an agent committed, stashed, made unreadable or nested is kept', async () => {
    const server = await startTestServer(uid === undefined ? {} : { uid })
    servers.push(server)
    const job = await run(server, 'odd', leftovers.map((line) => `(${line})`).join(' && '))
    expect(job).toMatchObject({ status: 'completed', error: null, proof: 'proven' })
    const result = job.workspace_path ?? ''
    const read = (name: string): string => fs.readFileSync(path.join(result, name), 'utf8').trim()
    expect(JSON.parse(read('ran.jsonl'))).toMatchObject({ code: 0 })
    expect([read('closed/in.txt'), read('shut.txt'), read('inner/file.txt')]).toEqual(['in', 'shut', 'one'])
    expect(fs.readdirSync(result, 'latin1')).toContain('latin-\u00E9')
    const repository = path.join(server.dataDir, 'jobs', job.id, 'repo.git')
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'safe.directory=*', '--git-dir', repository, ...args], { encoding: 'utf8' })
    const kept = git('for-each-ref', '--format=%(refname) %(subject)', 'refs/slipway/kept')
    for (const subject of ['idea', 'gone', 'WIP on main: ', 'inner-history'])
      expect(kept).toMatch(new RegExp(`^refs/slipway/kept/${'[0-9a-f-]{36}'}/\\d+/\\d+ .*${subject}`, 'm'))
    const told = await eventsOf(server, job.id, 'attempt.commits_kept')
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining('(idea, stash, reflog), under refs/slipway/kept/'),
      expect.stringContaining('itself in ./inner (main), under refs/slipway/kept/'),
    ])
    // Its HOME, and everything else of its attempt, is gone.
    const attempts = path.join(server.dataDir, 'jobs', job.id, 'attempts')
    for (const attempt of fs.readdirSync(attempts))
      expect(fs.readdirSync(path.join(attempts, attempt))).not.toEqual(expect.arrayContaining(['home']))
  })
})

/** A repository of a person's, with what Slipway itself would write there. */
function sourceWith(fill: (dir: string) => void): string {
  const source = path.join(makeDir('slipway-source-'), 'source')
  execFileSync('git', ['init', '-q', '-b', 'main', source])
  fill(source)
  execFileSync('git', ['-C', source, 'add', '.'])
  execFileSync('git', ['-C', source, '-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '-qm', 'first'])
  return source
}

describe('a source with a .slipway of its own', () => {
  it.each([
    [
      'directory',
      (dir: string) => {
        fs.mkdirSync(path.join(dir, '.slipway', 'documents'), { recursive: true })
        fs.writeFileSync(path.join(dir, '.slipway', 'task.json'), 'mine')
        fs.writeFileSync(path.join(dir, '.slipway', 'documents', '01-notes.md'), 'mine too')
      },
    ],
    ['link', (dir: string, outside: string) => fs.symlinkSync(outside, path.join(dir, '.slipway'))],
    [
      'directory with links in it',
      (dir: string, outside: string) => {
        fs.mkdirSync(path.join(dir, '.slipway'))
        fs.symlinkSync(path.join(outside, 'task.json'), path.join(dir, '.slipway', 'task.json'))
        fs.symlinkSync(outside, path.join(dir, '.slipway', 'documents'))
      },
    ],
  ])('(%s) keeps it unchanged, and nothing is written to where it leads', async (_, fill) => {
    const [server = await startTestServer()] = servers
    const outside = makeDir('slipway-outside-')
    const source = sourceWith((dir) => {
      fs.writeFileSync(path.join(dir, 'README.md'), 'hello')
      fill(dir, outside)
    })
    const { job_id } = await server.client.createJob(
      { vision: 'a counter', mode: 'team', backend: 'offline', source },
      { documents: [{ name: 'notes.md', content: new Blob(['read me']) }] },
    )
    const job = await endOf(server, job_id)
    expect(job).toMatchObject({ status: 'completed', proof: 'proven' })
    expect(fs.readdirSync(outside)).toEqual([])
    const [before, after] = [source, job.workspace_path ?? ''].map((dir) =>
      execFileSync('git', ['-C', dir, 'ls-tree', '-r', 'HEAD', '--', '.slipway'], { encoding: 'utf8' }),
    )
    expect(after).toBe(before)
    expect(after).not.toBe('')
    expect(fs.readdirSync(job.workspace_path ?? '')).not.toContain('.slipway-2')
  })
})

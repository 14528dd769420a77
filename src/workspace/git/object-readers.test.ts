import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { processesNaming } from '../../../test/helpers/processes.ts'
import { gitIn } from '../../../test/helpers/source-repository.ts'
import { until } from '../../../test/helpers/until.ts'
import { askGit, type GitExit, type GitQuestion } from './git-process.ts'

/** The number of processes that are kept. */
const KEPT = 8
const BIG = Buffer.alloc(3_000_000, 'a line that goes on\nand \0 on ')

let place: string

beforeAll(() => {
  place = makeDir('slipway-readers-')
})

/** Makes a repository with the files given by name, and one commit. */
function makeRepository(name: string, files: Record<string, string | Buffer> = { a: 'text\n' }): string {
  const dir = path.join(place, name)
  fs.mkdirSync(dir)
  gitIn(dir, ['init', '-q', '-b', 'main'])
  commit(dir, files)
  return dir
}

function commit(dir: string, files: Record<string, string | Buffer>): void {
  for (const [name, bytes] of Object.entries(files))
    fs.writeFileSync(Buffer.from(path.join(dir, name), 'latin1'), bytes)
  gitIn(dir, ['add', '--all'])
  gitIn(dir, ['commit', '-qm', 'more'])
}

function ask(
  dir: string,
  object: string,
  more: Partial<Pick<GitQuestion, 'command' | 'env' | 'timeoutMs' | 'idleMs'>> = {},
): Promise<GitExit> {
  return askGit({
    args: [`--git-dir=${path.join(dir, '.git')}`, 'cat-file', '-z', '--batch-command'],
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent' },
    command: 'contents',
    object: Buffer.from(object, 'latin1'),
    timeoutMs: 20_000,
    ...more,
  })
}

/** Returns what is said about an object, without its id. */
async function told(dir: string, object: string, more = {}): Promise<string> {
  const { stdout, trouble } = await ask(dir, object, more)
  return trouble ?? stdout.toString('latin1').replace(/^[0-9a-f]{40} /, '')
}

async function readersOf(dir: string, count: number): Promise<number[]> {
  return until(`${count} processes that read ${dir}`, 10_000, async () => {
    const pids = processesNaming(dir)
    return pids.length === count ? pids : null
  })
}

it('tells what an object is, and its contents, byte for byte', async () => {
  const dir = makeRepository('objects', { a: 'text\n', none: '', big: BIG })
  expect(await told(dir, 'HEAD:a', { command: 'info' })).toBe('blob 5\n')
  expect(await told(dir, 'HEAD:a')).toBe('blob 5\ntext\n')
  expect(await told(dir, 'HEAD:none')).toBe('blob 0\n')
  expect(await told(dir, 'HEAD:big')).toBe(`blob ${BIG.length}\n${BIG.toString('latin1')}`)
  expect(await told(dir, 'HEAD^{commit}', { command: 'info' })).toMatch(/^commit \d+\n$/)
  await readersOf(dir, 1)
})

it('tells apart what is there and what is not, whatever the name', async () => {
  const names = ['new\nline', 'x missing', 'a "b" \'c\'', 'latin-\u00E9', '\u0001']
  const dir = makeRepository(
    'names',
    Object.fromEntries(names.map((name) => [name, Buffer.from(`in ${name}`, 'latin1')])),
  )
  const asked = names.flatMap((name) => [`HEAD:${name}`, `HEAD:${name}\nnot`])
  const answers = await Promise.all(asked.map((object) => told(dir, object)))
  expect(answers).toEqual(names.flatMap((name) => [`blob ${name.length + 3}\nin ${name}`, '']))
  expect(await told(dir, 'HEAD:x missing')).toBe('blob 12\nin x missing')
})

it('tells nothing of an id that is cut so short that it may be of two objects', async () => {
  const dir = makeRepository('short')
  const [one = '', two = ''] = alikeTexts()
  const [id = '', other] = [one, two].map((text) => gitIn(dir, ['hash-object', '-w', '--stdin'], text))
  expect(other?.slice(0, 4)).toBe(id.slice(0, 4))
  expect(await told(dir, id.slice(0, 4))).toBe('')
  expect(await told(dir, id)).toBe(`blob ${one.length}\n${one}`)
})

/** Returns two texts whose ids begin with the same four digits. */
function alikeTexts(): string[] {
  const seen = new Map<string, string>()
  for (let n = 0; ; n += 1) {
    const text = String(n)
    const short = createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex').slice(0, 4)
    const other = seen.get(short)
    if (other !== undefined) return [other, text]
    seen.set(short, text)
  }
}

it('sees what is added while it runs, and what is packed anew', async () => {
  const dir = makeRepository('added')
  expect(await told(dir, 'HEAD:b')).toBe('')
  const [before] = await readersOf(dir, 1)
  commit(dir, { b: 'later\n' })
  const short = gitIn(dir, ['rev-parse', '--short', 'HEAD'])
  expect(await told(dir, `${short}^{commit}`, { command: 'info' })).toMatch(/^commit /)
  expect(await told(dir, 'HEAD:b')).toBe('blob 6\nlater\n')
  gitIn(dir, ['repack', '-adq'])
  commit(dir, { c: 'last\n' })
  gitIn(dir, ['repack', '-adq'])
  gitIn(dir, ['pack-refs', '--all'])
  expect(await told(dir, 'main:a')).toBe('blob 5\ntext\n')
  expect(await told(dir, 'main:c')).toBe('blob 5\nlast\n')
  expect(await readersOf(dir, 1)).toEqual([before])
})

it('ends when nobody asks, and the next question has another', async () => {
  const dir = makeRepository('idle')
  expect(await told(dir, 'HEAD:a', { idleMs: 50 })).toBe('blob 5\ntext\n')
  await readersOf(dir, 0)
  expect(await told(dir, 'HEAD:a')).toBe('blob 5\ntext\n')
})

it('says why there is no answer: killed, too long, no repository, no git', async () => {
  const dir = makeRepository('trouble')
  await told(dir, 'HEAD:a')
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    for (const pid of await readersOf(dir, 1)) process.kill(pid, signal)
  }
  await stop('SIGSTOP')
  const waiting = told(dir, 'HEAD:a')
  await stop('SIGKILL')
  expect(await waiting).toBe('SIGKILL')
  expect(await told(dir, 'HEAD:a')).toBe('blob 5\ntext\n')
  await stop('SIGSTOP')
  expect(await told(dir, 'HEAD:a', { timeoutMs: 100 })).toBe('SIGTERM')
  await readersOf(dir, 0)
  const none = await ask(path.join(place, 'none'), 'HEAD')
  expect(none).toMatchObject({ exitCode: null, trouble: 'git ended with 128' })
  expect(none.stderr.toString()).toContain('not a git repository')
  expect(await told(dir, 'HEAD:a', { env: { PATH: '/nonexistent' } })).toBe('ENOENT')
  expect(await told(dir, 'HEAD:a')).toBe('blob 5\ntext\n')
})

it('is one of a few: the one that has not been asked for longest ends, once it has answered', async () => {
  const dirs = Array.from({ length: KEPT + 3 }, (_, n) => makeRepository(`many-${n}`))
  const answers = await Promise.all(dirs.map((dir) => told(dir, 'HEAD:a')))
  expect(new Set(answers)).toEqual(new Set(['blob 5\ntext\n']))
  await readersOf(path.join(place, 'many-'), KEPT)
  expect(dirs.map((dir) => processesNaming(`${dir}/`).length)).toEqual([
    0,
    0,
    0,
    ...Array.from({ length: KEPT }, () => 1),
  ])
})

it('ends with the server', async () => {
  const dir = makeRepository('server')
  const module = path.join(import.meta.dirname, 'git-process.ts')
  const question = {
    args: [`--git-dir=${path.join(dir, '.git')}`, 'cat-file', '-z', '--batch-command'],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    command: 'info',
    object: Buffer.from('HEAD').toJSON().data,
    timeoutMs: 20_000,
  }
  const program = `import { askGit } from '${module}'; process.stdin.resume()
    const question = ${JSON.stringify(question)}
    await askGit({ ...question, object: Uint8Array.from(question.object) })`
  const server = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  // The server names it too.
  await readersOf(dir, 2)
  server.kill('SIGKILL')
  await readersOf(dir, 0)
})

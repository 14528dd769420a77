import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { readZip } from '../../test/helpers/read-zip.ts'
import { gitIn } from '../../test/helpers/source-repository.ts'
import { archiveCommit } from './archive.ts'

const FILES = 5000
/** Names that both formats carry, and then those that only a tar does. As bytes, one character each. */
const ODD = ['a "quoted" \'name\'', ' spaces ', '-dash', 'tab-less%20', 'star*?[x]', utf8('größe ✓')]
const ONLY_TAR = ['new\nline', 'back\\slash', 'latin-\u00E9', '\u0001control']

const signal = new AbortController().signal
const options = { maxBytes: 100_000_000, timeoutMs: 60_000, signal }

let place: string

beforeAll(() => {
  place = makeDir('slipway-archive-')
})

function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}

const contentOf = (name: string): string => `in ${name}\n`

/** Makes a bare repository whose one commit has files of these names, with `fast-import`, which is fast for thousands. */
function makeRepository(name: string, names: readonly string[]): { dir: string; commit: string } {
  const dir = path.join(place, `${name}.git`)
  fs.mkdirSync(dir)
  gitIn(dir, ['init', '-q', '--bare', '-b', 'main'])
  const data = (text: string): string => `data ${text.length}\n${text}\n`
  const quoted = (text: string): string =>
    `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\u0001', '\\001')}"`
  const files = names.map((file) => `M 100644 inline ${quoted(file)}\n${data(contentOf(file))}`)
  const stream = `commit refs/heads/main\ncommitter A <a@b> 0 +0000\n${data('files')}${files.join('')}\n`
  gitIn(dir, ['fast-import', '--quiet'], Buffer.from(stream, 'latin1'))
  return { dir, commit: gitIn(dir, ['rev-parse', 'main']) }
}

async function archiveOf(
  repository: { dir: string; commit: string },
  format: 'zip' | 'tar.gz',
): Promise<Buffer> {
  const stream = await archiveCommit(repository, repository.commit, { ...options, format })
  return Buffer.concat((await stream.toArray()) as Buffer[])
}

/** Returns the contents of the files below a directory by name. */
function filesIn(dir: string): Record<string, string> {
  const entries = fs.readdirSync(dir, { recursive: true, encoding: 'latin1', withFileTypes: true })
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name)
        return [path.relative(dir, file), fs.readFileSync(Buffer.from(file, 'latin1'), 'latin1')]
      }),
  )
}

it('holds thousands of files under their exact names, as a zip and as a tar', async () => {
  const many = Array.from({ length: FILES }, (_, n) => `dir-${n % 50}/${ODD[n % ODD.length] ?? ''}-${n}`)
  const repository = makeRepository('many', many)
  const expected = Object.fromEntries(many.map((name) => [name, contentOf(name)]))
  const zip = readZip(await archiveOf(repository, 'zip'))
  const zipped = [...zip]
    .filter(([name]) => !name.endsWith('/'))
    .map(([name, bytes]): [string, string] => [utf8(name), bytes.toString('latin1')])
  expect(Object.fromEntries(zipped)).toEqual(expected)
  // Read without writing thousands of files: the contents follow one another, and each names its file.
  const input = await archiveOf(repository, 'tar.gz')
  const tar = (...args: string[]): string =>
    execFileSync('tar', ['-zf', '-', ...args], { input }).toString('latin1')
  const names = tar('-t', '--quoting-style=literal')
    .split('\n')
    .filter((name) => name !== '' && !name.endsWith('/'))
  expect(names.toSorted()).toEqual(many.toSorted())
  expect(tar('-x', '--to-stdout')).toBe(names.map(contentOf).join(''))
})

it('is refused as a zip, with the names that only a tar carries exactly', async () => {
  const repository = makeRepository('odd', [...ODD, ...ONLY_TAR])
  await expect(archiveOf(repository, 'zip')).rejects.toMatchObject({
    code: 'names_not_for_zip',
    message: expect.stringContaining('"back\\\\slash"'),
  })
  const dir = path.join(place, 'odd')
  fs.mkdirSync(dir)
  execFileSync('tar', ['-xzf', '-', '-C', dir], { input: await archiveOf(repository, 'tar.gz') })
  expect(Object.keys(filesIn(dir)).toSorted()).toEqual([...ODD, ...ONLY_TAR].toSorted())
})

it.each(['missing', 'broken'])('is refused before its first byte when a file is %s', async (how) => {
  const repository = makeRepository(how, ['a', 'b'])
  // Each object in a file of its own.
  const [pack = ''] = fs
    .readdirSync(path.join(repository.dir, 'objects', 'pack'))
    .filter((name) => name.endsWith('.pack'))
  const bytes = pack === '' ? null : fs.readFileSync(path.join(repository.dir, 'objects', 'pack', pack))
  fs.rmSync(path.join(repository.dir, 'objects', 'pack'), { recursive: true })
  if (bytes !== null) gitIn(repository.dir, ['unpack-objects', '-q'], bytes)
  const blob = gitIn(repository.dir, ['rev-parse', 'main:b'])
  const object = path.join(repository.dir, 'objects', blob.slice(0, 2), blob.slice(2))
  fs.rmSync(object)
  if (how === 'broken') fs.writeFileSync(object, 'nothing that git could read')
  for (const format of ['zip', 'tar.gz'] as const)
    await expect(archiveOf(repository, format)).rejects.toMatchObject({
      code: 'repository_damaged',
      message: expect.stringContaining('"b"'),
    })
})

it('is refused before its first byte when git cannot begin', async () => {
  const repository = makeRepository('gone', ['a'])
  const ended = new AbortController()
  ended.abort()
  const asked = archiveCommit(repository, repository.commit, {
    ...options,
    format: 'zip',
    signal: ended.signal,
  })
  await expect(asked).rejects.toThrow(/abort/i)
})

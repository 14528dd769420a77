import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gitIn } from '../../test/helpers/source-repository.ts'
import { newId } from '../lib/ids.ts'
import { deliverRepository } from './deliver.ts'
import { ensureJobRepository, type JobRepository } from './job-repository.ts'

let dataDir: string
let repository: JobRepository

beforeAll(async () => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-deliver-'))
  repository = await ensureJobRepository({ dataDir, jobId: newId(), source: null, branch: 'main' })
})
afterAll(() => fs.rmSync(dataDir, { recursive: true }))

/** What git, and people with it, do to a delivery. */
const states: Readonly<Record<string, (dir: string) => void>> = {
  // The server was killed between the delivery and its record.
  'left as it was': () => undefined,
  'after git gc': (dir) => void gitIn(dir, ['gc', '--quiet']),
  'after git pack-refs --all': (dir) => void gitIn(dir, ['pack-refs', '--all']),
  'with a commit on top': (dir) => void commitIn(dir),
  'with a commit on top, after git gc': (dir) => {
    commitIn(dir)
    gitIn(dir, ['gc', '--quiet', '--prune=now'])
  },
  'on another branch': (dir) => void gitIn(dir, ['switch', '--quiet', '--create', 'mine']),
  'on another branch, its own renamed': (dir) => {
    gitIn(dir, ['branch', '--move', 'main', 'theirs'])
    gitIn(dir, ['switch', '--quiet', '--create', 'mine'])
    commitIn(dir)
  },
  'detached, its branch deleted': (dir) => {
    gitIn(dir, ['switch', '--quiet', '--detach'])
    gitIn(dir, ['branch', '--quiet', '--delete', '--force', 'main'])
  },
  'with settings that git refuses': (dir) => fs.writeFileSync(path.join(dir, '.git', 'config'), '[[['),
}

it.each(Object.entries(states))('a delivery is recognised %s', async (_state, change) => {
  const place = path.join(dataDir, newId(), 'result')
  fs.mkdirSync(path.dirname(place))
  const first = await deliverRepository(repository, place)
  change(place)
  const before = fs.readdirSync(path.dirname(place)).toSorted()
  expect(await deliverRepository(repository, place)).toEqual(first)
  expect(fs.readdirSync(path.dirname(place)).toSorted()).toEqual(before)
})

it.each([
  ['is a directory without a repository', (dir: string) => fs.mkdirSync(dir)],
  ['is a file', (dir: string) => fs.writeFileSync(dir, 'mine')],
  ['is another repository', (dir: string) => void gitIn(path.dirname(dir), ['init', '--quiet', dir])],
])('something that %s is not changed, and the delivery goes next to it', async (_what, make) => {
  const place = path.join(dataDir, newId(), 'result')
  fs.mkdirSync(path.dirname(place))
  make(place)
  const { path: beside, commit } = await deliverRepository(repository, place)
  expect(beside).toBe(`${place}-${commit.slice(0, 10)}`)
  expect(gitIn(beside, ['rev-parse', 'HEAD'])).toBe(commit)
  expect(await deliverRepository(repository, place)).toEqual({ path: beside, commit })
})

function commitIn(dir: string): string {
  return gitIn(dir, ['commit', '--quiet', '--allow-empty', '--message', 'mine'])
}

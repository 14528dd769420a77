import { execa } from 'execa'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { outsideProgram } from './outside-program.ts'

const probe = path.join(import.meta.dirname, '..', '..', 'test', 'helpers', 'escape-probe.ts')
/** A uid without a user on this machine. */
const ORDINARY_UID = 54_321
const isRoot = process.getuid?.() === 0

interface Came {
  readonly walls: string
  readonly said: Readonly<Record<string, string>>
  readonly leaked: readonly string[]
  readonly marks: string
  readonly realUid: number
}

/** What a hostile program could do behind the walls of this user, with or without bubblewrap. */
async function attack(user: 'root' | 'ordinary', walls: 'bubblewrap' | 'none'): Promise<Came> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-escape-'))
  try {
    const dirs = walls === 'none' ? [programsWithoutBubblewrap(root)] : []
    const mine = path.join(root, 'probe')
    fs.mkdirSync(mine, { mode: 0o700 })
    fs.mkdirSync(path.join(root, 'closed', 'bin'), { recursive: true })
    fs.chmodSync(path.join(root, 'closed'), 0o700)
    const as =
      user === 'ordinary' && isRoot
        ? ['setpriv', `--reuid=${ORDINARY_UID}`, `--regid=${ORDINARY_UID}`, '--clear-groups']
        : []
    fs.chmodSync(root, 0o755)
    if (as.length > 0) fs.chownSync(mine, ORDINARY_UID, ORDINARY_UID)
    const [program = '', ...args] = [...as, process.execPath, probe, mine, ...dirs]
    const { stdout } = await execa(program, args, { timeout: 15_000 })
    return JSON.parse(stdout) as Came
  } finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
}

function programsWithoutBubblewrap(root: string): string {
  const dir = path.join(root, 'programs')
  fs.mkdirSync(dir, { mode: 0o755 })
  for (const name of ['setpriv', 'unshare']) fs.symlinkSync(outsideProgram(name) ?? '', path.join(dir, name))
  return dir
}

/** The tampered environment is inside, complete and exact, and nowhere else. */
const untouched = {
  leaked: [],
  marks: '',
  said: { environment: expect.stringMatching(/^it's:.*\/home$/) as unknown, up: 'yes' },
}

const users = isRoot ? (['root', 'ordinary'] as const) : (['ordinary'] as const)

it.for(users)('nothing gets out of bubblewrap when the server is of user %s', async (user) => {
  const came = await attack(user, 'bubblewrap')
  expect(came).toMatchObject({
    ...untouched,
    walls: 'bubblewrap',
    said: { ...untouched.said, uid: '1000', secret: '', passwords: '0' },
  })
  expect(came.said).not.toHaveProperty('wrote')
  expect(came.said).not.toHaveProperty('kernel')
  expect(came.said['top']?.split(' ')).not.toEqual(expect.arrayContaining(['home']))
  expect(Number(came.said['processes'])).toBeLessThan(10)
  expect([0, 65_534]).not.toContain(came.realUid)
})

it.for(users)('without bubblewrap nothing outside is taken from a tenant of user %s either', async (user) => {
  const came = await attack(user, 'none')
  expect(came).toMatchObject({ ...untouched, walls: 'namespaces' })
  expect(came.said).not.toHaveProperty('kernel')
  expect([0, 65_534]).not.toContain(came.realUid)
  // An ordinary user cannot switch to another uid: there the sandbox is as weak as it reports.
  const reached = { secret: came.said['secret'], wrote: came.said['wrote'] }
  expect(reached).toEqual(
    user === 'root' ? { secret: '', wrote: undefined } : { secret: 'canary', wrote: 'elsewhere' },
  )
})

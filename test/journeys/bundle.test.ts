import { execa } from 'execa'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { endOf } from '../helpers/follow-job.ts'
import { makeDir } from '../helpers/made-dirs.ts'
import { startTestServer } from '../helpers/server.ts'

/** A separate installation, like that of a developer: `./slipway` bundles changed sources. */
const checkout = path.join(import.meta.dirname, '..', '..')
const env = { PATH: process.env['PATH'] ?? '' }
let root: string

beforeAll(() => {
  root = makeDir('slipway-bundled-')
  // What agents of a server that is root run from is open to their users.
  fs.chmodSync(root, 0o755)
  for (const part of ['src', 'scripts', 'slipway', 'package.json', 'package-lock.json'])
    fs.cpSync(path.join(checkout, part), path.join(root, part), { recursive: true })
  for (const part of ['node_modules', 'web'])
    fs.symlinkSync(fs.realpathSync(path.join(checkout, part)), path.join(root, part))
})

/** Runs `./slipway --version`. */
async function versionOf(): Promise<string> {
  return (await execa(path.join(root, 'slipway'), ['--version'], { env, extendEnv: false })).stdout
}

function bundle(): string {
  return fs.realpathSync(path.join(root, '.cache', 'program', 'current'))
}

/** Makes the command line print an additional text first. */
function change(word: string): void {
  const main = path.join(root, 'src', 'cli', 'main.ts')
  fs.writeFileSync(main, `${fs.readFileSync(main, 'utf8')}\nconsole.log('${word}')\n`)
}

it('changed sources run at the next command, and a running server continues with its old bundle', async () => {
  const version = await versionOf()
  const first = bundle()
  expect(await versionOf()).toBe(version)
  expect(bundle()).toBe(first)

  const server = await startTestServer({ program: path.join(first, 'slipway.mjs') })
  change('changed')
  change('again')
  expect(await versionOf()).toContain(version)
  expect(bundle()).not.toBe(first)
  const { job_id } = await server.client.createJob({ vision: 'a counter', mode: 'solo' })
  expect(await endOf(server, job_id)).toMatchObject({ status: 'completed', proof: 'proven' })
  const ready = await fetch(`${server.url}/health/ready`)
  expect(ready.status).toBe(200)
  await server.stop()
})

it('sources that cannot be bundled are run directly, so that the error is that of the code', async () => {
  fs.appendFileSync(path.join(root, 'src', 'cli', 'main.ts'), '\nnot a program\n')
  const before = bundle()
  const ended = await execa(path.join(root, 'slipway'), ['--version'], {
    env,
    extendEnv: false,
    reject: false,
  })
  expect(ended.exitCode).not.toBe(0)
  expect(ended.stderr).toContain('SyntaxError')
  expect(ended.stderr).toContain('src/cli/main.ts')
  expect(bundle()).toBe(before)
  expect(fs.readdirSync(path.dirname(before)).filter((name) => name.startsWith('new.'))).toEqual([])
})

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { processesNaming } from '../../../test/helpers/processes.ts'
import { until } from '../../../test/helpers/until.ts'
import { runGit, type GitRun } from './git-process.ts'

const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent' }
const limits = { cwd: '/', env: environment, timeoutMs: 30_000, maxBytes: 1_000_000 }

/** A git that runs `command` of a shell; its own command line names `name`, and so does the environment of the command. */
function shell(command: string, name = 'test'): GitRun {
  return { ...limits, args: ['-c', `alias.${name}=!${command}`, name] }
}

/** Runs until it is ended. */
function endless(name: string): GitRun {
  return shell('exec sleep 600', name)
}

function newName(): string {
  return `wait-${randomUUID()}`
}

async function running(name: string, count: number): Promise<void> {
  await until(`${count} that name ${name}`, 10_000, async () =>
    processesNaming(name).length === count ? true : null,
  )
}

it('passes on the input and the output of git byte for byte, with its errors and exit code', async () => {
  const input = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
  const { stdout, stderr, ...ended } = await runGit({ ...shell('cat; echo no >&2; exit 3;'), input })
  expect(stdout.equals(input)).toBe(true)
  expect({ stderr: stderr.toString(), ...ended }).toEqual({ stderr: 'no\n', exitCode: 3, trouble: null })
})

it('reports why there is no exit code: too much output, a timeout, no git', async () => {
  const much = await runGit({ ...shell('exec cat /dev/zero'), maxBytes: 100_000 })
  const long = await runGit({ ...endless(newName()), timeoutMs: 300 })
  const none = await runGit({ ...limits, args: ['--version'], env: { PATH: '/nonexistent' } })
  expect([much, long, none].map(({ exitCode, trouble }) => [exitCode, trouble])).toEqual([
    [null, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'],
    [null, 'SIGTERM'],
    [null, 'ENOENT'],
  ])
})

it('is ended by its signal', async () => {
  const name = newName()
  const stop = new AbortController()
  const ran = runGit(endless(name), stop.signal)
  await running(name, 2)
  stop.abort()
  expect((await ran).trouble).toBe('SIGTERM')
  await running(name, 0)
})

it('is ended together with the processes that git leaves running', async () => {
  const name = newName()
  const ssh = { ...environment, GIT_SSH_COMMAND: `sleep 600; : ${name}` }
  const run = { ...limits, args: ['ls-remote', 'ssh://127.0.0.1/x'], env: ssh }
  const stop = new AbortController()
  const ran = runGit(run, stop.signal)
  await running(name, 3)
  stop.abort()
  expect((await ran).trouble).toBe('SIGTERM')
  await running(name, 0)
  expect((await runGit({ ...run, timeoutMs: 300 })).trouble).toBe('SIGTERM')
  await running(name, 0)
})

it('rejects when the process that runs git is killed, and the next run uses a new one', async () => {
  const name = newName()
  const ended = runGit(endless(name)).catch((error: unknown) => String(error))
  await running(name, 2)
  const children = fs.readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const helpers = processesNaming('git-helper.mjs').filter((pid) => children.split(' ').includes(String(pid)))
  expect(helpers).toHaveLength(1)
  for (const pid of [...helpers, ...processesNaming(name)]) process.kill(pid, 'SIGKILL')
  expect(await ended).toContain('The process that runs git has ended')
  expect((await runGit({ ...limits, args: ['--version'] })).exitCode).toBe(0)
})

it('ends with the server, and asks running git processes to stop', async () => {
  const name = newName()
  const module = path.join(import.meta.dirname, 'git-process.ts')
  const program = `import { runGit } from '${module}'; await runGit(${JSON.stringify(endless(name))})`
  const server = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
  await running(name, 3)
  server.kill('SIGKILL')
  await running(name, 0)
})

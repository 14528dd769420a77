import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { makeDataDir, startTestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** How a person gets from the command line into the browser. */
const run = promisify(execFile)

async function opens(link: string): Promise<boolean> {
  const response = await fetch(link, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
  return response.headers.getSetCookie().some((cookie) => cookie.startsWith('slipway_session='))
}

it('a link that the command line prints logs a browser in, once', async () => {
  const server = await startTestServer()
  try {
    const { stdout } = await run(process.execPath, [
      slipwayProgram,
      'token',
      '--link',
      '--data-dir',
      server.dataDir,
    ])
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]{43}\n$/)
    expect(await opens(stdout.trim())).toBe(true)
    expect(await opens(stdout.trim())).toBe(false)
    expect(await opens(`${server.url}/?token=${server.token}`)).toBe(false)
    const second = await until('the second line of the start', 5000, async () => {
      const [, line] = server.out().split('\n')
      return line === undefined || line === '' ? null : line
    })
    expect(second).toBe('Log in with the link that `slipway token --link` prints.')
    // A pipe may be a journal: nothing that lets anybody in is written to it.
    expect(server.out() + server.log()).not.toMatch(new RegExp(`${server.token}|code=`))
  } finally {
    await server.stop()
  }
  await expect(
    run(process.execPath, [slipwayProgram, 'token', '--link', '--data-dir', server.dataDir]),
  ).rejects.toThrow('no server runs')
})

it('the command line lists the logged-in browsers, and logs them out', async () => {
  const server = await startTestServer()
  const sessions = async (...args: string[]): Promise<string> =>
    (await run(process.execPath, [slipwayProgram, 'sessions', ...args, '--data-dir', server.dataDir])).stdout
  try {
    expect(await sessions()).toContain('No browser is logged in.')
    const answers = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const { code } = await server.client.newLogInCode()
        const headers = { 'user-agent': name }
        return fetch(`${server.url}/?code=${code}`, { redirect: 'manual', headers })
      }),
    )
    expect((await server.client.sessions()).map((session) => session.user_agent).toSorted()).toEqual([
      'one',
      'two',
    ])
    const [first] = await server.client.sessions()
    expect(await sessions()).toContain(first?.id)
    expect(await sessions('end', first?.id ?? '')).toBe('One browser is logged out.\n')
    expect(await sessions('end', '--all')).toBe('One browser is logged out.\n')
    for (const answer of answers) {
      const cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
      expect((await fetch(`${server.url}/api/session`, { headers: { cookie } })).status).toBe(401)
    }
  } finally {
    await server.stop()
  }
})

/** Starts the server on a terminal, with a browser that records the addresses it should open. */
async function startOnTerminal(...args: string[]): Promise<{ opened: string; end(): Promise<void> }> {
  const dir = makeDataDir()
  const opened = path.join(dir, 'opened')
  const opener = path.join(dir, 'xdg-open')
  fs.writeFileSync(opener, `#!/bin/sh\necho "$*" >${opened}.new && mv ${opened}.new ${opened}\n`, {
    mode: 0o755,
  })
  const command = [
    process.execPath,
    slipwayProgram,
    'start',
    '--port',
    '0',
    '--data-dir',
    dir,
    '--no-build',
    ...args,
  ]
  const child = spawn('script', ['-qec', command.join(' '), '/dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: `${dir}:${process.env['PATH'] ?? ''}`, HOME: dir, DISPLAY: ':99', TERM: 'dumb' },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  await until('the start', 30_000, async () => (out.includes('Ctrl-C') ? true : null))
  return {
    opened,
    end: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

it('the browser is opened with a code that works once, never with the token', async () => {
  const { opened, end } = await startOnTerminal()
  try {
    const address = await until('the browser', 10_000, async () =>
      fs.existsSync(opened) ? fs.readFileSync(opened, 'utf8').trim() : null,
    )
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]{43}$/)
    expect(await opens(address)).toBe(true)
    expect(await opens(address)).toBe(false)
  } finally {
    await end()
  }
})

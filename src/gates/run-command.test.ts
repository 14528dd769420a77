import { getEventListeners } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { openLauncher, type Launcher } from '../sandbox/launcher.ts'
import { runCommand, type CommandEnd } from './run-command.ts'

let dir: string
let launcher: Launcher

beforeAll(async () => {
  dir = makeDir('slipway-command-')
  for (const name of ['run', 'ws', 'home']) fs.mkdirSync(path.join(dir, name))
  launcher = await openLauncher({ runDir: path.join(dir, 'run'), masked: [] })
})
afterAll(() => launcher.close())

function run(command: string, signal: AbortSignal, launch = launcher.launch): Promise<CommandEnd> {
  const room = {
    launcher: { ...launcher, launch },
    path: '/usr/local/bin:/usr/bin:/bin',
    timeoutMs: 600_000,
    logBytes: 10_000,
    signal,
    label: 'test',
  }
  const place = { cwd: path.join(dir, 'ws'), home: path.join(dir, 'home'), writable: [path.join(dir, 'ws')] }
  return runCommand(room, command, place)
}

describe('an aborted command', () => {
  it.each<[string, (stop: AbortController) => Promise<CommandEnd>]>([
    [
      'before it is started',
      (stop) => {
        stop.abort(new Error('called off'))
        return run('touch ran && sleep 600', stop.signal)
      },
    ],
    [
      'while it is being started',
      (stop) =>
        run('sleep 600', stop.signal, async (spec, signal) => {
          const child = await launcher.launch(spec, signal)
          stop.abort(new Error('called off'))
          return child
        }),
    ],
    [
      'while it runs',
      async (stop) => {
        const done = run('sleep 600', stop.signal)
        await expect.poll(() => launcher.runningIn(dir), { timeout: 10_000 }).toHaveLength(1)
        stop.abort(new Error('called off'))
        return done
      },
    ],
  ])('%s leaves no process', async (_when, begin) => {
    await expect(begin(new AbortController())).rejects.toThrow('called off')
    expect(launcher.runningIn(dir)).toEqual([])
    expect(fs.readdirSync(path.join(dir, 'ws'))).toEqual([])
  })

  it('has no listener left after it has ended by itself', async () => {
    const stop = new AbortController()
    expect(await run('echo done', stop.signal)).toMatchObject({ passed: true, exitCode: 0, log: 'done\n' })
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })
})

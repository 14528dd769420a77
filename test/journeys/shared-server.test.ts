import { execa } from 'execa'
import { expect, it } from 'vitest'
import { makeDataDir } from '../helpers/server.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Commands without a server that runs already: one of them brings it, all of them use it, and none ends the work of another. */

function slipway(dataDir: string, args: readonly string[]) {
  return execa(process.execPath, [slipwayProgram, ...args, '--data-dir', dataDir], {
    reject: false,
    timeout: 110_000,
    stdin: 'ignore',
  })
}

it('concurrent runs share one server, and the longer one continues when the owner has ended', async () => {
  const dataDir = makeDataDir()
  const short = ['run', 'a counter', '--mode', 'solo', '--json']
  const long = ['run', 'a counter [[demo:slow=1500]]', '--mode', 'solo', '--json']
  const asked = ['jobs', '--json']
  const ended = await Promise.all([short, long, long, asked].map((words) => slipway(dataDir, words)))
  expect(ended.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    Array(4).fill({ exitCode: 0, stderr: '' }),
  )
  for (const { stdout } of ended.slice(0, 3))
    expect(JSON.parse(String(stdout))).toMatchObject({ job: { status: 'completed', proof: 'proven' } })
  // Requests that were repeated because a server ended were executed once.
  const { stdout } = await slipway(dataDir, ['jobs', '--json'])
  expect(JSON.parse(String(stdout))).toMatchObject({ total: 3 })
})

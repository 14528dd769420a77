import { fork, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { makeDir } from '../../test/helpers/made-dirs.ts'
import { isHelperEnded, openHelper, type Helper } from './helper.ts'

const program = `
  process.on('disconnect', () => process.exit(0))
  process.on('message', ({ do: what }) => {
    if (what === 'ping') process.send('pong')
    if (what === 'die') process.exit(1)
  })
  process.send('up')`
const file = path.join(makeDir('slipway-helper-'), 'helper.mjs')
fs.writeFileSync(file, program)

let helper: Helper | null = null
afterEach(async () => {
  await helper?.close()
  helper = null
})

/** A helper that is always busy, and the errors with which its work failed. */
function open(isBusy = true): { helper: Helper; failures: unknown[]; fails: () => Promise<unknown> } {
  const failures: unknown[] = []
  let heard = Promise.withResolvers<unknown>()
  helper = openHelper({
    name: 'The process that helps',
    start: () => fork(file, { stdio: 'ignore' }),
    isBusy: () => isBusy,
    onEnd(why) {
      failures.push(why)
      heard.resolve(why)
      heard = Promise.withResolvers()
    },
    times: { pingMs: 25, unanswered: 20, closeMs: 200 },
  })
  return { helper, failures, fails: () => heard.promise }
}

async function said(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve))
}

it('is one process for all callers', async () => {
  const { helper, failures } = open()
  const [first, second] = await Promise.all([helper.get(), helper.get()])
  expect(second.pid).toBe(first.pid)
  expect(await said(first)).toBe('up')
  expect(await said(first)).toBe('pong')
  expect(failures).toEqual([])
})

it('is replaced when it is silent while it is busy, and its work fails by name', async () => {
  const { helper, fails } = open()
  const first = await helper.get()
  await said(first)
  const failed = fails()
  first.kill('SIGSTOP')
  const why = await failed
  expect(isHelperEnded(why)).toBe(true)
  expect(isHelperEnded(new Error('outer', { cause: why }))).toBe(true)
  expect(String(why)).toContain('The process that helps has ended')
  expect(first.signalCode).toBe('SIGKILL')
  const second = await helper.get()
  expect(second.pid).not.toBe(first.pid)
  expect(await said(second)).toBe('up')
})

it('that dies repeatedly is restarted with growing pauses', async () => {
  const { helper, fails } = open()
  const waits: number[] = []
  for (let death = 0; death < 5; death += 1) {
    const asked = performance.now()
    const child = await helper.get()
    waits.push(performance.now() - asked)
    const failed = fails()
    child.send({ do: 'die' })
    await failed
  }
  // A busy machine adds to any of them, so that they cannot be compared with each other.
  expect(waits.slice(2).map((wait, doubled) => wait > 95 * 2 ** doubled)).toEqual([true, true, true])
})

it('that is stopped does not keep the server from ending', async () => {
  const { helper } = open(false)
  const child = await helper.get()
  await said(child)
  child.kill('SIGSTOP')
  await helper.close()
  expect(child.signalCode).toBe('SIGKILL')
  await expect(helper.get()).rejects.toThrow('the server is stopping')
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { letPass } from '../../test/helpers/until.ts'
import { openAwakeTimer } from './awake-timer.ts'

const over = (ms: number): Promise<void> => new Promise((resolve) => void openAwakeTimer(ms, resolve))

it.concurrent('ends after its time, even if that is longer than one interval', async () => {
  const began = performance.now()
  await over(50)
  await over(1300)
  expect(performance.now() - began).toBeGreaterThanOrEqual(1340)
})

it.concurrent('starts again, and returns the remaining time when it is stopped', async () => {
  let calls = 0
  const timer = openAwakeTimer(400, () => {
    calls += 1
  })
  const began = performance.now()
  while (performance.now() - began < 800) {
    await letPass(50)
    timer.restart()
  }
  expect(calls).toBe(0)
  await letPass(50)
  const left = timer.stop()
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(400)
  expect(timer.stop()).toBe(left)
  timer.restart()
  await over(500)
  expect(calls).toBe(0)
})

it.concurrent('does not count the time in which its process was stopped', async () => {
  const module = JSON.stringify(new URL('awake-timer.ts', import.meta.url).href)
  const script = `
    const { openAwakeTimer } = await import(${module})
    openAwakeTimer(2500, () => process.stdout.write('over'))
    process.stdout.write('begun')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told: { words: string; at: number }[] = []
  child.stdout.on('data', (chunk: Buffer) => told.push({ words: chunk.toString(), at: performance.now() }))
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  await letPass(5000)
  const woken = performance.now()
  child.kill('SIGCONT')
  await once(child, 'exit')
  expect(told.map(({ words }) => words)).toEqual(['begun', 'over'])
  // A timer of the system's would have been over at once.
  expect((told[1]?.at ?? 0) - woken).toBeGreaterThan(1000)
})

import { describe, expect, it } from 'vitest'
import { eventually } from '../../../test/helpers/until.ts'
import { openLog } from '../../lib/log.ts'
import { openClaimLoop, type ClaimLoop } from './claim-loop.ts'

/** Work that is due, and that runs until the test ends it. */
class Due {
  readonly running = new Map<string, PromiseWithResolvers<void>>()
  readonly begun: string[] = []
  readonly #due: string[] = []
  looks = 0
  trouble: Error | null = null

  add(...names: readonly string[]): void {
    this.#due.push(...names)
  }

  async claim(): Promise<(() => Promise<void>) | null> {
    this.looks += 1
    await Promise.resolve()
    if (this.trouble !== null) throw this.trouble
    const name = this.#due.shift()
    if (name === undefined) return null
    return () => {
      const work = Promise.withResolvers<void>()
      this.begun.push(name)
      this.running.set(name, work)
      return work.promise.finally(() => this.running.delete(name))
    }
  }

  end(name: string, error?: Error): void {
    const work = this.running.get(name)
    if (error === undefined) work?.resolve()
    else work?.reject(error)
  }
}

function openLoop(due: Due, room = 2): ClaimLoop {
  return openClaimLoop({ name: 'work', log: openLog('silent'), room: () => room, claim: () => due.claim() })
}

const isRunning = (due: Due, ...names: readonly string[]): Promise<void> =>
  eventually(() => expect([...due.running.keys()]).toEqual(names))

describe('a loop that claims work', () => {
  it('claims nothing until it is opened, then as much as it has capacity for', async () => {
    const due = new Due()
    due.add('a', 'b', 'c')
    const loop = openLoop(due)
    loop.poll()
    await Promise.resolve()
    expect(due.looks).toBe(0)
    loop.open()
    await isRunning(due, 'a', 'b')
    due.end('a')
    await isRunning(due, 'b', 'c')
  })

  it('claims when it is woken, and once more if it was woken during a claim', async () => {
    const due = new Due()
    const loop = openLoop(due)
    loop.open()
    await eventually(() => expect(due.looks).toBe(1))
    due.add('a')
    loop.poll()
    loop.poll()
    await isRunning(due, 'a')
    due.add('b')
    loop.poll()
    await isRunning(due, 'a', 'b')
  })

  it('claims nothing while it is closed; running work continues', async () => {
    const due = new Due()
    due.add('a')
    const loop = openLoop(due)
    loop.open()
    await isRunning(due, 'a')
    loop.close()
    due.add('b')
    loop.poll()
    due.end('a')
    await isRunning(due)
    expect(due.begun).toEqual(['a'])
    loop.open()
    await isRunning(due, 'b')
  })

  it('does not start work that was claimed while it was being closed', async () => {
    const due = new Due()
    due.add('a')
    const loop = openLoop(due)
    loop.open()
    loop.close()
    await eventually(() => expect(due.looks).toBe(1))
    await Promise.resolve()
    expect(due.begun).toEqual([])
  })

  it('has capacity again after failed work, and claims more next time', async () => {
    const due = new Due()
    due.add('a', 'b')
    const loop = openLoop(due, 1)
    loop.open()
    await isRunning(due, 'a')
    due.end('a', new Error('it broke'))
    await isRunning(due)
    expect(due.begun).toEqual(['a'])
    loop.poll()
    await isRunning(due, 'b')
  })

  it('continues after a failed claim', async () => {
    const due = new Due()
    due.add('a')
    due.trouble = new Error('the database is away')
    const loop = openLoop(due)
    loop.open()
    await eventually(() => expect(due.looks).toBe(1))
    due.trouble = null
    await eventually(() => {
      loop.poll()
      expect(due.begun).toEqual(['a'])
    })
  })
})

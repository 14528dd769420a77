import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openTestStore } from '../../test/helpers/test-store.ts'
import { AppError } from '../lib/app-error.ts'
import { retryWithHelper } from './insist-on-helper.ts'
import { isDiskFull, isInterruption } from './interruption.ts'
import { openAnswers } from './permission-answers.ts'
import { openSlots } from './slots.ts'

const gone = new AppError('helper_gone', 'The process that runs git has ended.')

it('a full disk is recognised by the errors of the server and of git', async () => {
  const own = await fs.promises.writeFile('/dev/full', 'x').catch((error: unknown) => error)
  expect(isDiskFull(own)).toBe(true)
  expect(isDiskFull(new Error('git clone failed: unable to write file x: No space left on device'))).toBe(
    true,
  )
  expect(isDiskFull(new Error('no such file'))).toBe(false)
  expect(isDiskFull('No space left on device')).toBe(false)
})

it('work is not at fault when the database or a helper was unavailable', () => {
  const away = new AppError('database_unavailable', 'The database cannot be reached.')
  const all = [away, gone, new Error('outer', { cause: gone }), new Error('it broke'), 'text']
  expect(all.map(isInterruption)).toEqual([true, true, true, false, false])
})

describe('an operation that must not be skipped', () => {
  /** Fails so often with this error, and counts how often it was asked. */
  function failing(times: number, error: Error): { act: () => Promise<string>; asked: () => number } {
    let asked = 0
    const act = (): Promise<string> => {
      asked += 1
      return asked > times ? Promise.resolve('done') : Promise.reject(error)
    }
    return { act, asked: () => asked }
  }

  it('is repeated when its helper has ended, but not for ever', async () => {
    const often = failing(14, gone)
    expect(await retryWithHelper(often.act)).toBe('done')
    expect(often.asked()).toBe(15)
    await expect(retryWithHelper(failing(15, gone).act)).rejects.toBe(gone)
  })

  it('is not repeated when it failed itself', async () => {
    const broken = failing(1, new Error('it broke'))
    await expect(retryWithHelper(broken.act)).rejects.toThrow('it broke')
    expect(broken.asked()).toBe(1)
  })
})

it('a lent slot lets other work be claimed at once, and counts again when it is returned', () => {
  const slots = openSlots()
  slots.lend()()
  let claims = 0
  slots.onLent(() => {
    claims += 1
  })
  const [back, other] = [slots.lend(), slots.lend()]
  expect([slots.lent(), claims]).toEqual([2, 2])
  back()
  back()
  expect(slots.lent()).toBe(1)
  other()
  expect(slots.lent()).toBe(0)
})

it('sessions that wait for a person are woken by the answer, and after possibly missed notifications', async () => {
  const db = await openTestStore()
  let tell: (payload: string | null) => void = () => undefined
  const answers = await openAnswers({
    ...db,
    listen: (_channel, onNotify) => {
      tell = onNotify
      return Promise.resolve(() => Promise.resolve())
    },
  })
  const woken: string[] = []
  const wait = (id: string): Promise<void> => answers.next(id).sign.then(() => void woken.push(id))
  const [one, other] = [wait('one'), wait('other')]
  tell('one')
  await one
  expect(woken).toEqual(['one'])
  tell(null)
  await other
  const left = answers.next('left')
  left.stop()
  await answers.close()
  await db.close()
})

import { expect, it } from 'vitest'
import { laterCode } from './later-code.ts'

it('an import that fails is tried a second time, after what the browser kept of it was replaced', async () => {
  const steps: string[] = []
  const code = laterCode(
    async () => {
      steps.push('load')
      if (steps.length === 1) throw new Error('cut off')
      return 'the part'
    },
    async () => {
      steps.push('refetch')
    },
  )
  expect(await code.load()).toBe('the part')
  expect([steps, code.known()]).toEqual([['load', 'refetch', 'load'], 'the part'])
})

it('a load that failed twice is not kept: the next one asks again', async () => {
  let isDown = true
  const load = async (): Promise<string> => {
    if (isDown) throw new Error('no server')
    return 'the part'
  }
  const code = laterCode(load, async () => undefined)
  await expect(code.load()).rejects.toThrow('no server')
  isDown = false
  expect(await Promise.all([code.load(), code.load()])).toEqual(['the part', 'the part'])
})

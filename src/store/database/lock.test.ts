import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeDir } from '../../../test/helpers/made-dirs.ts'
import { lockDirectory, type DirectoryLock } from './lock.ts'

/** What a killed holder leaves behind: a socket without a listener. */
async function leaveDeadLock(dir: string): Promise<void> {
  const place = path.join(dir, 'lock.sock')
  const kept = `${place}.kept`
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(place, resolve))
  fs.linkSync(place, kept)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  fs.renameSync(kept, place)
}

it.each(['nothing', 'a dead lock'])('of eight that start together on %s, one wins', async (before) => {
  for (let round = 0; round < 25; round += 1) {
    const dir = makeDir('slipway-lock-')
    if (before === 'a dead lock') await leaveDeadLock(dir)
    const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(dir)))
    const won = tried.flatMap((one): DirectoryLock[] => (one.status === 'fulfilled' ? [one.value] : []))
    expect(won).toHaveLength(1)
    const refused = tried.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as { code: string }] : [],
    )
    expect(refused.map(({ code }) => code)).toEqual(Array(7).fill('data_dir_in_use'))
    await expect(lockDirectory(dir)).rejects.toThrow(String(process.pid))
    await won[0]?.release()
    await (await lockDirectory(dir)).release()
    expect(fs.readdirSync(dir)).toEqual([])
  }
})

import { expect, it } from 'vitest'
import { removeMade } from './made-dirs.ts'
import { processesNaming } from './processes.ts'
import { makeDataDir, startTestServer } from './server.ts'
import { until } from './until.ts'

it('a server that does not start in time has ended when the test is informed', async () => {
  const dataDir = makeDataDir()
  await expect(startTestServer({ dataDir, startMs: 1 })).rejects.toThrow('the server did not start')
  expect(processesNaming(dataDir)).toEqual([])
})

it('a server that its test did not end is gone after the file', async () => {
  const dataDir = makeDataDir()
  await startTestServer({ dataDir })
  expect(processesNaming(dataDir)).not.toEqual([])
  await removeMade()
  // Its helpers end when they see that it is gone.
  await until('the end of its processes', 20_000, async () =>
    processesNaming(dataDir).length === 0 ? true : null,
  )
})

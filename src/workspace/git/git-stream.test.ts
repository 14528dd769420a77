import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { streamGit } from './git-stream.ts'

const options = { signal: new AbortController().signal, timeoutMs: 20_000 }

it('a late reader gets all the output after git has ended', async () => {
  const ended = Promise.withResolvers<void>()
  const output = streamGit(['--version'], { ...options, onClose: () => ended.resolve() })
  await ended.promise
  expect(await text(output)).toMatch(/^git version \d/)
})

it('breaks when git fails, also for a late reader', async () => {
  const ended = Promise.withResolvers<void>()
  const output = streamGit(['no-such-command'], { ...options, onClose: () => ended.resolve() })
  await ended.promise
  await expect(text(output)).rejects.toThrow('git ended with 1')
})

it('ends git when its reader leaves or its signal aborts', async () => {
  const stop = new AbortController()
  for (const end of [
    (stream: NodeJS.ReadableStream & { destroy(): void }) => stream.destroy(),
    () => stop.abort(),
  ]) {
    const ended = Promise.withResolvers<void>()
    const signal = stop.signal
    const output = streamGit(['cat-file', '--batch', '--batch-all-objects', '--git-dir=/nonexistent'], {
      ...options,
      signal,
      onClose: () => ended.resolve(),
    })
    output.on('error', () => undefined)
    end(output)
    await ended.promise
  }
})

import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CustomBackend } from '../../src/contract/backend.ts'
import { endOf } from '../helpers/follow-job.ts'
import { processesNaming } from '../helpers/processes.ts'
import { startTestServer, type TestServer } from '../helpers/server.ts'
import { until } from '../helpers/until.ts'
import { slipwayProgram } from '../helpers/program.ts'

/** Backends that speak no protocol, and those that the registry of the protocol describes. */
const root = path.join(import.meta.dirname, '..', '..')
const program = path.join(root, 'test', 'helpers', 'plain-agent.mjs')
let server: TestServer

beforeAll(async () => {
  const env = { SLIPWAY_FIRST_UPDATE_SECONDS: '3', SLIPWAY_SILENCE_SECONDS: '3' }
  server = await startTestServer({ env })
})
afterAll(() => server.stop())

const start = async (name: string, prompt: CustomBackend['prompt'], play: object[]): Promise<string> => {
  const command = [process.execPath, program, prompt ?? '', JSON.stringify(play)]
  await server.client.addBackend({ name, kind: 'command', prompt, command, env: {} })
  const { job_id } = await server.client.createJob({
    vision: `a job for ${name}`,
    mode: 'solo',
    backend: name,
  })
  return job_id
}
const slipway = async (...args: string[]): Promise<string> => {
  const command = [slipwayProgram, ...args]
  const env = { ...process.env, SLIPWAY_DATA_DIR: server.dataDir }
  return (await promisify(execFile)(process.execPath, command, { env })).stdout
}

describe('a plain command', () => {
  it.each(['argument', 'stdin', 'file'] as const)(
    'gets its prompt (%s), its output streams into the transcript, and its work is collected',
    async (by) => {
      const id = await start(by, by, [
        { say: 'Reading the \u001B[32mtask\u001B[0m.\n' },
        { warn: 'careful\n' },
        { write: ['made.txt', by] },
        { say: 'Done.\n' },
      ])
      const job = await endOf(server, id)
      expect(job).toMatchObject({ status: 'completed', error: null })
      const read = (name: string): string =>
        fs.readFileSync(path.join(job.workspace_path ?? '', name), 'utf8')
      expect(read('made.txt')).toBe(by)
      expect(read('prompts.jsonl')).toContain(`a job for ${by}`)
      expect(fs.readdirSync(job.workspace_path ?? '').toSorted()).toEqual([
        '.git',
        'made.txt',
        'prompts.jsonl',
      ])
      const [attempt] = await server.client.attempts(id)
      const { transcript } = await server.client.attempt(id, attempt?.id ?? '')
      const said = (type: string): string =>
        transcript.flatMap((event) => (event.type === type ? [event.message] : [])).join('')
      expect(said('session.message')).toBe('Reading the task.\nDone.\n')
      expect(said('session.thought')).toBe('careful\n')
    },
  )

  it('has failed with its output when its exit code is not 0; when it hangs, its process is ended', async () => {
    const failing = await start('failing', 'stdin', [{ warn: 'no such model' }, { exit: 3 }])
    const hanging = await start('hanging', 'stdin', [
      { say: 'hm' },
      { spawn: ['sleep', '7654.3'] },
      { hang: true },
    ])
    const error = async (id: string): Promise<string | null> => {
      expect((await endOf(server, id)).status).toBe('failed')
      return (await server.client.attempts(id))[0]?.error ?? null
    }
    expect(await error(failing)).toBe('The program ended with exit code 3. It wrote: no such model')
    expect(await error(hanging)).toContain('fell silent for 3 s')
    expect(processesNaming('7654.3')).toEqual([])
  })

  it("has no memory, so a person's message comes with the first prompt again", async () => {
    const id = await start('forgetful', 'stdin', [{ say: 'at work' }, { waitFor: 'go.txt' }])
    const attempt = await until('its first turn', 30_000, async () => {
      const events = await server.client.events(id, 0)
      return events.find((event) => event.message === 'at work')?.attempt_id ?? null
    })
    const [agent] = await server.client.agents(id)
    await server.client.message(id, { agent_id: agent?.id ?? '', text: 'Use tabs.' })
    fs.writeFileSync(path.join(server.dataDir, 'jobs', id, 'attempts', attempt, 'ws', 'go.txt'), '')
    const job = await endOf(server, id)
    const prompts = fs
      .readFileSync(path.join(job.workspace_path ?? '', 'prompts.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => String(JSON.parse(line)))
    expect(prompts).toHaveLength(2)
    for (const prompt of prompts) expect(prompt).toContain('a job for forgetful')
    expect(prompts[1]).toContain('Use tabs.')
  })

  it('is tested like any other backend, and connected on the command line', async () => {
    const play = JSON.stringify([{ say: 'I am a plain program.' }])
    await slipway(
      'backends',
      'add',
      'by-cli',
      '--plain',
      'stdin',
      '--',
      process.execPath,
      program,
      'stdin',
      play,
    )
    expect(await server.client.tryBackend('by-cli')).toMatchObject({ ok: true, error: null })
    expect(await slipway('backends', 'test', 'by-cli', '--quick')).toContain('I am a plain program.')
  })
})

describe('an entry of the ACP registry', () => {
  const entry = {
    id: 'some-agent',
    name: 'Some Agent',
    version: '1.2.3',
    description: 'not needed',
    authors: ['nobody'],
    distribution: { npx: { package: '@maker/some-agent@1.2.3', args: ['--acp'], env: { MODE: 'quiet' } } },
  }

  it('adds an agent that Slipway can install at its exact version', async () => {
    const view = await server.client.addRegistryBackend({ registry: entry })
    expect(view).toMatchObject({
      name: 'some-agent',
      display_name: 'Some Agent',
      kind: 'acp',
      available: false,
      install: { version: '1.2.3', packages: ['@maker/some-agent@1.2.3'] },
    })
    const { backends } = await server.client.settings()
    expect(backends.find((each) => each.name === 'some-agent')).toMatchObject({
      package: '@maker/some-agent@1.2.3',
      command: ['some-agent', '--acp'],
      env: { MODE: '********' },
    })
    await expect(server.client.addRegistryBackend({ registry: entry })).rejects.toMatchObject({ status: 409 })
  })

  it('may be a binary, a Python package run by uvx, or a package without a version', async () => {
    const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
    const of = (id: string, distribution: object): object => ({ ...entry, id, distribution })
    const add = async (id: string, distribution: object): Promise<object | undefined> => {
      await server.client.addRegistryBackend({ registry: of(id, distribution) })
      return (await server.client.settings()).backends.find((each) => each.name === id)
    }
    const binary = {
      [`${process.platform}-${arch}`]: { archive: 'https://x.invalid/a', cmd: './bin/tool', args: ['acp'] },
    }
    expect(await add('binary', { binary })).toMatchObject({ command: ['tool', 'acp'] })
    expect(await add('python', { uvx: { package: 'tool@2.0.0' } })).toMatchObject({
      command: ['uvx', 'tool@2.0.0'],
    })
    expect(await add('bare', { npx: { package: 'tool' } })).toMatchObject({ package: 'tool@1.2.3' })
    await expect(
      server.client.addRegistryBackend({
        registry: of('nowhere', { binary: { 'plan9-mips': { cmd: 'x' } } }),
      }),
    ).rejects.toMatchObject({ status: 400, code: 'no_distribution' })
    await expect(
      server.client.addRegistryBackend({ registry: of('Bad Name', { npx: { package: 'tool' } }) }),
    ).rejects.toMatchObject({ status: 400, message: expect.stringContaining('name') })
    await expect(server.client.addRegistryBackend({ registry: { id: 'x' } })).rejects.toMatchObject({
      status: 400,
    })
  })

  it('is read from a file on the command line, alone or out of a whole registry', async () => {
    const file = path.join(server.dataDir, 'registry.json')
    fs.writeFileSync(
      file,
      JSON.stringify({
        version: '1.0.0',
        agents: [
          { ...entry, id: 'one' },
          { ...entry, id: 'two' },
        ],
      }),
    )
    expect(await slipway('backends', 'add', 'two', '--registry', file)).toContain(
      'Some Agent is added as two.',
    )
    await expect(slipway('backends', 'add', '--registry', file)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it has one, two'),
    })
    fs.writeFileSync(file, JSON.stringify({ ...entry, id: 'alone' }))
    expect(await slipway('backends', 'add', '--registry', file)).toContain('added as alone')
  })
})

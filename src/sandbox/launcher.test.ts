import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processesNaming } from '../../test/helpers/processes.ts'
import { drained } from './drained.ts'
import { openLauncher, type Launcher, type LaunchSpec, type Sandboxed } from './launcher.ts'
import { sweep, writeRunFile } from './run-files.ts'

let root: string
let launcher: Launcher
let workspace: string

beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-box-'))
  workspace = path.join(root, 'ws')
  for (const dir of ['ws', 'run', 'secret']) fs.mkdirSync(path.join(root, dir))
  fs.writeFileSync(path.join(root, 'secret', 'token'), 'canary')
  launcher = await openLauncher({ runDir: path.join(root, 'run'), masked: [path.join(root, 'secret')] })
})
afterAll(async () => {
  await launcher.close()
  fs.rmSync(root, { recursive: true })
})

function launch(script: string, more: Partial<LaunchSpec> = {}): Promise<Sandboxed> {
  return launcher.launch({
    command: ['/bin/sh', '-c', script],
    cwd: workspace,
    env: { PATH: '/usr/bin:/bin' },
    home: path.join(root, 'home'),
    writable: [workspace],
    readable: [],
    label: 'test',
    ...more,
  })
}

async function collect(child: Sandboxed): Promise<string> {
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await Promise.all(
    [child.stdout, child.stderr].map((stream) => new Promise((resolve) => stream.once('close', resolve))),
  )
  return Buffer.concat(chunks).toString()
}

async function output(script: string): Promise<string> {
  const child = await launch(script)
  child.stdin.end()
  return (await collect(child)).trim()
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

it('is tested with the strongest kind of walls', () => {
  expect({ walls: launcher.walls, reason: launcher.reason }).toEqual({ walls: 'bubblewrap', reason: null })
})

it('passes input, output and the exit code through', async () => {
  const child = await launch('cat; exit 7')
  const text = collect(child)
  child.stdin.end('x'.repeat(5_000_000))
  expect((await text).length).toBe(5_000_000)
  expect(await child.exited).toEqual({ code: 7, signal: null })
})

it('provides a stdout and stderr that can be opened by their paths', async () => {
  const child = await launch(
    'echo x > /dev/stderr; echo y > /dev/stdout; echo z >> /dev/stderr; cat; echo end 1>&2',
  )
  const texts = Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  child.stdin.end('in')
  const [out, err] = (await texts).map((chunks) => Buffer.concat(chunks as Buffer[]).toString())
  expect({ out, err }).toEqual({ out: 'y\nin', err: 'x\nz\nend\n' })
  expect((await child.exited).code).toBe(0)
})

it('provides an input that is at its end, also by its path, to a program without input', async () => {
  const child = await launch('cat; cat /dev/stdin && echo over', { input: 'nothing' })
  expect(await collect(child)).toBe('over\n')
})

it('provides exactly the given environment, and a home', async () => {
  const names = (await output('env'))
    .split('\n')
    .map((line) => line.split('=', 1)[0])
    .toSorted((a = '', b = '') => a.localeCompare(b))
  expect(names).toEqual(['HOME', 'PATH', 'PWD', 'TMPDIR'])
})

it('lets a process write into its workspace and nowhere else', async () => {
  expect(await output('echo kept > here && cat here')).toBe('kept')
  expect(fs.readFileSync(path.join(workspace, 'here'), 'utf8')).toBe('kept\n')
  const outside = path.join(root, 'outside')
  expect(
    await output(
      `touch /etc/x /usr/x ${outside} 2>&1 | wc -l; mount -o remount,rw,bind / 2>/dev/null || echo kept out`,
    ),
  ).toContain('kept out')
  expect([fs.existsSync('/etc/x'), fs.existsSync('/usr/x'), fs.existsSync(outside)]).toEqual([
    false,
    false,
    false,
  ])
})

it("hides masked directories, the machine's password files and its processes", async () => {
  expect(
    await output(`cat ${root}/secret/token /etc/shadow 2>/dev/null; ls /proc | grep -c '^[0-9]'; id -u`),
  ).toMatch(/^[3-9]\n1000$/)
})

it('ends a whole tree that resists', async () => {
  const mark = `6${process.pid}4`
  const child = await launch(
    `trap "" TERM HUP; sleep ${mark} & setsid sleep ${mark} & (setsid sh -c "setsid sleep ${mark} &" &) ; echo up; wait`,
  )
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await child.kill()
  await child.kill()
  const alive = fs
    .readdirSync('/proc')
    .filter(
      (pid) =>
        /^\d+$/.test(pid) &&
        fs.existsSync(`/proc/${pid}/cmdline`) &&
        fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`sleep\0${mark}`),
    )
  expect(alive).toEqual([])
})

it('sends SIGTERM before it kills', async () => {
  const child = await launch('trap "exit 5" TERM; echo up; while :; do sleep 0.05; done')
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await child.terminate(5000)
  expect(await child.exited).toEqual({ code: 5, signal: null })
})

it('reports a missing command', async () => {
  const child = await launch('', { command: ['/no/such/agent'] })
  const text = await collect(child)
  expect(text).toContain('/no/such/agent')
  expect((await child.exited).code).toBe(127)
})

it('starts sixteen at once', async () => {
  const texts = await Promise.all(Array.from({ length: 16 }, (_, n) => output(`echo ${n}`)))
  expect(texts).toEqual(Array.from({ length: 16 }, (_, n) => String(n)))
})

it('running programs end with their helper and report it; new ones are started by the next helper', async () => {
  const running = await launch('sleep 300')
  const [helper = 0] = processesNaming('spawn-helper.mjs').filter((pid) => parentOf(pid) === process.pid)
  process.kill(helper, 'SIGKILL')
  const meanwhile = output('echo meanwhile')
  await expect(running.exited).rejects.toThrow('The process that starts all others has ended')
  expect(await meanwhile).toBe('meanwhile')
  expect(await output('echo again')).toBe('again')
})

it('ends what a dead server left behind, but no unrelated process with the same pid', async () => {
  const child = await launch('sleep 300')
  const runDir = path.join(root, 'sweep')
  fs.mkdirSync(runDir)
  writeRunFile(runDir, 'left', child.pid, 'left over')
  const note = JSON.parse(fs.readFileSync(path.join(runDir, 'left.json'), 'utf8')) as object
  fs.writeFileSync(
    path.join(runDir, 'stranger.json'),
    JSON.stringify({ ...note, pid: process.pid, startTime: '1' }),
  )
  expect(await sweep(runDir)).toEqual([{ pid: child.pid, label: 'left over' }])
  expect((await child.exited).signal).toBe('SIGKILL')
  expect(fs.readdirSync(runDir)).toEqual([])
})

it('the last output of a process is read, even when its end is reported first', async () => {
  const child = await launch('echo first >&2; echo last >&2; exit 3')
  child.stdout.resume()
  expect(await child.exited).toEqual({ code: 3, signal: null })
  let heard = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  await drained(child.stdout, child.stderr)
  expect(heard).toBe('first\nlast\n')
})

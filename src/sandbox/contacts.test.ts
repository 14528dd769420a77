import dgram from 'node:dgram'
import { once } from 'node:events'
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../../test/helpers/until.ts'
import { watchContacts, type Contact } from './contacts.ts'
import { openLauncher, type Launcher } from './launcher.ts'

let root: string
let launcher: Launcher
const listener = net.createServer()
const receiver = dgram.createSocket('udp4')

beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'slipway-contacts-'))
  for (const dir of ['ws', 'run']) fs.mkdirSync(path.join(root, dir))
  launcher = await openLauncher({ runDir: path.join(root, 'run'), masked: [] })
  listener.listen(0, '127.0.0.1')
  receiver.bind(0, '127.0.0.1')
  await Promise.all([once(listener, 'listening'), once(receiver, 'listening')])
})
afterAll(async () => {
  await launcher.close()
  listener.close()
  receiver.close()
  fs.rmSync(root, { recursive: true })
})

/** Returns the contacts of a program, read when it reports that it is done. */
async function contactsOf(program: string): Promise<readonly Contact[]> {
  const watch = watchContacts(() => launcher.runningIn(root))
  if (watch === null) throw new Error('this machine does not show sockets')
  const child = await launcher.launch({
    // A shell in between, which forgets its environment: what counts is who started whom.
    command: ['/bin/sh', '-c', 'env -i "$@"; true', 'sh', process.execPath, '-e', program],
    cwd: path.join(root, 'ws'),
    env: { PATH: '/usr/bin:/bin' },
    home: path.join(root, 'home'),
    writable: [path.join(root, 'ws')],
    readable: [path.dirname(process.execPath)],
    label: 'test',
  })
  child.stderr.resume()
  await once(child.stdout, 'data')
  const before = watch.samples().count
  await eventually(() => expect(watch.samples().count).toBeGreaterThan(before + 1))
  expect(watch.samples().everyMs).toBeGreaterThan(40)
  watch.close()
  await child.kill()
  expect(launcher.runningIn(root)).toEqual([])
  return watch.contacts()
}

const portOf = (door: { address(): AddressInfo | string | null }): number => {
  const address = door.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

it('lists the addresses that a program contacts over TCP and UDP, with the program', async () => {
  const program = `
    const udp = require('node:dgram').createSocket('udp4')
    udp.bind(0, '127.0.0.1')
    udp.connect(${portOf(receiver)}, '127.0.0.1', () =>
      require('node:net').connect(${portOf(listener)}, '::ffff:127.0.0.1', () => console.log('done')))`
  const found = await contactsOf(program)
  const node = path.basename(process.execPath)
  expect(found.toSorted((a, b) => a.protocol.localeCompare(b.protocol))).toEqual([
    { protocol: 'tcp', address: `127.0.0.1:${portOf(listener)}`, program: node },
    { protocol: 'udp', address: `127.0.0.1:${portOf(receiver)}`, program: node },
  ])
})

it('lists the program that opened a connection, and not a child that inherited it', async () => {
  const program = `
    const socket = require('node:net').connect(${portOf(listener)}, '127.0.0.1', () => {
      require('node:child_process').spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', socket] })
        .once('spawn', () => console.log('done'))
    })`
  expect(await contactsOf(program)).toEqual([
    { protocol: 'tcp', address: `127.0.0.1:${portOf(listener)}`, program: path.basename(process.execPath) },
  ])
})

it('reports a socket that can send to any address', async () => {
  const program = `
    require('node:dgram').createSocket('udp4').bind(0, () => console.log('done'))`
  expect(await contactsOf(program)).toEqual([
    { protocol: 'udp', address: null, program: path.basename(process.execPath) },
  ])
})

it('ignores connections between the parts of a program, and incoming ones', async () => {
  const program = `
    const net = require('node:net')
    const door = net.createServer(() => undefined).listen(0, '::1', () =>
      net.connect(door.address().port, '::1', () => console.log('done')))`
  expect(await contactsOf(program)).toEqual([])
})

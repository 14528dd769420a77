import fs from 'node:fs'
import os from 'node:os'

/** A socket of a process. */
export interface Socket {
  readonly pid: number
  readonly protocol: 'tcp' | 'udp'
  readonly local: Address
  /** Null where it has nobody at its other end: it listens, or tells only each packet where to go. */
  readonly remote: Address | null
}

export interface Address {
  /** IPv6 in brackets. */
  readonly host: string
  readonly port: number
}

/** Whether this machine shows the sockets of processes. */
export const showsSockets = fs.existsSync(`/proc/self/task/${process.pid}/children`)

/** The sockets of these processes and of all that they have started, in whatever network each is (proc(5)). */
export function socketsOf(roots: readonly number[]): Socket[] {
  const tables = new Map<string, ReadonlyMap<string, Omit<Socket, 'pid'>>>()
  return [...withDescendants(roots)].flatMap((pid) => {
    const inodes = socketInodes(pid)
    if (inodes.length === 0) return []
    const network = linkOr(`/proc/${pid}/ns/net`)
    const table = tables.get(network) ?? tableOf(pid)
    tables.set(network, table)
    return inodes.flatMap((inode) => {
      const socket = table.get(inode)
      return socket === undefined ? [] : [{ pid, ...socket }]
    })
  })
}

/** A set goes on to what is added while it is walked. */
function withDescendants(roots: readonly number[]): ReadonlySet<number> {
  const found = new Set(roots)
  for (const pid of found) for (const child of childrenOf(pid)) found.add(child)
  return found
}

function childrenOf(pid: number): number[] {
  return listOr(`/proc/${pid}/task`).flatMap((thread) =>
    textOr(`/proc/${pid}/task/${thread}/children`).split(' ').map(Number).filter(Boolean),
  )
}

function socketInodes(pid: number): string[] {
  return listOr(`/proc/${pid}/fd`).flatMap((fd) => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOr(`/proc/${pid}/fd/${fd}`)) ?? []
    return inode === undefined ? [] : [inode]
  })
}

/** The sockets of the network that a process is in, by their inodes. */
function tableOf(pid: number): ReadonlyMap<string, Omit<Socket, 'pid'>> {
  const files = [
    ['tcp', 'tcp'],
    ['tcp', 'tcp6'],
    ['udp', 'udp'],
    ['udp', 'udp6'],
  ] as const
  return new Map(
    files.flatMap(([protocol, file]) =>
      textOr(`/proc/${pid}/net/${file}`)
        .split('\n')
        .slice(1)
        .flatMap((line): [string, Omit<Socket, 'pid'>][] => {
          const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/\s+/)
          if (inode === undefined) return []
          const nobody = /^0+:0000$/.test(remote)
          return [[inode, { protocol, local: addressOf(local), remote: nobody ? null : addressOf(remote) }]]
        }),
    ),
  )
}

/** `0100007F:1F90` is 127.0.0.1:8080: each four bytes stand in the order of the machine, the port does not. */
function addressOf(hex: string): Address {
  const [host = '', port = ''] = hex.split(':')
  const bytes = Buffer.from(host, 'hex')
  if (os.endianness() === 'LE') bytes.swap32()
  return { host: hostOf(bytes), port: Number.parseInt(port, 16) }
}

function hostOf(bytes: Buffer): string {
  const mapped = bytes.length === 16 && bytes.subarray(0, 12).toString('hex') === `${'0'.repeat(20)}ffff`
  if (bytes.length === 4 || mapped) return [...bytes.subarray(-4)].join('.')
  const groups = bytes.toString('hex').match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(':')}]`).hostname
}

/** What follows answers with nothing for a process that has ended meanwhile. */
function listOr(dir: string): string[] {
  try {
    return fs.readdirSync(dir)
  } catch {
    return []
  }
}

function textOr(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

export function linkOr(file: string): string {
  try {
    return fs.readlinkSync(file)
  } catch {
    return ''
  }
}

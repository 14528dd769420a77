import fs from 'node:fs'
import os from 'node:os'

/** A socket of a process. */
export interface Socket {
  readonly pid: number
  readonly protocol: 'tcp' | 'udp'
  readonly local: Address
  /** Null when it has no remote end: it listens, or each packet carries its own address. */
  readonly remote: Address | null
}

export interface Address {
  /** IPv6 addresses are in brackets. */
  readonly host: string
  readonly port: number
}

/** Whether this machine shows the sockets of processes. */
export const showsSockets = fs.existsSync(`/proc/self/task/${process.pid}/children`)

type Found = Omit<Socket, 'pid'>

/** A socket by its inode, which is unique, with its process and that process's network. */
interface SocketHolder {
  readonly pid: number
  readonly network: string
  readonly inode: string
}

/**
 * Returns a function that lists the sockets of processes and of their descendants, each in its own network (proc(5)). The
 * remote end of a TCP socket does not change, and listing those of all processes takes the system milliseconds: they are
 * only listed when there is an unknown one.
 */
export function openSockets(): (roots: readonly number[]) => Socket[] {
  const known = new Map<string, Found>()
  return (roots) => {
    const holders = [...withDescendants(roots)].flatMap(socketsHeldBy)
    for (const inode of known.keys()) if (holders.every((one) => one.inode !== inode)) known.delete(inode)
    const networks = Map.groupBy(holders, ({ network }) => network)
    return [...networks.values()].flatMap((inNetwork) => socketsIn(inNetwork, known))
  }
}

function socketsIn(holders: readonly SocketHolder[], known: Map<string, Found>): Socket[] {
  const pid = holders[0]?.pid ?? 0
  const udp = new Map([...listed(pid, 'udp', 'udp'), ...listed(pid, 'udp', 'udp6')])
  const excluded = new Set([...column(pid, 'unix', 6), ...column(pid, 'netlink', 9)])
  const isNew = ({ inode }: SocketHolder): boolean =>
    !known.has(inode) && !udp.has(inode) && !excluded.has(inode)
  if (holders.some(isNew)) {
    const inodes = new Set(holders.map(({ inode }) => inode))
    for (const [inode, socket] of [...listed(pid, 'tcp', 'tcp'), ...listed(pid, 'tcp', 'tcp6')])
      if (inodes.has(inode)) known.set(inode, socket)
  }
  return firstHolders(holders).flatMap(({ pid: holder, inode }) => {
    const socket = udp.get(inode) ?? known.get(inode)
    return socket === undefined ? [] : [{ pid: holder, ...socket }]
  })
}

/**
 * Returns each socket with the first process that has it; the parent of a forked process, which shares its sockets, comes
 * first.
 */
function firstHolders(holders: readonly SocketHolder[]): SocketHolder[] {
  return [...new Map(holders.toReversed().map((one) => [one.inode, one])).values()].toReversed()
}

/** Iterating a set includes items that are added meanwhile. */
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

function socketsHeldBy(pid: number): SocketHolder[] {
  const network = linkOr(`/proc/${pid}/ns/net`)
  return listOr(`/proc/${pid}/fd`).flatMap((fd) => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOr(`/proc/${pid}/fd/${fd}`)) ?? []
    return inode === undefined ? [] : [{ pid, network, inode }]
  })
}

/** Reads one of the tables of the network that a process is in. */
function listed(pid: number, protocol: Socket['protocol'], table: string): [string, Found][] {
  return rowsOf(pid, table).flatMap(([, local = '', remote = '', , , , , , , inode]): [string, Found][] => {
    if (inode === undefined) return []
    const isUnconnected = /^0+:0000$/.test(remote)
    return [[inode, { protocol, local: addressOf(local), remote: isUnconnected ? null : addressOf(remote) }]]
  })
}

function column(pid: number, table: string, index: number): string[] {
  return rowsOf(pid, table).flatMap((row) => row[index] ?? [])
}

function rowsOf(pid: number, table: string): string[][] {
  const [, ...lines] = textOr(`/proc/${pid}/net/${table}`).split('\n')
  return lines.map((line) => line.trim().split(/\s+/))
}

/** Parses an address: `0100007F:1F90` is 127.0.0.1:8080. Each four bytes are in the machine's byte order, the port is not. */
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

/** The following functions return an empty result for a process that has ended meanwhile. */
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

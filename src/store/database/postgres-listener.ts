import pg from 'pg'
import { clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { pause, startInterval, startTimer, type Timer } from '../../lib/timers.ts'
import { waitFor } from '../../lib/waiting.ts'
import type { OnNotify } from './channels.ts'

/**
 * The session that listens on all channels and holds this server's lock on the database. A notification is only a hint to
 * look now rather than at the next poll: nothing depends on one that is lost. The session reconnects for ever, one attempt
 * at a time, and notifies all listeners of a reconnect, because they have missed the notifications meanwhile.
 */
export interface Listener {
  /** Calls back for each notification, and with `null` after each reconnect. */
  listen(channel: string, onNotify: OnNotify): Promise<() => Promise<void>>
  /** Returns why this server may not use the database at present, as a sentence; null while it may. */
  unavailableReason(): string | null
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly url: string
  readonly log: Log
  /** The time limit of one connection attempt in ms. */
  readonly connectMs: number
  /** Called when the database has not answered in time: other pending requests will not be answered either. */
  readonly onSilent: () => void
}

/** The lock held while a server works on a database; an arbitrary number used only by Slipway. */
const SERVER_LOCK = 7_420_002

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000
/** The heartbeat interval in ms, and the time in ms after which a session that does not answer is given up. */
const HEARTBEAT_MS = 10_000
const ANSWER_MS = 5000
/** The time in ms for which the lock of a server that has just ended may still be held. */
const LOCK_PATIENCE_MS = 1000

const databaseTakenMessage =
  'Another server of Slipway works on this database: stop that one, or give this one a database of its own in DATABASE_URL.'

export class DatabaseTaken extends Error {
  override readonly name = 'DatabaseTaken'
}

/** Connects and takes the lock. Throws `DatabaseTaken` when another server holds it. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const listener = new ReconnectingListener(options)
  await listener.start()
  return listener
}

class ReconnectingListener implements Listener {
  readonly #options: ListenerOptions
  readonly #channels = new Map<string, Set<OnNotify>>()
  #client: pg.Client | null = null
  #timer: Timer | null = null
  #heartbeat: Timer | null = null
  #failures = 0
  /** Whether another server held the lock at the last attempt to take it. */
  #isTaken = false
  #closed = false

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const client = await this.#connect()
    const until = clock.now() + LOCK_PATIENCE_MS
    while (!(await acquireLock(client))) {
      if (clock.now() < until) {
        await pause(FIRST_WAIT_MS)
        continue
      }
      await this.close()
      throw new DatabaseTaken(databaseTakenMessage)
    }
  }

  async listen(channel: string, onNotify: OnNotify): Promise<() => Promise<void>> {
    const there = this.#channels.get(channel)
    if (there === undefined) {
      this.#channels.set(channel, new Set([onNotify]))
      // Without a session, the next one subscribes to the channel.
      await this.#client?.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => undefined)
    } else there.add(onNotify)
    return () => {
      this.#channels.get(channel)?.delete(onNotify)
      return Promise.resolve()
    }
  }

  unavailableReason(): string | null {
    return this.#isTaken ? databaseTakenMessage : null
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.stop()
    this.#heartbeat?.stop()
    const client = this.#client
    this.#client = null
    await end(client)
  }

  /** Opens a session with its listeners. On failure it leaves nothing behind and schedules nothing. */
  async #connect(): Promise<pg.Client> {
    const { url, log, connectMs } = this.#options
    const client = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: connectMs,
      application_name: 'slipway',
    })
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''))
    client.on('error', (error) => {
      log.warn({ err: error }, 'the connection that listens to the database was lost')
      this.#lost(client)
    })
    client.on('end', () => this.#lost(client))
    try {
      await client.connect()
      // Set before the channels are subscribed, so that new listeners subscribe on this session and none is missed.
      this.#client = client
      for (const channel of this.#channels.keys())
        await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      if (this.#client === client) this.#client = null
      await end(client)
      throw error
    }
    this.#heartbeat = startInterval(HEARTBEAT_MS, () => void this.#beat(client))
    return client
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return
    this.#client = null
    this.#heartbeat?.stop()
    void end(client)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== null) return
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    this.#timer = startTimer(wait, () => {
      this.#timer = null
      this.#reconnect().catch(() => this.#schedule())
    })
  }

  async #reconnect(): Promise<void> {
    const client = await this.#connect()
    if (this.#closed) return end(client)
    this.#failures = 0
    this.#isTaken = !(await acquireLock(client))
    if (this.#isTaken) this.#options.log.error(databaseTakenMessage)
    this.#options.log.info('the connection that listens to the database is restored')
    for (const channel of this.#channels.keys()) this.#tell(channel, null)
  }

  /** Checks that the session is alive; retries to take the lock when another server held it. */
  async #beat(client: pg.Client): Promise<void> {
    const timer = startTimer(ANSWER_MS, () => {
      this.#options.log.warn('the database does not answer')
      this.#options.onSilent()
      this.#lost(client)
    })
    try {
      if (this.#isTaken) this.#isTaken = !(await acquireLock(client))
      else await client.query('select 1')
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the connection that listens to the database does not answer')
      this.#lost(client)
    } finally {
      timer.stop()
    }
  }

  #tell(channel: string, payload: string | null): void {
    for (const onNotify of this.#channels.get(channel) ?? []) onNotify(payload)
  }
}

async function acquireLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    SERVER_LOCK,
  ])
  return rows[0]?.taken === true
}

/** Ends a session that may be dead, and ignores its last errors. */
async function end(client: pg.Client | null): Promise<void> {
  if (client === null) return
  client.removeAllListeners()
  client.on('error', () => undefined)
  // A dead session may never report its end.
  await waitFor(
    client.end().catch(() => undefined),
    { ms: ANSWER_MS },
    () => undefined,
  )
}

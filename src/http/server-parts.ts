import type { JobView } from '../contract/job.ts'
import type { Health } from '../contract/server.ts'
import type { Engine } from '../engine/engine.ts'
import type { Acceptance } from '../engine/job/accept-job.ts'
import type { Streams } from '../engine/job/follow-events.ts'
import type { Backups } from '../engine/server/backup.ts'
import type { BrowserSessions } from '../engine/server/browser-sessions.ts'
import type { Canary } from '../engine/server/canary.ts'
import type { RetentionLoop } from '../engine/server/retention.ts'
import type { HttpLimits } from './http-limits.ts'
import type { LogIn } from './access/log-in.ts'

/** The parts of a server that the routes use. main.ts creates them. */
export interface ServerParts {
  readonly engine: Engine
  readonly createJob: Acceptance['createJob']
  /** Reads a job as people see it; throws `AppError` 404 when there is none. */
  readonly viewJob: (id: string) => Promise<JobView>
  readonly streams: Streams
  readonly canary: Canary
  readonly backups: Backups
  readonly retentionLoop: RetentionLoop
  readonly sessions: BrowserSessions
  readonly logIn: LogIn
  readonly ready: () => Promise<Health>
  readonly version: string
  readonly bornAt: number
  readonly token: string
  /** The exact values of `Host` that are accepted; they are known once the port is. */
  readonly hosts: readonly string[]
  /** The directory of the built UI; it need not exist. */
  readonly uiDir: string
  readonly limits: HttpLimits
}

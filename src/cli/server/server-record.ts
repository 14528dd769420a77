/**
 * The files of a running server in its data directory for clients that want to reach it: `server.json` with its process and
 * address, and `token`. A record whose process has ended is ignored.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

const ServerRecord = z.object({
  pid: z.int().positive(),
  url: z.string(),
  started_at: z.string(),
  /** Whether it was started for the duration of one command, and ends with it. */
  of_command: z.boolean().default(false),
})
export type ServerRecord = z.infer<typeof ServerRecord>

/** Returns the record of the server that runs on `dataDir`, or null when there is none. */
export async function readServerRecord(dataDir: string): Promise<ServerRecord | null> {
  const text = await readOrNull(path.join(dataDir, 'server.json'))
  if (text === null) return null
  const parsed = ServerRecord.safeParse(parseOrNull(text))
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null
}

/** Returns the token of the data directory, or null before the first start. */
export async function readToken(dataDir: string): Promise<string | null> {
  const text = await readOrNull(path.join(dataDir, 'token'))
  return text === null || text.trim() === '' ? null : text.trim()
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw error
  }
}

/** Returns null for a record that is incomplete, because it is being written or was cut off by a crash. */
function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

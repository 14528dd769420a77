import path from 'node:path'
import { createDatabase } from './postgres.ts'

const databases = new Map<string, string>()

/** In the project journeys-postgres, the database that belongs to a data directory; otherwise undefined. */
export async function databaseUrlFor(dataDir: string): Promise<string | undefined> {
  if (process.env['SLIPWAY_TEST_ENGINE'] !== 'postgres') return undefined
  const known = databases.get(dataDir)
  if (known !== undefined) return known
  const name = path
    .basename(dataDir)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '_')
  const { inject } = await import('vitest')
  const url = await createDatabase(inject('postgresUrl'), name)
  databases.set(dataDir, url)
  return url
}

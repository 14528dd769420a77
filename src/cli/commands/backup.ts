/** `slipway backup` and `slipway restore`: copy everything that a server has, and start from such a copy. */
import type { Command } from 'commander'
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Client } from '../../client/open-client.ts'
import { BackupManifest, type BackupView } from '../../client/views.ts'
import { cliDefaults } from '../../config.ts'
import { pause } from '../../lib/timers.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { Failure } from '../failure.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface BackupFlags extends ServerFlags {
  readonly withKey?: boolean
  readonly json?: boolean
}

const pollMs = 500

export function addBackup(program: Command, terminal: Terminal): void {
  const command = program
    .command('backup')
    .description('copy everything into a new directory, while the server works')
    .argument('<directory>', 'a directory that does not exist or is empty')
    .option(
      '--with-key',
      'include the key of the secrets and the token; anyone who has the copy has them too',
    )
    .option('--json', 'as JSON')
    .action(async (given: string, flags: BackupFlags) => {
      const backup = await withServer(flags, async (client) => {
        await client.backUp({ directory: path.resolve(given), with_key: flags.withKey === true })
        return end(client, terminal)
      })
      if (flags.json === true) return terminal.printJson(backup)
      terminal.print(`Backed up into ${backup.directory}: the database, and the files of ${jobsOf(backup)}.`)
      if (!backup.with_key)
        terminal.print('Without the key of the secrets: keep secrets.key of the data directory elsewhere.')
    })
  addExamples(addServerOptions(command), [
    ['slipway backup /backups/monday', 'everything but the keys'],
    ['slipway backup /backups/monday --with-key', 'everything'],
  ])
}

/** Waits until the backup has ended, and prints its progress. */
async function end(client: Client, terminal: Terminal): Promise<BackupView> {
  let printed = -1
  for (;;) {
    const backup = await client.backup()
    if (backup.status === 'failed')
      throw new Failure(`the backup failed: ${backup.error ?? 'no reason is known'}`, {
        hint: `remove ${backup.directory ?? 'the directory'} and try again`,
      })
    if (backup.status !== 'running') return backup
    if (backup.jobs.done !== printed)
      terminal.note(`the files of ${backup.jobs.done} of ${jobsOf(backup)} are copied`)
    printed = backup.jobs.done
    await pause(pollMs)
  }
}

function jobsOf({ jobs }: BackupView): string {
  return jobs.total === 1 ? '1 job' : `${jobs.total} jobs`
}

export function addRestore(program: Command, terminal: Terminal): void {
  const command = program
    .command('restore')
    .description('make a data directory from a backup')
    .argument('<backup>', 'the directory that slipway backup made')
    .option(
      '--data-dir <dir>',
      'where to, a directory that does not exist or is empty (default: SLIPWAY_DATA_DIR or ~/.slipway)',
    )
    .action(async (given: string, flags: { dataDir?: string }) => {
      const backup = path.resolve(given)
      const dataDir = flags.dataDir === undefined ? cliDefaults().dataDir : path.resolve(flags.dataDir)
      const { slipway, created_at, with_key } = await readManifest(backup)
      await refuseFull(dataDir)
      checkDatabase(path.join(backup, 'slipway.sqlite'))
      await copyBackup(backup, dataDir)
      terminal.print(`Restored the backup of ${created_at} (Slipway ${slipway}) into ${dataDir}.`)
      if (!with_key)
        terminal.print(
          `It came without the key of the secrets: put secrets.key into ${dataDir}, or set the keys of your providers again.`,
        )
      terminal.print(`Start it with: slipway start --data-dir ${dataDir}`)
    })
  addExamples(command, [
    ['slipway restore /backups/monday --data-dir /srv/slipway', 'make the data directory'],
    ['slipway start --data-dir /srv/slipway', 'and continue from the time of the backup'],
  ])
}

async function readManifest(backup: string): Promise<BackupManifest> {
  const text = await fs.promises.readFile(path.join(backup, 'backup.json'), 'utf8').catch(() => null)
  const read = BackupManifest.safeParse(text === null ? null : parsed(text))
  if (read.success) return read.data
  throw new Failure(`${backup} is not a complete backup of Slipway`, {
    hint: 'give the directory that slipway backup has finished',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function refuseFull(dataDir: string): Promise<void> {
  const names = await fs.promises.readdir(dataDir).catch(() => [])
  if (names.length > 0)
    throw new Failure(`the data directory ${dataDir} is not empty`, {
      hint: 'pass another --data-dir, or move this one',
    })
}

/** Throws unless the database is whole (https://sqlite.org/pragma.html#pragma_integrity_check). */
function checkDatabase(file: string): void {
  let answer: unknown
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    answer = database.prepare('pragma integrity_check').get()?.['integrity_check']
    database.close()
  } catch (error) {
    answer = error instanceof Error ? error.message : String(error)
  }
  if (answer !== 'ok')
    throw new Failure(`the database of the backup is damaged: ${String(answer)}`, {
      hint: 'use an older backup',
    })
}

/** Copies the backup next to the data directory first, so that a copy that was broken off is not taken for it. */
async function copyBackup(backup: string, dataDir: string): Promise<void> {
  const temporary = `${dataDir}.restoring`
  await fs.promises.rm(temporary, { recursive: true, force: true })
  makeDirectory(path.dirname(dataDir), 0o777)
  await fs.promises.cp(backup, temporary, {
    recursive: true,
    verbatimSymlinks: true,
    mode: fs.constants.COPYFILE_FICLONE,
    filter: (file) => file !== path.join(backup, 'backup.json'),
  })
  await fs.promises.chmod(temporary, 0o700)
  await fs.promises.rm(dataDir, { recursive: true, force: true })
  await fs.promises.rename(temporary, dataDir)
}

/** `slipway export`: downloads a job's repository as a zip or tar file. The file is complete or does not exist. */
import { Option, type Command } from 'commander'
import { createWriteStream } from 'node:fs'
import { access, link, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Download } from '../../client/open-client.ts'
import type { ArchiveFormat } from '../../client/views.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { badUsage, Failure } from '../failure.ts'
import { findJobId, shortId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import type { Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  output?: string
  format: ArchiveFormat
  force?: boolean
}

export function addExport(program: Command, terminal: Terminal): void {
  const command = program
    .command('export')
    .description("write a job's repository to a zip or tar file")
    .argument('<id>', 'the job, or the beginning of its id')
    .option('-o, --output <file>', 'where to; - is standard output (default: named after the job, here)')
    .addOption(new Option('--format <format>', 'zip or tar.gz').choices(['zip', 'tar.gz']).default('zip'))
    .option('--force', 'replace a file that exists')
    .action((jobRef: string, flags: Flags) => exportJob(jobRef, flags, terminal))
  addExamples(addServerOptions(command), [
    ['slipway export 01934c1e-8a2b', 'into this directory'],
    ['slipway export 01934c1e-8a2b -o todo.zip --force', 'under this name, replacing it'],
    ['slipway export 01934c1e-8a2b --format tar.gz', 'with every name unchanged'],
  ])
}

async function exportJob(jobRef: string, flags: Flags, terminal: Terminal): Promise<void> {
  if (flags.output === '-' && terminal.isLive)
    throw badUsage('an archive is not for a terminal: send it to a file or a pipe')
  await withServer(flags, async (client) => {
    const id = await findJobId(client, jobRef)
    const download = await client.download(id, { format: flags.format })
    if (flags.output === '-') {
      for await (const chunk of download.body) await terminal.write(chunk)
      return
    }
    const file = path.resolve(flags.output ?? fileName(download, id, flags.format))
    await refuseExisting(file, flags.force === true)
    await save(download, file, flags.force === true)
    terminal.print(file)
  })
}

/** Returns a safe file name: the server's proposal is treated as a name, never as a path. */
function fileName(download: Download, id: string, format: ArchiveFormat): string {
  const proposed = (download.name ?? '').replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '')
  return proposed.endsWith(`.${format}`) ? proposed : `slipway-${shortId(id)}.${format}`
}

async function refuseExisting(file: string, force: boolean): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  if (exists && !force)
    throw new Failure(`${file} exists already`, {
      hint: 'pass --force to replace it, or --output for another name',
    })
}

async function save(download: Download, file: string, force: boolean): Promise<void> {
  const partial = `${file}.${process.pid}.part`
  try {
    await pipeline(Readable.fromWeb(download.body), createWriteStream(partial, { flags: 'wx' }))
    // A link fails when the name has been taken meanwhile; a rename would silently replace the file.
    await (force ? rename(partial, file) : link(partial, file))
  } finally {
    await rm(partial, { force: true })
  }
}

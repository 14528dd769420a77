/** `slipway files`: lists the files in a job's repository, or prints one of them. */
import type { Command } from 'commander'
import { ApiError } from '../../client/api-error.ts'
import type { Client, FilePath } from '../../client/open-client.ts'
import type { FileTree } from '../../client/views.ts'
import { addExamples, type ServerFlags } from '../command-kit.ts'
import { Failure } from '../failure.ts'
import { findJobId } from '../job-id.ts'
import { addServerOptions, withServer } from '../server/reach-server.ts'
import { renderTable } from '../screen/table.ts'
import type { Paint, Terminal } from '../screen/terminal.ts'

interface Flags extends ServerFlags {
  ref?: string
  json?: boolean
}

export function addFiles(program: Command, terminal: Terminal): void {
  const command = program
    .command('files')
    .description('list the files of a job, or print one')
    .argument('<id>', 'the job, or the beginning of its id')
    .argument('[path]', 'a file to print, or a directory to list')
    .option('--ref <commit>', 'as of this commit (default: the newest)')
    .option('--json', 'as JSON')
    .action((jobRef: string, path: string | undefined, flags: Flags) =>
      withServer(flags, async (client) => {
        const id = await findJobId(client, jobRef)
        if (path === undefined) return list(client, id, '', flags, terminal)
        return show(client, id, path.replace(/^(\.?\/)+|\/+$/g, ''), flags, terminal)
      }),
    )
  addExamples(addServerOptions(command), [
    ['slipway files 01934c1e-8a2b', 'the tree'],
    ['slipway files 01934c1e-8a2b README.md', 'one file'],
    ['slipway files 01934c1e-8a2b logo.png > logo.png', 'byte for byte into a pipe or a file'],
  ])
}

async function show(
  client: Client,
  id: string,
  path: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  if (path === '') return list(client, id, '', flags, terminal)
  const file = await client
    .file(id, await exactly(client, id, path, flags.ref), flags.ref)
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return null
      throw error
    })
  if (file === null) return list(client, id, path, flags, terminal)
  if (flags.json === true) return terminal.printJson(file)
  const bytes = Buffer.from(file.content, file.encoding)
  if (!terminal.isLive) await terminal.write(bytes)
  else if (file.encoding === 'base64') throw new Failure(`${path} is not text: send it to a file with >`)
  else terminal.print(file.content.replace(/\n$/, ''))
  if (file.truncated)
    terminal.note(`${path} was cut: it has ${file.size} bytes. slipway export has all of it.`)
}

async function list(
  client: Client,
  id: string,
  directory: string,
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const tree = await client.files(id, flags.ref)
  const files = tree.files.filter((file) => directory === '' || file.path.startsWith(`${directory}/`))
  if (directory !== '' && files.length === 0) throw new Failure(`there is no file ${directory} in this job`)
  if (flags.json === true) terminal.printJson({ ...tree, files })
  else terminal.print(renderTree({ ...tree, files }, terminal.size().width, terminal.paint))
}

/** Looks a path up in the tree if it has replacement characters: arguments that are not UTF-8 lose their original bytes. */
async function exactly(client: Client, id: string, path: string, ref: string | undefined): Promise<FilePath> {
  if (!path.includes('\uFFFD')) return path
  const { files } = await client.files(id, ref)
  const encoded = files.find((file) => file.path === path)?.encoded
  return encoded === undefined ? path : { encoded }
}

/** Pure. */
export function renderTree(tree: FileTree, width: number, paint: Paint): string {
  if (tree.files.length === 0) return 'No files yet.'
  const rows = tree.files.map((file) => [
    { text: String(file.size).padStart(8), tone: 'dim' as const },
    { text: file.path },
  ])
  const table = renderTable([{ title: '   BYTES' }, { title: 'FILE', flexible: true }], rows, width, paint)
  return tree.truncated ? `${table}\n${paint('yellow', 'There are more files than are listed here.')}` : table
}

/** `slipway token`: prints the token that a program needs to access the server. */
import type { Command } from 'commander'
import path from 'node:path'
import { openClient } from '../../client/open-client.ts'
import { cliDefaults } from '../../config.ts'
import { addExamples } from '../command-kit.ts'
import { Failure } from '../failure.ts'
import { readServerRecord, readToken } from '../server/server-record.ts'
import type { Terminal } from '../screen/terminal.ts'

export function addToken(program: Command, terminal: Terminal): void {
  const command = program
    .command('token')
    .description('print the token that the API asks for')
    .option('--data-dir <dir>', 'whose token (default: SLIPWAY_DATA_DIR or ~/.slipway)')
    .option('--link', 'print a link that logs a browser in, once, within ten minutes')
    .action(async (flags: { dataDir?: string; link?: boolean }) => {
      const dataDir = flags.dataDir === undefined ? cliDefaults().dataDir : path.resolve(flags.dataDir)
      const token = await readToken(dataDir)
      if (token === null) {
        throw new Failure(`there is no token in ${dataDir} yet`, {
          hint: 'the first start of the server makes it: slipway start',
        })
      }
      terminal.print(flags.link === true ? await linkTo(await addressOf(dataDir), token) : token)
    })
  addExamples(command, [
    ['slipway token', 'print it'],
    ['slipway token --link', 'a link to open: it logs the browser in'],
    ['curl -H "Authorization: Bearer $(slipway token)" http://127.0.0.1:7420/api/jobs', 'use it'],
  ])
}

async function linkTo(url: string, token: string): Promise<string> {
  const { code } = await openClient({ url, token }).newLogInCode()
  return `${url}/?code=${code}`
}

async function addressOf(dataDir: string): Promise<string> {
  const record = await readServerRecord(dataDir)
  if (record !== null) return record.url
  throw new Failure(`no server runs on ${dataDir}, so there is nothing to open`, {
    hint: 'start it first: slipway start',
  })
}

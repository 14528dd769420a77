import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { buildProgram } from '../src/cli/program.ts'
import { openTerminal } from '../src/cli/screen/terminal.ts'
import { describeEnvironment } from '../src/config.ts'
import { eventData } from '../src/contract/events/event-data.ts'
import { eventTypes } from '../src/contract/events/event-types.ts'
import { errors } from '../src/lib/errors.ts'
import { drawRooms, withPicture } from './draw-rooms.ts'

/**
 * Generates the parts of the documents that follow from the code: the diagram of the rooms, the table of settings, and the
 * pages of commands, errors and events. Run by `make docs`; test/rooms.test.ts fails when a document is outdated.
 */

const SETTINGS_BEGIN = '<!-- environment: written by scripts/write-docs.ts -->'
const SETTINGS_END = '<!-- /environment -->'
const HELP_WIDTH = 100

/** Returns the documents that are written, in part or as a whole, by their path below the project's root directory. */
export async function generatedDocs(root: string): Promise<Record<string, string>> {
  const read = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8')
  return {
    'docs/architecture.md': withPicture(read('docs/architecture.md'), await drawRooms(root)),
    'docs/settings.md': withTable(read('docs/settings.md'), environmentTable()),
    'docs/cli.md': commandPage(),
    'docs/errors.md': errorPage(),
    'docs/events.md': eventPage(),
  }
}

function withTable(page: string, table: string): string {
  const begin = page.indexOf(SETTINGS_BEGIN)
  const end = page.indexOf(SETTINGS_END)
  if (begin < 0 || end < begin)
    throw new Error(`docs/settings.md has lost its markers: ${SETTINGS_BEGIN} ... ${SETTINGS_END}`)
  return `${page.slice(0, begin + SETTINGS_BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`
}

function environmentTable(): string {
  const rows = describeEnvironment().map(
    ({ name, usual, description }) =>
      `| \`${name}\` | ${usual === null ? '–' : `\`${usual}\``} | ${description} |`,
  )
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function errorPage(): string {
  const rows = Object.entries(errors).map(
    ([code, [status, means, remedy]]) => `| \`${code}\` | ${status} | ${means} | ${remedy} |`,
  )
  return (
    [
      '# Errors',
      'Every answer with a status of 400 or more has a body `{error, code, issues?}`: `error` is a sentence for people and may change, `code`' +
        '\nis one of these and is stable, `issues` names the wrong fields. Written by `make docs`.',
      ['| code | status | meaning | what to do |', '|---|---|---|---|', ...rows].join('\n'),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  )
}

function eventPage(): string {
  const shapes = new Map<string, z.ZodType>(Object.entries(eventData))
  const groups = Map.groupBy(Object.entries(eventTypes), ([type]) => type.split('.', 1)[0])
  const sections = [...groups].map(([word, types]) =>
    [
      `## ${word}`,
      '',
      '| type | meaning | `data` |',
      '|---|---|---|',
      ...types.map(
        ([type, meaning]) =>
          `| \`${type}\` | ${meaning} | ${fieldsOf(jsonSchema(shapes.get(type) ?? z.unknown()))} |`,
      ),
    ].join('\n'),
  )
  return `${[
    '# Events',
    'The events of a job, in order and without gaps: `GET /api/jobs/{id}/events` and its stream ([api.md](api.md)). Each event has a\n`message`, which is a sentence, and `data` for programs: the last column lists the fields that this version writes (`?`: optional).\nExpect new types and fields, and show the `message` of unknown types. Written by `make docs`.',
    ...sections,
  ].join('\n\n')}\n`
}

type Schema = z.core.JSONSchema.BaseSchema

function jsonSchema(shape: z.ZodType): Schema {
  return z.toJSONSchema(shape, { unrepresentable: 'any' })
}

/** Describes the fields of an object's JSON schema, each with its type. */
function fieldsOf({ properties = {}, required = [] }: Schema): string {
  return Object.entries(properties)
    .map(([name, schema]) => `\`${name}\`${required.includes(name) ? '' : '?'} ${inWords(schema)}`.trimEnd())
    .join('; ')
}

/** Describes a JSON schema in a few words: the fields of an object, but not those of nested objects. */
function inWords(schema: Schema['items']): string {
  if (typeof schema !== 'object' || Array.isArray(schema)) return 'anything'
  const words = alternativesOf(schema)
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ')
}

function alternativesOf({ anyOf, enum: values, type, items, properties = {} }: Schema): string[] {
  if (anyOf !== undefined) return anyOf.flatMap(alternativesOf)
  if (Array.isArray(type)) return type.flatMap((one) => alternativesOf({ type: one }))
  if (values !== undefined) return values.map((value) => `"${value}"`)
  if (type === 'array') return [`list of ${inWords(items)}`]
  if (type === 'object') return [`{${Object.keys(properties).join(', ')}}`]
  const simple: Record<string, string> = {
    string: 'text',
    integer: 'number',
    number: 'number',
    boolean: 'yes or no',
    null: 'null',
  }
  return [simple[type ?? ''] ?? 'anything']
}

function commandPage(): string {
  const program = buildProgram(openTerminal(process.stdout, process.stderr), '')
  const sections = commandsBelow(program).map(
    (command) => `## \`${nameOf(command)}\`\n\n\`\`\`console\n${helpOf(command)}\n\`\`\``,
  )
  return (
    ['# Commands', 'What `slipway <command> --help` prints. Written by `make docs`.', ...sections, '']
      .join('\n\n')
      .trimEnd() + '\n'
  )
}

/** Returns a command and its subcommands, in the order of its help. */
function commandsBelow(command: Command): Command[] {
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
  return [command, ...below.flatMap((one) => commandsBelow(one))]
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
    getOutHelpWidth: () => HELP_WIDTH,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text.trim()
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '..')
  for (const [name, text] of Object.entries(await generatedDocs(root)))
    fs.writeFileSync(path.join(root, name), text)
}

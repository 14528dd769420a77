import { object, text, type Json, type OfferedTool, type Reply } from './wire.ts'

/**
 * Maps a neutral step onto whatever tools a request offers, by name and schema, because every agent has its own: a
 * file is written by a tool that takes a path and a content, else by a patch, else by a shell.
 */

const WRITERS = [
  /^(.*__)?(write|write_file|writefile|file_write|create_file|write_to_file|create)$/i,
  /^(.*__)?(editor|text_editor|str_replace_based_edit_tool|str_replace_editor|edit_file|edit)$/i,
]
const SHELLS =
  /^(.*__)?(bash|shell|exec_command|run_shell_command|run_commands?|execute_command|run_terminal_cmd|terminal|execute|shell_command)$/i
const PATCHES = /^(.*__)?apply_patch$/i
const PATH = /^(file_?path|path|file_?name|file|absolute_?path|target_file)$/i
const CONTENT = /^(contents?|file_?text|text|new_?text|code)$/i
const COMMAND = /^(command|cmd|commands|script)$/i

/** The call that writes `content` to `path` with one of `tools`; null when none of them can. */
export function writeCall(
  tools: readonly OfferedTool[],
  path: string,
  content: string,
  directory: string | null,
): Reply | null {
  for (const names of WRITERS) {
    for (const tool of tools.filter(({ name }) => names.test(name))) {
      const target = needsAbsolute(tool) ? absolute(path, directory) : path
      const input = target === null ? null : writerInput(tool, target, content)
      if (input !== null) return { kind: 'call', tool, input }
    }
  }
  const patch = tools.find(({ name }) => PATCHES.test(name))
  if (patch !== undefined) return patchCall(patch, path, content)
  return shellCall(tools, writeCommand(path, content))
}

/** The call that runs `command` in a shell; null when no tool can. */
export function shellCall(tools: readonly OfferedTool[], command: string): Reply | null {
  for (const tool of tools.filter(({ name, form }) => SHELLS.test(name) && form === 'object')) {
    const name = Object.keys(properties(tool)).find((key) => COMMAND.test(key))
    if (name === undefined) continue
    const schema = object(properties(tool)[name])
    const asArray = /array/i.test(JSON.stringify(schema['type'] ?? ''))
    const argv = name === 'commands' ? [command] : ['bash', '-lc', command]
    return { kind: 'call', tool, input: filled(tool, { [name]: asArray ? argv : command }) }
  }
  return null
}

/** The call of the tool with this very name, behind that of its server or not. */
export function namedCall(tools: readonly OfferedTool[], name: string, input: Json): Reply | null {
  const tool = tools.find(
    (offered) => offered.name === name || [`_${name}`, `-${name}`].some((end) => offered.name.endsWith(end)),
  )
  return tool === undefined ? null : { kind: 'call', tool, input }
}

function properties(tool: OfferedTool): Json {
  return object(tool.parameters['properties'])
}

function pathProperty(tool: OfferedTool): string | undefined {
  return Object.keys(properties(tool)).find((key) => PATH.test(key))
}

function needsAbsolute(tool: OfferedTool): boolean {
  const name = pathProperty(tool)
  if (name === undefined) return false
  const described = text(object(properties(tool)[name])['description'])
  return /absolute/i.test(name) || /absolute/i.test(described)
}

function absolute(path: string, directory: string | null): string | null {
  return directory === null ? null : `${directory.replace(/\/$/, '')}/${path}`
}

function writerInput(tool: OfferedTool, path: string, content: string): Json | null {
  const pathName = pathProperty(tool)
  const contentName = Object.keys(properties(tool)).find((key) => CONTENT.test(key))
  if (pathName === undefined || contentName === undefined) return null
  const command = object(properties(tool)['command'])['enum']
  const mode = Array.isArray(command) ? command.find((word) => word === 'create' || word === 'write') : null
  return filled(tool, {
    ...(typeof mode === 'string' ? { command: mode } : {}),
    [pathName]: path,
    [contentName]: content,
  })
}

/** `known`, and for every other property that the schema demands the simplest value that fits. */
function filled(tool: OfferedTool, known: Json): Json {
  const required = Array.isArray(tool.parameters['required']) ? tool.parameters['required'].map(text) : []
  const missing = required.filter((name) => !(name in known))
  return {
    ...Object.fromEntries(missing.map((name) => [name, simplest(object(properties(tool)[name]))])),
    ...known,
  }
}

function simplest(schema: Json): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  switch (text(schema['type']).toLowerCase()) {
    case 'boolean':
      return false
    case 'number':
    case 'integer':
      return 1
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return 'A step of the script'
  }
}

function patchCall(tool: OfferedTool, path: string, content: string): Reply {
  const lines = content.replace(/\n$/, '').split('\n')
  const patch = `*** Begin Patch\n*** Add File: ${path}\n${lines.map((line) => `+${line}`).join('\n')}\n*** End Patch\n`
  if (tool.form === 'free') return { kind: 'call', tool, input: patch }
  const name =
    Object.keys(properties(tool)).find((key) => /^(input|patch|patch_?text)$/i.test(key)) ?? 'input'
  return { kind: 'call', tool, input: filled(tool, { [name]: patch }) }
}

function writeCommand(path: string, content: string): string {
  const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
  const folder = path.includes('/') ? `mkdir -p ${quote(path.replace(/\/[^/]*$/, ''))} && ` : ''
  return `${folder}printf %s ${quote(content)} > ${quote(path)}`
}
